import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Modal, Space, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Facts } from '../../parts/facts.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { Moment } from '../../parts/moment.tsx';
import { RowAction } from '../../parts/row-action.tsx';
import { useChange } from '../../parts/use-change.ts';
import type { App } from './definition.ts';
import { NameField } from './name-field.tsx';

interface Secrets {
  readonly name: string;
  readonly app_key: string;
  readonly app_secret: string;
  readonly app_code: string;
}
type Dialog = { readonly kind: 'create' } | { readonly kind: 'renew' | 'delete'; readonly app: App };

/** Apps, which call APIs with authentication APP. Their secrets are shown once. */
export function Apps() {
  const { t } = useTexts('gateway');
  const [dialog, setDialog] = useState<Dialog>();
  const [secrets, setSecrets] = useState<Secrets>();
  const creation = useChange('createGatewayApp');
  const renewal = useChange('renewGatewayApp');
  const list = useQuery(query('listGatewayApps'));
  const columns = useColumns(setDialog);
  const close = () => setDialog(undefined);
  const create = async ({ name }: { name: string }) => {
    const made = await creation.send({ body: { name } }, { failed: () => t('apps.createFailed', { name }) });
    if (made === undefined) return;
    setSecrets(made.answer);
    close();
  };
  const renew = async ({ id, name }: App) => {
    const made = await renewal.send({ params: { app_id: id } }, { failed: () => t('apps.renewFailed', { name }) });
    if (made !== undefined) setSecrets(made.answer);
    close();
  };
  const button = (
    <ActionButton needs="createGatewayApp" type="primary" onClick={() => setDialog({ kind: 'create' })}>
      {t('apps.create')}
    </ActionButton>
  );
  return (
    <>
      <DataTable
        query={list}
        rows={list.data?.apps ?? []}
        rowKey={(app) => app.id}
        columns={columns}
        tools={button}
        empty={
          <EmptyState
            title={t('apps.emptyTitle')}
            text={t('apps.emptyText')}
            action={button}
            command="fgs gateway-apps create partner"
          />
        }
      />
      {dialog?.kind === 'create' && (
        <FormDialog<{ name: string }>
          title={t('apps.create')}
          isBusy={creation.isBusy}
          onSubmit={create}
          onClose={close}
        >
          <NameField label={t('apps.name')} />
        </FormDialog>
      )}
      {dialog?.kind === 'renew' && (
        <ConfirmDialog
          title={t('apps.renewTitle', { name: dialog.app.name })}
          consequence={t('apps.renewConsequence')}
          isBusy={renewal.isBusy}
          onConfirm={() => void renew(dialog.app)}
          onCancel={close}
        />
      )}
      {dialog?.kind === 'delete' && (
        <DeleteDialog
          route="deleteGatewayApp"
          input={{ params: { app_id: dialog.app.id } }}
          title={t('apps.removeTitle', { name: dialog.app.name })}
          consequence={t('apps.removeConsequence')}
          done={() => t('apps.removed', { name: dialog.app.name })}
          failed={() => t('apps.removeFailed', { name: dialog.app.name })}
          onClose={close}
        />
      )}
      {secrets && <SecretsDialog secrets={secrets} onClose={() => setSecrets(undefined)} />}
    </>
  );
}

function SecretsDialog({ secrets, onClose }: { secrets: Secrets; onClose: () => void }) {
  const { t } = useTexts('gateway');
  const facts = (['app_key', 'app_secret', 'app_code'] as const).map((name) => ({
    name: t(`apps.${name}`),
    value: <code>{secrets[name]}</code>,
    copy: secrets[name],
  }));
  return (
    <Modal
      open
      title={t('apps.secretsTitle', { name: secrets.name })}
      mask={{ closable: false }}
      footer={
        <Button type="primary" onClick={onClose}>
          {t('apps.stored')}
        </Button>
      }
      onCancel={onClose}
    >
      <Alert className="page-section" type="warning" showIcon title={t('apps.secretsNote')} />
      <Facts facts={facts} />
    </Modal>
  );
}

function useColumns(onAction: (dialog: Dialog) => void): TableColumnsType<App> {
  const { t } = useTexts('gateway');
  return [
    { title: t('apps.name'), dataIndex: 'name', fixed: 'left' },
    {
      title: t('apps.app_key'),
      dataIndex: 'app_key',
      render: (key: string) => (
        <>
          <code>{key}</code> <CopyButton text={key} label={t('apps.app_key')} />
        </>
      ),
    },
    { title: t('created'), dataIndex: 'created_time', render: (at: string) => <Moment at={at} /> },
    {
      title: t('actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, app) => (
        <Space size={16}>
          <RowAction needs="renewGatewayApp" text={t('apps.renew')} onClick={() => onAction({ kind: 'renew', app })} />
          <RowAction needs="deleteGatewayApp" text={t('delete')} onClick={() => onAction({ kind: 'delete', app })} />
        </Space>
      ),
    },
  ];
}
