import { useQuery } from '@tanstack/react-query';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { useNumbers } from '../../../parts/numbers.ts';

const EVERY_MS = 5000;
const MEBIBYTE = 1024 * 1024;

/** How full pools and queues are, read again every few seconds. */
export function Gauges() {
  const { t } = useTexts('health');
  const numbers = useNumbers();
  const { data } = useQuery({ ...query('showGauges'), refetchInterval: EVERY_MS });
  if (data === undefined) return null;
  const { instances, account, async } = data;
  const figures = [
    [t('gauges.living'), numbers.whole(instances.living)],
    [t('gauges.idle'), numbers.whole(instances.idle)],
    [t('gauges.frozen'), numbers.whole(instances.frozen)],
    [t('gauges.reserved'), numbers.whole(instances.reserved)],
    [t('gauges.starting'), numbers.whole(instances.starting)],
    [t('gauges.prewarmed'), numbers.whole(instances.prewarmed)],
    [t('gauges.memory'), numbers.bytes(instances.promised_memory_mb * MEBIBYTE)],
    [t('gauges.inFlight'), numbers.whole(instances.in_flight)],
    [t('gauges.waiting'), numbers.whole(instances.waiting)],
    [t('gauges.account'), numbers.whole(account.waiting)],
    [t('gauges.asyncWaiting'), numbers.whole(async.waiting)],
    [t('gauges.asyncRunning'), numbers.whole(async.running)],
    [t('gauges.deliveries'), numbers.whole(async.deliveries)],
    [t('gauges.deadLetters'), numbers.whole(async.dead_letters)],
  ] as const;
  return (
    <section className="platform-section" aria-label={t('gauges.title')}>
      <h2>{t('gauges.title')}</h2>
      <div className="platform-tiles">
        {figures.map(([name, figure]) => (
          <dl key={name} className="surface platform-tile">
            <dt>{name}</dt>
            <dd>{figure}</dd>
          </dl>
        ))}
      </div>
    </section>
  );
}
