import type { TableColumnsType } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { RowAction } from '../../../parts/row-action.tsx';
import { Status } from '../../../parts/status.tsx';
import { formOf, kindKey } from '../../../parts/triggers/kinds.ts';
import { TriggerFacts } from '../../../parts/triggers/trigger-facts.tsx';
import { useChange } from '../../../parts/use-change.ts';
import type { ShownFunction } from '../shown-function.ts';
import { nameOf, paramsOf, type Trigger } from './trigger.ts';

/** Enables a disabled trigger, and disables an enabled one. */
function useSwitchTrigger(fn: ShownFunction) {
  const { t } = useTexts('triggers');
  const { send } = useChange('updateTrigger');
  return (trigger: Trigger) => {
    const name = nameOf(trigger);
    const trigger_status = trigger.trigger_status === 'ACTIVE' ? 'DISABLED' : 'ACTIVE';
    void send(
      { params: paramsOf(fn, trigger), body: { trigger_status } },
      { done: () => t('enable.done', { name }), failed: () => t('enable.failed', { name }) },
    );
  };
}

/** Whether a trigger is on, and how it is connected to its broker, stream or log. */
function TriggerStatus({ trigger: { trigger_status: status, connection } }: { trigger: Trigger }) {
  const { t } = useTexts('triggers');
  const isLost = status === 'ACTIVE' && connection?.state === 'RETRYING';
  return (
    <>
      <Status kind={isLost ? 'warning' : status === 'ACTIVE' ? 'good' : 'off'}>
        {t(`status.${isLost ? 'RETRYING' : status}`)}
      </Status>
      {isLost && <div className="trigger-note">{connection?.error}</div>}
      {connection?.lag !== undefined && <div className="trigger-note">{t('lag', { count: connection.lag })}</div>}
    </>
  );
}

interface TriggerActions {
  readonly onEdit: (trigger: Trigger) => void;
  readonly onDelete: (trigger: Trigger) => void;
  readonly onSecret: (trigger: Trigger) => void;
}

export function useTriggerColumns(
  fn: ShownFunction,
  { onEdit, onDelete, onSecret }: TriggerActions,
): TableColumnsType<Trigger> {
  const { t } = useTexts('triggers');
  const turn = useSwitchTrigger(fn);
  return [
    {
      title: t('columns.name'),
      key: 'name',
      fixed: 'left',
      render: (_, row) => {
        const known = kindKey(row.trigger_type_code);
        return (
          <div className="trigger-name">
            {nameOf(row)}
            <div className="trigger-note">{known === undefined ? row.trigger_type_code : t(`kinds.${known}`)}</div>
          </div>
        );
      },
    },
    {
      title: t('columns.settings'),
      key: 'settings',
      render: (_, row) => <TriggerFacts code={row.trigger_type_code} data={row.event_data} />,
    },
    { title: t('columns.status'), key: 'status', render: (_, row) => <TriggerStatus trigger={row} /> },
    {
      title: t('columns.actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, row) => (
        <div className="trigger-actions">
          {row.trigger_type_code === 'EVENT' && (
            <RowAction needs="showFunctionTrigger" text={t('secret.action')} onClick={() => onSecret(row)} />
          )}
          {formOf(row.trigger_type_code) && (
            <RowAction needs="updateTrigger" text={t('change.action')} onClick={() => onEdit(row)} />
          )}
          {formOf(row.trigger_type_code)?.isAlwaysOn !== true && (
            <RowAction
              needs="updateTrigger"
              text={t(row.trigger_status === 'ACTIVE' ? 'enable.off' : 'enable.on')}
              onClick={() => turn(row)}
            />
          )}
          <RowAction needs="deleteFunctionTrigger" text={t('remove.action')} onClick={() => onDelete(row)} />
        </div>
      ),
    },
  ];
}
