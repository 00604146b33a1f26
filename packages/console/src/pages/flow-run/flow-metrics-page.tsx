import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { query } from '../../api/index.ts';
import { ErrorView } from '../../parts/error-view.tsx';
import { FlowCharts } from '../../parts/flow-charts.tsx';
import { SpanPicker, useSpan } from '../../parts/time-span/index.ts';
import { FlowFrame, type ShownFlow } from './flow-frame.tsx';
import './flow-run.css';

const REFRESH_MS = 60_000;

/** Runs, failures and durations of one flow over time. */
export function Page() {
  return <FlowFrame>{(flow) => <Metrics flow={flow} />}</FlowFrame>;
}

function Metrics({ flow }: { flow: ShownFlow }) {
  const span = useSpan('1h');
  const range =
    span.name === 'custom'
      ? { start_time: String(span.from), end_time: String(span.to) }
      : { period: String((span.to - span.from) / REFRESH_MS) };
  const { data, error, refetch } = useQuery({
    ...query('showWorkFlowMetric', { params: { workflow_urn: flow.urn }, query: range }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
  return (
    <>
      <div className="flow-tools">
        <SpanPicker span={span} />
      </div>
      {error && !data ? (
        <ErrorView error={error} onRetry={() => void refetch()} />
      ) : (
        <FlowCharts statistics={data ?? {}} />
      )}
    </>
  );
}
