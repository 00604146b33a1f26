import { signOf } from './run-sign.ts';
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

/** They have no executions of their own: an error handler belongs to the node before it. */
const STATELESS: ReadonlySet<string> = new Set(['start', 'error']);

/**
 * A line for each node, in the order of the flow, with its state in the run if one is given; nodes inside a loop or
 * service are indented below it.
 */
export function graphText(graph: Record<string, unknown>, run?: RunDetail): string {
  const { nodes, edges } = graph as unknown as Graph;
  const byNode = new Map(run?.node_execution_details.map((one) => [one.node_id, one]));
  const lines: string[] = [];
  const draw = (parent: string | undefined, indent: string): void => {
    for (const node of inOrder(
      nodes.filter((one) => one.parent === parent),
      edges,
    )) {
      const leadsTo = edges.filter(({ from }) => from === node.id).map(({ to }) => to);
      const arrow = leadsTo.length === 0 ? '' : ` → ${leadsTo.join(', ')}`;
      const state = run === undefined ? '' : stateText(node, byNode.get(node.id));
      const label = node.name === node.id ? node.id : `${node.id} (${node.name})`;
      lines.push(`${indent}${state}${node.kind} ${label}${timesText(byNode.get(node.id))}${arrow}`);
      draw(node.id, `${indent}    `);
    }
  };
  draw(undefined, '');
  return lines.join('\n');
}

function stateText({ kind }: GraphNode, run: NodeRun | undefined): string {
  if (STATELESS.has(kind)) return ' '.repeat(12);
  const status = run?.executions.at(-1)?.status;
  return status === undefined ? '· not run   ' : `${signOf(status)} ${status.padEnd(9)} `;
}

function timesText(run: NodeRun | undefined): string {
  const last = run?.executions.at(-1);
  if (run === undefined || last === undefined) return '';
  const times = run.executions.length === 1 ? '' : `, ${run.executions.length} times`;
  const took = last.end_time === undefined ? '' : `, ${last.end_time - last.begin_time} ms`;
  const { error_message: error } = last;
  const failure = error === undefined ? '' : `: ${error.error_code}: ${error.error_message}`;
  return `${took}${times}${failure}`;
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
