import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { TimeChart } from '../../parts/chart/index.ts';
import { ErrorView } from '../../parts/error-view.tsx';
import { useNumbers } from '../../parts/numbers.ts';
import { latest, total, weightedAverage } from './summaries.ts';

const REFRESH_MS = 60_000;

/** Runs of all flows of the project. */
export function FlowCharts({ minutes }: { minutes: number }) {
  const { t } = useTexts('overview');
  const { whole, short, fine } = useNumbers();
  const { data, error, refetch } = useQuery({
    ...query('showTenantMetric', { query: { period: String(minutes) } }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
  if (error && !data) return <ErrorView error={error} onRetry={() => void refetch()} />;
  const { count = [], fail_count = [], running_count = [], duration = [] } = data ?? {};
  const times = { unit: t('units.times'), format: short, kind: 'bar' } as const;
  return (
    <div className="overview-charts">
      <TimeChart
        {...times}
        title={t('flows.runs')}
        info={t('flows.runsInfo')}
        figure={whole(total(count))}
        series={[{ name: t('flows.runs'), points: count }]}
      />
      <TimeChart
        {...times}
        title={t('flows.errors')}
        info={t('flows.errorsInfo')}
        figure={whole(total(fail_count))}
        series={[{ name: t('flows.errors'), points: fail_count }]}
      />
      <TimeChart
        kind="line"
        unit={t('units.averageMs')}
        format={short}
        title={t('flows.duration')}
        info={t('flows.durationInfo')}
        figure={fine(weightedAverage(duration, count))}
        series={[{ name: t('flows.duration'), points: duration }]}
      />
      <TimeChart
        kind="line"
        unit={t('units.now')}
        format={short}
        title={t('flows.running')}
        info={t('flows.runningInfo')}
        figure={whole(latest(running_count))}
        series={[{ name: t('flows.running'), points: running_count }]}
      />
    </div>
  );
}
