import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { pages, useMissingRight } from '../../../api/index.ts';
import { type Metric, useRuleText } from '../../../parts/alarm-rule/index.ts';
import type { Threshold } from '../../../parts/chart/index.ts';

/** Thresholds of the rules about a function, version or alias that are switched on. */
export function useAlarmLines(watched: string): (...metrics: readonly Metric[]) => readonly Threshold[] {
  const mayList = useMissingRight('listAlarms') === undefined;
  const textOf = useRuleText();
  const { data, hasNextPage, fetchNextPage } = useInfiniteQuery({
    ...pages('listAlarms', { query: { target_urn: watched } }),
    enabled: mayList,
  });
  // a page is of more rules than nearly any function has
  useEffect(() => {
    if (hasNextPage) void fetchNextPage();
  }, [hasNextPage, fetchNextPage]);
  const byMetric = useMemo(
    () =>
      Map.groupBy(
        data?.pages.flatMap(({ alarms }) => alarms).filter(({ enabled }) => enabled) ?? [],
        (rule) => rule.metric,
      ),
    [data],
  );
  return (...metrics) =>
    metrics.flatMap((metric) =>
      (byMetric.get(metric) ?? []).map((rule) => ({ name: rule.name, value: rule.threshold, text: textOf(rule) })),
    );
}
