import { Space, type TableColumnsType } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { Moment } from '../../../parts/moment.tsx';
import { useNumbers } from '../../../parts/numbers.ts';
import { RowAction } from '../../../parts/row-action.tsx';
import type { ImageRow } from './image-rows.ts';

/** The digits of an id that people read: those after `sha256:`. */
const SHORT_ID = [7, 19] as const;

interface RowActions {
  readonly onShare: (row: ImageRow) => void;
  readonly onDelete: (row: ImageRow) => void;
}

export function useImageColumns({ onShare, onDelete }: RowActions): TableColumnsType<ImageRow> {
  const { t } = useTexts('images');
  const { t: of } = useTexts('platform');
  const numbers = useNumbers();
  return [
    {
      title: of('name'),
      dataIndex: 'name',
      fixed: 'left',
      render: (name: string) =>
        name === '' ? (
          t('noName')
        ) : (
          <Space size={4}>
            <span className="cut-text">{name}</span>
            <CopyButton text={name} label={of('name')} />
          </Space>
        ),
    },
    { title: 'ID', dataIndex: 'id', render: (id: string) => <code>{id.slice(...SHORT_ID)}</code> },
    {
      title: t('columns.size'),
      key: 'size',
      align: 'right',
      render: (_, { image }) => numbers.bytes(image.size_bytes),
    },
    {
      title: t('columns.versions'),
      key: 'versions',
      align: 'right',
      render: (_, { image }) => numbers.whole(image.versions),
    },
    {
      title: t('columns.shared'),
      dataIndex: 'sharedWith',
      render: (holders: string[]) => holders.join(', ') || '–',
    },
    { title: t('columns.loaded'), key: 'loaded', render: (_, { image }) => <Moment at={image.loaded_at} /> },
    {
      title: of('actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, row) => (
        <Space size={16}>
          {row.name !== '' && <RowAction needs="listShares" text={of('share.open')} onClick={() => onShare(row)} />}
          <RowAction needs="removeImage" text={of('remove')} onClick={() => onDelete(row)} />
        </Space>
      ),
    },
  ];
}
