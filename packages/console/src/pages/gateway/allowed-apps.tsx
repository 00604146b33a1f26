import { useQuery } from '@tanstack/react-query';
import { Form, Select, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { RowAction } from '../../parts/row-action.tsx';
import { useChange } from '../../parts/use-change.ts';
import type { Api, Group } from './definition.ts';

interface Allowed {
  readonly id: string;
  readonly name: string;
  readonly app_key: string;
}

/** Apps that may call an API with authentication APP. */
export function AllowedApps({ group, api }: { group: Group; api: Api }) {
  const { t } = useTexts('gateway');
  const [isAdding, setAdding] = useState(false);
  const [doomed, setDoomed] = useState<Allowed>();
  const params = { group_id: group.id, api_id: api.id };
  const list = useQuery(query('listGatewayApiApps', { params }));
  const allowed = list.data?.apps ?? [];
  const columns: TableColumnsType<Allowed> = [
    { title: t('apps.name'), dataIndex: 'name' },
    { title: t('apps.app_key'), dataIndex: 'app_key', render: (key: string) => <code>{key}</code> },
    {
      title: t('actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, app) => (
        <RowAction needs="disallowGatewayApiApp" text={t('allowed.remove')} onClick={() => setDoomed(app)} />
      ),
    },
  ];
  const add = (
    <ActionButton needs="allowGatewayApiApp" onClick={() => setAdding(true)}>
      {t('allowed.add')}
    </ActionButton>
  );
  return (
    <>
      <div className="section-title">
        <h2>{t('allowed.title')}</h2>
        {add}
      </div>
      <DataTable
        query={list}
        rows={allowed}
        rowKey={(app) => app.id}
        columns={columns}
        empty={<EmptyState title={t('allowed.emptyTitle')} text={t('allowed.emptyText')} action={add} />}
      />
      {isAdding && <AllowApp params={params} known={allowed} onClose={() => setAdding(false)} />}
      {doomed && (
        <DeleteDialog
          route="disallowGatewayApiApp"
          input={{ params: { ...params, app_id: doomed.id } }}
          title={t('allowed.removeTitle', { name: doomed.name })}
          consequence={t('allowed.removeConsequence')}
          done={() => t('allowed.removed', { name: doomed.name })}
          failed={() => t('allowed.removeFailed', { name: doomed.name })}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </>
  );
}

interface AllowAppProps {
  readonly params: { readonly group_id: string; readonly api_id: string };
  readonly known: readonly Allowed[];
  readonly onClose: () => void;
}

function AllowApp({ params, known, onClose }: AllowAppProps) {
  const { t } = useTexts('gateway');
  const apps = useQuery(query('listGatewayApps'));
  const change = useChange('allowGatewayApiApp');
  const others = (apps.data?.apps ?? []).filter(({ id }) => !known.some((one) => one.id === id));
  const add = async ({ app }: { app: string }) => {
    const name = others.find(({ id }) => id === app)?.name ?? '';
    const texts = { done: () => t('allowed.added', { name }), failed: () => t('allowed.addFailed', { name }) };
    if (await change.send({ params: { ...params, app_id: app } }, texts)) onClose();
  };
  return (
    <FormDialog<{ app: string }> title={t('allowed.add')} isBusy={change.isBusy} onSubmit={add} onClose={onClose}>
      <Form.Item
        name="app"
        label={t('apps.name')}
        extra={t('allowed.help')}
        rules={[{ required: true, message: t('allowed.missing') }]}
      >
        <Select loading={apps.isPending} options={others.map(({ id, name }) => ({ value: id, label: name }))} />
      </Form.Item>
    </FormDialog>
  );
}
