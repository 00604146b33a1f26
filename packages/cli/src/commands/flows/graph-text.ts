import type { RunDetail } from './run-state.ts';

type NodeRun = RunDetail['node_execution_details'][number];

interface GraphNode {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly parent?: string;
}

interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

/** A sign and a word for each state: colour alone would not do. */
const SIGNS: Readonly<Record<string, string>> = {
  success: '✓',
  fail: '✗',
  timeout: '✗',
  running: '▶',
  stopping: '▶',
  scheduled: '○',
  cancel: '■',
};

/** They have no executions of their own: an error handler belongs to the node before it. */
const STATELESS: ReadonlySet<string> = new Set(['start', 'error']);

/** A line for each node, in the order of the flow; nodes inside a loop or service are indented below it. */
export function graphText(graph: Record<string, unknown>, runs: readonly NodeRun[]): string {
  const { nodes, edges } = graph as unknown as Graph;
  const byNode = new Map(runs.map((run) => [run.node_id, run]));
  const lines: string[] = [];
  const draw = (parent: string | undefined, indent: string): void => {
    for (const node of inOrder(
      nodes.filter((one) => one.parent === parent),
      edges,
    )) {
      const leadsTo = edges.filter(({ from }) => from === node.id).map(({ to }) => to);
      const arrow = leadsTo.length === 0 ? '' : ` → ${leadsTo.join(', ')}`;
      lines.push(`${indent}${stateText(node, byNode.get(node.id))}${arrow}`);
      draw(node.id, `${indent}    `);
    }
  };
  draw(undefined, '');
  return lines.join('\n');
}

function stateText({ id, name, kind }: GraphNode, run: NodeRun | undefined): string {
  const label = name === id ? id : `${id} (${name})`;
  const last = run?.executions.at(-1);
  if (STATELESS.has(kind)) return `  ${' '.repeat(9)} ${kind} ${label}`;
  if (last === undefined) return `· ${'not run'.padEnd(9)} ${kind} ${label}`;
  const times = run === undefined || run.executions.length === 1 ? '' : `, ${run.executions.length} times`;
  const took = last.end_time === undefined ? '' : `, ${last.end_time - last.begin_time} ms`;
  return `${SIGNS[last.status] ?? '?'} ${last.status.padEnd(9)} ${kind} ${label}${took}${times}`;
}

/** Each node after those that lead to it; of equals the first of the file first. */
function inOrder(nodes: readonly GraphNode[], edges: Graph['edges']): readonly GraphNode[] {
  const left = new Set(nodes.map(({ id }) => id));
  const inner = edges.filter(({ from, to }) => left.has(from) && left.has(to));
  const ordered: GraphNode[] = [];
  while (left.size > 0) {
    const next = nodes.find(({ id }) => left.has(id) && !inner.some(({ from, to }) => to === id && left.has(from)));
    if (next === undefined) return [...ordered, ...nodes.filter(({ id }) => left.has(id))];
    left.delete(next.id);
    ordered.push(next);
  }
  return ordered;
}
