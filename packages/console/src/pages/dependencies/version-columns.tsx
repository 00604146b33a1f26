import { Button, type TableColumnsType } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { Moment } from '../../parts/moment.tsx';
import { useNumbers } from '../../parts/numbers.ts';
import { type Dependency, isPublic, MS } from './dependency-columns.tsx';

interface RowActions {
  readonly onShow: (version: Dependency) => void;
  readonly onDelete: (version: Dependency) => void;
}

export function useVersionColumns({ onShow, onDelete }: RowActions): TableColumnsType<Dependency> {
  const { t } = useTexts('dependencies');
  const numbers = useNumbers();
  return [
    {
      title: t('history.version'),
      dataIndex: 'version',
      fixed: 'left',
      render: (number: number, version) => (
        <Button type="link" size="small" style={{ padding: 0 }} onClick={() => onShow(version)}>
          {number}
        </Button>
      ),
    },
    { title: t('history.file'), dataIndex: 'file_name' },
    { title: t('columns.size'), dataIndex: 'size', align: 'right', render: (size: number) => numbers.bytes(size) },
    {
      title: t('columns.description'),
      dataIndex: 'description',
      render: (text: string) => <span className="dependency-description">{text || '–'}</span>,
    },
    {
      title: t('history.stored'),
      dataIndex: 'last_modified',
      render: (seconds: number) => <Moment at={seconds * MS} />,
    },
    {
      title: t('columns.actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, version) =>
        isPublic(version) ? (
          '–'
        ) : (
          <ActionButton
            needs="deleteDependencyVersion"
            type="link"
            size="small"
            style={{ padding: 0 }}
            onClick={() => onDelete(version)}
          >
            {t('remove.action')}
          </ActionButton>
        ),
    },
  ];
}
