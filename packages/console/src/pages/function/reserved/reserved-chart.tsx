import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { TimeChart } from '../../../parts/chart/index.ts';
import { ErrorView } from '../../../parts/error-view.tsx';
import { useNumbers } from '../../../parts/numbers.ts';
import { SpanPicker, useSpan } from '../../../parts/time-span/index.ts';
import type { ShownFunction } from '../shown-function.ts';
import { keyOf } from './reserved-columns.tsx';
import type { Reserved } from './reserved-fields.ts';

/** The least number of instances that a policy means, and the base count for none. */
function levelOf({ min_count, tactics_config }: Reserved, policy: string): number {
  const byTime = tactics_config.cron_configs.find(({ name }) => name === policy);
  const byCalls = tactics_config.metric_configs.find(({ name }) => name === policy);
  return Math.max(min_count, byTime?.count ?? byCalls?.min ?? 0);
}

/** Running requests and reserved instances of a version or alias, beside what a policy means. */
export function ReservedChart({ fn, reserved }: { fn: ShownFunction; reserved: Reserved }) {
  const { t } = useTexts('functionReserved');
  const { whole, short } = useNumbers();
  const span = useSpan('1h');
  const [policy, setPolicy] = useState('');
  const { data, error, refetch } = useQuery({
    ...query('showMetrics', {
      params: { function_urn: `${fn.baseUrn}:${keyOf(reserved)}` },
      query: { from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString() },
    }),
    placeholderData: keepPreviousData,
  });
  if (error && !data) return <ErrorView error={error} onRetry={() => void refetch()} />;
  const points = data?.points ?? [];
  const level = levelOf(reserved, policy);
  const series = (of: (point: (typeof points)[number]) => number) =>
    points.map((point) => ({ timestamp: Date.parse(point.time), value: of(point) }));
  const { cron_configs, metric_configs } = reserved.tactics_config;
  const name = policy === '' ? t('chart.base') : policy;
  return (
    <>
      <div className="reserved-chart-tools">
        <Select
          aria-label={t('chart.policy')}
          value={policy}
          onChange={setPolicy}
          popupMatchSelectWidth={false}
          options={[
            { value: '', label: t('chart.base') },
            ...[...cron_configs, ...metric_configs].map((one) => ({ value: one.name, label: one.name })),
          ]}
        />
        <SpanPicker span={span} />
      </div>
      <TimeChart
        kind="line"
        title={t('chart.title', { name: reserved.qualifier_name })}
        info={t('chart.info')}
        figure={whole(points.at(-1)?.reserved_instances ?? 0)}
        unit={t('chart.unit')}
        format={short}
        series={[
          { name: t('chart.concurrency'), points: series(({ concurrency }) => concurrency) },
          { name, points: series(() => level) },
          { name: t('chart.reserved'), points: series(({ reserved_instances }) => reserved_instances) },
        ]}
      />
    </>
  );
}
