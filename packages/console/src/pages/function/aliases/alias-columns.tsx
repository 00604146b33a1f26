import { Button, type TableColumnsType } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { Moment } from '../../../parts/moment.tsx';
import type { Alias } from '../versions/version-list.ts';
import { AliasTarget } from './alias-target.tsx';

interface AliasRows {
  /** What the page shows, an alias after `!`. */
  readonly shown: string;
  readonly onShow: (name: string) => void;
  readonly onEdit: (alias: Alias) => void;
  readonly onDelete: (alias: Alias) => void;
}

export function useAliasColumns({ shown, onShow, onEdit, onDelete }: AliasRows): TableColumnsType<Alias> {
  const { t } = useTexts('functionAliases');
  return [
    {
      title: t('columns.name'),
      dataIndex: 'name',
      fixed: 'left',
      render: (name: string) =>
        `!${name}` === shown ? (
          <strong>{`${name} · ${t('shown')}`}</strong>
        ) : (
          <Button type="link" size="small" className="alias-link" onClick={() => onShow(name)}>
            {name}
          </Button>
        ),
    },
    { title: t('columns.target'), key: 'target', render: (_, alias) => <AliasTarget alias={alias} /> },
    {
      title: t('columns.description'),
      dataIndex: 'description',
      render: (text: string) => (
        <span className="alias-description" title={text}>
          {text || '–'}
        </span>
      ),
    },
    { title: t('columns.modified'), dataIndex: 'last_modified', render: (at: string) => <Moment at={at} /> },
    {
      title: t('columns.actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, alias) => (
        <span className="alias-actions">
          <ActionButton needs="updateVersionAlias" type="link" size="small" onClick={() => onEdit(alias)}>
            {t('edit.action')}
          </ActionButton>
          <ActionButton needs="deleteVersionAlias" type="link" size="small" onClick={() => onDelete(alias)}>
            {t('remove.action')}
          </ActionButton>
        </span>
      ),
    },
  ];
}
