import { useTexts } from '../../../i18n/index.ts';
import { Status } from '../../../parts/status.tsx';
import type { Trigger } from './trigger.ts';

/** Whether a trigger is on, and how it is connected to its broker, stream or log. */
export function TriggerStatus({ trigger: { trigger_status: status, connection } }: { trigger: Trigger }) {
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
