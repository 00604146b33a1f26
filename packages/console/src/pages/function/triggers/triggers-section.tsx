import ApiOutlined from '@ant-design/icons/es/icons/ApiOutlined';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { DataTable } from '../../../parts/data-table.tsx';
import { DeleteDialog } from '../../../parts/delete-dialog.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import type { TabProps } from '../shown-function.ts';
import { CreateTrigger } from './create-trigger.tsx';
import { EditTrigger } from './edit-trigger.tsx';
import { SecretDialog } from './secret-dialog.tsx';
import { nameOf, paramsOf, type Trigger } from './trigger.ts';
import { useTriggerColumns } from './trigger-columns.tsx';
import './triggers.css';

type Opened =
  | { readonly dialog: 'create' }
  | { readonly dialog: 'edit' | 'delete' | 'secret'; readonly trigger: Trigger };

/** The triggers of the chosen version or alias. */
export function Section({ fn }: TabProps) {
  const { t } = useTexts('triggers');
  const [opened, setOpened] = useState<Opened>();
  const list = useQuery(query('listFunctionTriggers', { params: { function_urn: fn.urn } }));
  const columns = useTriggerColumns(fn, {
    onEdit: (trigger) => setOpened({ dialog: 'edit', trigger }),
    onDelete: (trigger) => setOpened({ dialog: 'delete', trigger }),
    onSecret: (trigger) => setOpened({ dialog: 'secret', trigger }),
  });
  const close = () => setOpened(undefined);
  const create = (
    <ActionButton needs="createFunctionTrigger" type="primary" onClick={() => setOpened({ dialog: 'create' })}>
      {t('create.action')}
    </ActionButton>
  );
  const isEmpty = list.data?.length === 0;
  return (
    <section className="triggers">
      <div className="triggers-head">
        <p>{t('intro', { chosen: fn.chosen.replace(/^!/, '') })}</p>
        {!isEmpty && create}
      </div>
      <DataTable
        query={list}
        rows={list.data ?? []}
        rowKey={(row) => row.trigger_id}
        columns={columns}
        empty={
          <EmptyState
            icon={<ApiOutlined />}
            title={t('empty.title')}
            text={t('empty.text')}
            action={create}
            command={`fgs triggers create ${fn.name} ${fn.isHttp ? `--type APIG --path /${fn.name}` : '--every 15m'}`}
          />
        }
      />
      {opened?.dialog === 'create' && (
        <CreateTrigger
          fn={fn}
          onClose={close}
          onCreated={(trigger) => setOpened(trigger.secret === undefined ? undefined : { dialog: 'secret', trigger })}
        />
      )}
      {opened?.dialog === 'edit' && <EditTrigger fn={fn} trigger={opened.trigger} onClose={close} />}
      {opened?.dialog === 'delete' && (
        <DeleteDialog
          route="deleteFunctionTrigger"
          input={{ params: paramsOf(fn, opened.trigger) }}
          title={t('remove.title', { name: nameOf(opened.trigger) })}
          consequence={t('remove.consequence')}
          done={() => t('remove.done', { name: nameOf(opened.trigger) })}
          failed={() => t('remove.failed', { name: nameOf(opened.trigger) })}
          onClose={close}
        />
      )}
      {opened?.dialog === 'secret' && <SecretDialog fn={fn} trigger={opened.trigger} onClose={close} />}
    </section>
  );
}
