import BellOutlined from '@ant-design/icons/es/icons/BellOutlined';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import type { Metric } from '../../../parts/alarm-rule/index.ts';
import { TimeChart } from '../../../parts/chart/index.ts';
import { ErrorView } from '../../../parts/error-view.tsx';
import { MissingServers } from '../../../parts/missing-servers.tsx';
import { useNumbers } from '../../../parts/numbers.ts';
import type { Span } from '../../../parts/time-span/index.ts';
import { useAlarmLines } from './alarm-lines.ts';
import { figuresOf, seriesOf } from './metric-series.ts';
import type { Step } from './steps.ts';

const SECONDS = 60;

interface MetricsProps {
  readonly urn: string;
  /** What rules about it watch. */
  readonly watched: string;
  readonly span: Span;
  readonly step: Step;
  /** Starts a rule about a metric. */
  readonly onAlarm: (metric: Metric) => void;
}

/** All metrics of a function, version or alias. */
export function Metrics({ urn, watched, span, step, onAlarm }: MetricsProps) {
  const { t } = useTexts('monitoring');
  const { whole, short, fine } = useNumbers();
  const alarms = useAlarmLines(watched);
  const { data, error, refetch } = useQuery({
    ...query('showMetrics', {
      params: { function_urn: urn },
      query: {
        from: new Date(span.from).toISOString(),
        to: new Date(span.to).toISOString(),
        step: String(step * SECONDS),
      },
    }),
    placeholderData: keepPreviousData,
  });
  if (error && !data) return <ErrorView error={error} onRetry={() => void refetch()} />;
  const points = data?.points ?? [];
  const figures = figuresOf(points);
  const times = { unit: t('units.times'), format: short, kind: 'bar' } as const;
  const ms = { format: short, kind: 'line' } as const;
  return (
    <>
      <MissingServers names={data?.unreachable_servers} />
      <div className="monitoring-charts">
        <TimeChart
          {...times}
          title={t('metrics.calls')}
          info={t('metrics.callsInfo')}
          thresholds={alarms('count')}
          footer={<AlarmFooter title={t('metrics.calls')} onClick={() => onAlarm('count')} />}
          figure={whole(figures.calls)}
          series={[{ name: t('metrics.calls'), points: seriesOf(points, 'count') }]}
        />
        <TimeChart
          {...times}
          title={t('metrics.errors')}
          info={t('metrics.errorsInfo')}
          thresholds={alarms('failcount')}
          footer={<AlarmFooter title={t('metrics.errors')} onClick={() => onAlarm('failcount')} />}
          figure={whole(figures.failed)}
          series={[{ name: t('metrics.errors'), points: seriesOf(points, 'failed') }]}
        />
        <TimeChart
          {...ms}
          title={t('metrics.duration')}
          info={t('metrics.durationInfo')}
          thresholds={alarms('duration', 'maxDuration', 'minDuration')}
          footer={<AlarmFooter title={t('metrics.duration')} onClick={() => onAlarm('duration')} />}
          figure={fine(figures.duration)}
          unit={t('units.averageMs')}
          series={[
            { name: t('metrics.average'), points: seriesOf(points, 'duration_ms') },
            { name: t('metrics.longest'), points: seriesOf(points, 'max_ms') },
            { name: t('metrics.shortest'), points: seriesOf(points, 'min_ms') },
          ]}
        />
        <TimeChart
          {...ms}
          title={t('metrics.quantiles')}
          info={t('metrics.quantilesInfo')}
          figure={fine(figures.slowest)}
          unit={t('units.p99Ms')}
          series={[
            { name: 'P50', points: seriesOf(points, 'p50_ms') },
            { name: 'P95', points: seriesOf(points, 'p95_ms') },
            { name: 'P99', points: seriesOf(points, 'p99_ms') },
          ]}
        />
        <TimeChart
          {...times}
          title={t('metrics.rejections')}
          info={t('metrics.rejectionsInfo')}
          thresholds={alarms('rejectcount')}
          footer={<AlarmFooter title={t('metrics.rejections')} onClick={() => onAlarm('rejectcount')} />}
          figure={whole(figures.rejected)}
          series={[{ name: t('metrics.rejections'), points: seriesOf(points, 'rejected') }]}
        />
        <TimeChart
          {...ms}
          title={t('metrics.resources')}
          info={t('metrics.resourcesInfo')}
          thresholds={alarms('concurrency', 'reservedinstancenum')}
          footer={<AlarmFooter title={t('metrics.resources')} onClick={() => onAlarm('concurrency')} />}
          figure={whole(figures.concurrency)}
          unit={t('units.mostAtOnce')}
          series={[
            { name: t('metrics.concurrency'), points: seriesOf(points, 'concurrency') },
            { name: t('metrics.reserved'), points: seriesOf(points, 'reserved_instances') },
            { name: t('metrics.instances'), points: seriesOf(points, 'instances') },
          ]}
        />
      </div>
    </>
  );
}

function AlarmFooter({ title, onClick }: { title: string; onClick: () => void }) {
  const { t } = useTexts('alarms');
  return (
    <ActionButton
      needs="createAlarm"
      type="link"
      size="small"
      className="monitoring-alarm"
      icon={<BellOutlined />}
      aria-label={t('create.about', { title })}
      onClick={onClick}
    >
      {t('create.title')}
    </ActionButton>
  );
}
