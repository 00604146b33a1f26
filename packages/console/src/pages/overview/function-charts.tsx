import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { TimeChart, total, weightedAverage } from '../../parts/chart/index.ts';
import { ErrorView } from '../../parts/error-view.tsx';
import { useNumbers } from '../../parts/numbers.ts';
import { TopFunctions } from './top-functions.tsx';

const REFRESH_MS = 60_000;

/** Invocations of all functions of the project. */
export function FunctionCharts({ minutes }: { minutes: number }) {
  const { t } = useTexts('overview');
  const { whole, short, fine } = useNumbers();
  const { data, error, refetch } = useQuery({
    ...query('listStatistics', { query: { filter: 'monitor_data', period: String(minutes) } }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
  if (error && !data) return <ErrorView error={error} onRetry={() => void refetch()} />;
  const { count = [], fail_count = [], reject_count = [], duration = [] } = data?.statistics ?? {};
  const times = { unit: t('units.times'), format: short, kind: 'bar' } as const;
  return (
    <div className="overview-charts">
      <TimeChart
        {...times}
        title={t('functions.invocations')}
        info={t('functions.invocationsInfo')}
        figure={whole(total(count))}
        series={[{ name: t('functions.invocations'), points: count }]}
        footer={<TopFunctions by="count" minutes={minutes} />}
      />
      <TimeChart
        {...times}
        title={t('functions.errors')}
        info={t('functions.errorsInfo')}
        figure={whole(total(fail_count))}
        series={[{ name: t('functions.errors'), points: fail_count }]}
        footer={<TopFunctions by="failcount" minutes={minutes} />}
      />
      <TimeChart
        kind="line"
        unit={t('units.averageMs')}
        format={short}
        title={t('functions.duration')}
        info={t('functions.durationInfo')}
        figure={fine(weightedAverage(duration, count))}
        series={[
          { name: t('functions.average'), points: duration },
          { name: t('functions.longest'), points: data?.statistics?.max_duration ?? [] },
          { name: t('functions.shortest'), points: data?.statistics?.min_duration ?? [] },
        ]}
      />
      <TimeChart
        {...times}
        title={t('functions.rejections')}
        info={t('functions.rejectionsInfo')}
        figure={whole(total(reject_count))}
        series={[{ name: t('functions.rejections'), points: reject_count }]}
      />
    </div>
  );
}
