import type { RouteResponse, Routes } from '@funcgraph/api';
import { useTexts } from '../i18n/index.ts';
import { latest, TimeChart, total, weightedAverage } from './chart/index.ts';
import './flow-charts.css';
import { useNumbers } from './numbers.ts';

type Statistics = RouteResponse<Routes['showTenantMetric']>;

/** Runs of a flow, or of all flows of the project. */
export function FlowCharts({ statistics }: { statistics: Statistics }) {
  const { t } = useTexts('overview');
  const { whole, short, fine } = useNumbers();
  const { count = [], fail_count = [], running_count = [], duration = [] } = statistics;
  const times = { unit: t('units.times'), format: short, kind: 'bar' } as const;
  return (
    <div className="flow-charts">
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
