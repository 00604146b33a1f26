import ApiOutlined from '@ant-design/icons/es/icons/ApiOutlined';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TableColumnsType } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Moment } from '../../parts/moment.tsx';
import { RowAction } from '../../parts/row-action.tsx';
import { sameCall } from '../../parts/same-call.ts';
import type { Group } from './definition.ts';
import { GroupForm } from './group-form.tsx';

const CREATE = 'fgs gateway groups create shop';
const CALL = sameCall('createGatewayGroup', { body: { name: 'shop' } });

export function Groups() {
  const { t } = useTexts('gateway');
  const [isCreating, setCreating] = useState(false);
  const [doomed, setDoomed] = useState<Group>();
  const list = useQuery(query('listGatewayGroups'));
  const columns = useColumns(setDoomed);
  const create = (
    <ActionButton needs="createGatewayGroup" type="primary" onClick={() => setCreating(true)}>
      {t('groups.create')}
    </ActionButton>
  );
  return (
    <>
      <DataTable
        query={list}
        rows={list.data?.groups ?? []}
        rowKey={(group) => group.id}
        columns={columns}
        tools={create}
        empty={
          <EmptyState
            icon={<ApiOutlined />}
            title={t('groups.emptyTitle')}
            text={t('groups.emptyText')}
            action={create}
            command={CREATE}
            call={CALL}
          />
        }
      />
      {isCreating && <GroupForm onClose={() => setCreating(false)} />}
      {doomed && <DeleteGroup group={doomed} onClose={() => setDoomed(undefined)} />}
    </>
  );
}

export function DeleteGroup({ group, onDone, onClose }: { group: Group; onDone?: () => unknown; onClose: () => void }) {
  const { t } = useTexts('gateway');
  return (
    <DeleteDialog
      route="deleteGatewayGroup"
      input={{ params: { group_id: group.id } }}
      title={t('groups.removeTitle')}
      consequence={t('groups.removeConsequence')}
      name={group.name}
      done={() => t('groups.removed', { name: group.name })}
      failed={() => t('groups.removeFailed', { name: group.name })}
      {...(onDone === undefined ? {} : { onDone })}
      onClose={onClose}
    />
  );
}

function useColumns(onDelete: (group: Group) => void): TableColumnsType<Group> {
  const { t } = useTexts('gateway');
  return [
    {
      title: t('groups.name'),
      dataIndex: 'name',
      fixed: 'left',
      render: (name: string, { id: group }) => (
        <Link to="/gateway/$group" params={{ group }}>
          {name}
        </Link>
      ),
    },
    { title: t('groups.hosts'), dataIndex: 'hosts', render: (hosts: string[]) => hosts.join(', ') || '–' },
    {
      title: t('description'),
      dataIndex: 'description',
      render: (text: string) => <span className="cut-text">{text || '–'}</span>,
    },
    { title: t('created'), dataIndex: 'created_time', render: (at: string) => <Moment at={at} /> },
    {
      title: t('actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, group) => <RowAction needs="deleteGatewayGroup" text={t('delete')} onClick={() => onDelete(group)} />,
    },
  ];
}
