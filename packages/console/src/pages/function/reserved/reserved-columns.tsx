import { Button, type TableColumnsType } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { Status } from '../../../parts/status.tsx';
import { qualifierOf, type Reserved } from './reserved-fields.ts';

interface ReservedRows {
  readonly charted: string;
  readonly onChart: (qualifier: string) => void;
  readonly onEdit: (reserved: Reserved) => void;
  readonly onDelete: (reserved: Reserved) => void;
}

export const keyOf = ({ qualifier_type, qualifier_name }: Reserved): string =>
  qualifierOf(qualifier_type, qualifier_name);

export const policyNames = ({ tactics_config: { cron_configs, metric_configs } }: Reserved): readonly string[] =>
  [...cron_configs, ...metric_configs].map(({ name }) => name);

export function useReservedColumns({ charted, onChart, onEdit, onDelete }: ReservedRows): TableColumnsType<Reserved> {
  const { t } = useTexts('functionReserved');
  return [
    {
      title: t('columns.qualifier'),
      key: 'qualifier',
      fixed: 'left',
      render: (_, row) => (
        <Button
          type="link"
          size="small"
          className="reserved-link"
          aria-pressed={keyOf(row) === charted}
          onClick={() => onChart(keyOf(row))}
        >
          {`${row.qualifier_name} (${t(row.qualifier_type)})`}
        </Button>
      ),
    },
    { title: t('columns.count'), dataIndex: 'min_count', align: 'right' },
    { title: t('columns.idle'), dataIndex: 'idle_mode', render: (isIdle: boolean) => t(isIdle ? 'on' : 'off') },
    {
      title: t('columns.policies'),
      key: 'policies',
      render: (_, row) => policyNames(row).join(', ') || '–',
    },
    { title: t('columns.now'), key: 'now', render: (_, row) => <Now reserved={row} /> },
    {
      title: t('columns.actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, row) => (
        <span className="reserved-actions">
          <ActionButton
            needs="updateFunctionReservedInstancesCount"
            type="link"
            size="small"
            onClick={() => onEdit(row)}
          >
            {t('edit.action')}
          </ActionButton>
          <ActionButton
            needs="updateFunctionReservedInstancesCount"
            type="link"
            size="small"
            onClick={() => onDelete(row)}
          >
            {t('remove.action')}
          </ActionButton>
        </span>
      ),
    },
  ];
}

function Now({ reserved: { ready, desired, failing } }: { reserved: Reserved }) {
  const { t } = useTexts('functionReserved');
  const missing = failing === null ? 'warning' : 'bad';
  return (
    <>
      <Status kind={ready >= desired ? 'good' : missing}>{t('ready', { ready, desired })}</Status>
      {failing !== null && <div className="reserved-reason">{failing.reason}</div>}
    </>
  );
}
