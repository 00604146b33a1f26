import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { query, useMissingRight } from '../../../api/index.ts';
import { type Metric, useRuleText } from '../../../parts/alarm-rule/index.ts';
import type { Threshold } from '../../../parts/chart/index.ts';

/** Thresholds of the rules about a function, version or alias that are switched on. */
export function useAlarmLines(watched: string): (...metrics: readonly Metric[]) => readonly Threshold[] {
  const mayList = useMissingRight('listAlarms') === undefined;
  const textOf = useRuleText();
  const { data } = useQuery({ ...query('listAlarms', { query: { limit: '100' } }), enabled: mayList });
  const byMetric = useMemo(
    () =>
      Map.groupBy(
        data?.alarms.filter((rule) => rule.enabled && rule.target_urn === watched) ?? [],
        (rule) => rule.metric,
      ),
    [data, watched],
  );
  return (...metrics) =>
    metrics.flatMap((metric) =>
      (byMetric.get(metric) ?? []).map((rule) => ({ name: rule.name, value: rule.threshold, text: textOf(rule) })),
    );
}
