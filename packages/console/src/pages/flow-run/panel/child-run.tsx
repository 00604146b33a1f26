import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { query } from '../../../api/index.ts';

const MOST = '100';

interface ChildRunProps {
  /** URN of the sub-flow. */
  readonly flow: string;
  readonly run: string;
}

/** A run of a sub-flow, with the way to it; of an express flow, which keeps no runs, to its log lines. */
export function ChildRun({ flow: urn, run }: ChildRunProps) {
  const name = urn.split(':').at(-2) ?? '';
  const { data } = useQuery(query('listWorkflow', { query: { limit: MOST, workflow_name: name } }));
  const found = data?.workflows.find(({ workflow_urn }) => workflow_urn === urn);
  const text = <code>{run}</code>;
  if (found === undefined) return text;
  return (
    <Link
      to={found.mode === 'EXPRESS' ? '/flows/$flow/logs' : '/flows/$flow/runs'}
      params={{ flow: found.id }}
      search={{ run } as never}
    >
      {text}
    </Link>
  );
}
