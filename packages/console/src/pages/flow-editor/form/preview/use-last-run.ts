import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { query } from '../../../../api/index.ts';

const ANY_TIME = { start_time: '2000-01-01T00:00:00Z', end_time: '2100-01-01T00:00:00Z' };

/** The last run of the flow of this page with its values; undefined without one. */
export function useLastRun() {
  const { flow = '' } = useParams({ strict: false });
  const runs = useQuery({
    ...query('showWorkflowExecutionForPage', {
      params: { workflow_id: flow },
      query: { offset: '0', limit: '1', ...ANY_TIME },
    }),
    enabled: flow !== '',
  });
  const run = runs.data?.executions[0]?.execution_id ?? '';
  return useQuery({
    ...query('showWorkflowExecution', { params: { workflow_id: flow, execution_id: run } }),
    enabled: run !== '',
  }).data;
}

type LastRun = NonNullable<ReturnType<typeof useLastRun>>;

/** What a node got and gave in a run; of a loop the last iteration. */
export const executionOf = ({ node_execution_details }: LastRun, node: string) =>
  node_execution_details.find(({ node_id }) => node_id === node)?.executions.at(-1);
