import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { query } from '../../api/index.ts';
import { ErrorView } from '../../parts/error-view.tsx';
import { FlowCharts } from '../../parts/flow-charts.tsx';

const REFRESH_MS = 60_000;

/** Runs of all flows of the project. */
export function ProjectFlowCharts({ minutes }: { minutes: number }) {
  const { data, error, refetch } = useQuery({
    ...query('showTenantMetric', { query: { period: String(minutes) } }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
  if (error && !data) return <ErrorView error={error} onRetry={() => void refetch()} />;
  return <FlowCharts statistics={data ?? {}} />;
}
