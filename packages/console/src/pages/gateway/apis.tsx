import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Space, type TableColumnsType, Tag } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { RowAction } from '../../parts/row-action.tsx';
import { ApiForm } from './api-form.tsx';
import { ApiRequest, BackendName } from './api-text.tsx';
import type { Api, Group } from './definition.ts';
import { DeleteApi } from './delete-api.tsx';
import { PublishApi } from './publish-api.tsx';

type Dialog = { readonly kind: 'create' } | { readonly kind: 'publish' | 'delete'; readonly api: Api };

export function Apis({ group }: { group: Group }) {
  const { t } = useTexts('gateway');
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<Dialog>();
  const close = () => setDialog(undefined);
  const list = useQuery(query('listGatewayApis', { params: { group_id: group.id } }));
  const columns = useColumns(group, setDialog);
  const create = (
    <ActionButton needs="createGatewayApi" type="primary" onClick={() => setDialog({ kind: 'create' })}>
      {t('apis.create')}
    </ActionButton>
  );
  return (
    <>
      <DataTable
        query={list}
        rows={list.data?.apis ?? []}
        rowKey={(api) => api.id}
        columns={columns}
        tools={create}
        empty={
          <EmptyState
            title={t('apis.emptyTitle')}
            text={t('apis.emptyText')}
            action={create}
            command={`fgs gateway apis create ${group.name} orders /orders/{id} hello --method GET`}
          />
        }
      />
      {dialog?.kind === 'create' && (
        <ApiForm
          group={group}
          onSaved={(api) => navigate({ to: '/gateway/$group/apis/$api', params: { group: group.id, api } })}
          onClose={close}
        />
      )}
      {dialog?.kind === 'publish' && <PublishApi group={group} api={dialog.api} onClose={close} />}
      {dialog?.kind === 'delete' && <DeleteApi group={group} api={dialog.api} onClose={close} />}
    </>
  );
}

function useColumns({ id: group }: Group, onAction: (dialog: Dialog) => void): TableColumnsType<Api> {
  const { t } = useTexts('gateway');
  return [
    {
      title: t('apis.name'),
      dataIndex: 'name',
      fixed: 'left',
      render: (name: string, { id: api }) => (
        <Link to="/gateway/$group/apis/$api" params={{ group, api }}>
          {name}
        </Link>
      ),
    },
    { title: t('apis.request'), key: 'request', render: (_, api) => <ApiRequest api={api} /> },
    { title: t('apis.auth'), dataIndex: 'auth' },
    { title: t('apis.backend'), dataIndex: 'backend_urn', render: (urn: string) => <BackendName urn={urn} /> },
    {
      title: t('apis.published'),
      dataIndex: 'published',
      render: (stages: Api['published']) =>
        stages.length === 0
          ? '–'
          : stages.map(({ stage, outdated }) => (
              <Tag key={stage} color={outdated ? 'warning' : 'default'}>
                {outdated ? t('apis.outdated', { stage }) : stage}
              </Tag>
            )),
    },
    {
      title: t('actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, api) => (
        <Space size={16}>
          <RowAction
            needs="publishGatewayApi"
            text={t('publish.row')}
            onClick={() => onAction({ kind: 'publish', api })}
          />
          <RowAction needs="deleteGatewayApi" text={t('delete')} onClick={() => onAction({ kind: 'delete', api })} />
        </Space>
      ),
    },
  ];
}
