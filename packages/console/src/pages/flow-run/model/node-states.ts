import type { FlowDefinition, FlowEdge, FlowNode } from '@funcgraph/flow';
import { placeOf, type RunModel, type ShownTry } from './run-model.ts';

export type NodeStatus = 'none' | 'running' | 'success' | 'fail' | 'cancel';

/** A node in a run. Inside of loops it runs several times, each with attempts of its own. */
export interface NodeState {
  readonly status: NodeStatus;
  /** How often it ran, without attempts. */
  readonly times: number;
  readonly ended: number;
  readonly attempts: number;
}

const NONE: NodeState = { status: 'none', times: 0, ended: 0, attempts: 0 };
const ONCE: NodeState = { status: 'success', times: 1, ended: 1, attempts: 1 };

export function nodeState(node: FlowNode, { byNode, handled, startedAt, endedAt }: RunModel): NodeState {
  if (node.kind === 'start') return startedAt === undefined ? NONE : ONCE;
  if (node.kind === 'error') {
    const times = handled.get(node.id) ?? 0;
    return times === 0 ? NONE : { ...ONCE, times, ended: times };
  }
  const tries = byNode.get(node.id) ?? [];
  if (tries.length === 0) return NONE;
  const last = [...new Map(tries.map((each) => [placeOf(each), each])).values()];
  return {
    status: statusOf(last, endedAt !== undefined),
    times: last.length,
    ended: last.filter(({ status }) => status !== 'running').length,
    attempts: tries.length,
  };
}

function statusOf(last: readonly ShownTry[], isOver: boolean): NodeStatus {
  const has = (status: ShownTry['status']) => last.some((each) => each.status === status);
  if (has('running') || (!isOver && last.some(isRetried))) return 'running';
  if (has('fail')) return 'fail';
  return has('cancel') ? 'cancel' : 'success';
}

/** Failed, with another attempt to come. */
const isRetried = ({ status, retryAt }: ShownTry): boolean => status === 'fail' && retryAt !== undefined;

/** Whether the run went along an edge. */
export function isTaken(edge: FlowEdge, flow: FlowDefinition, model: RunModel): boolean {
  const [from, to] = [edge.from, edge.to].map((id) => flow.nodes.find((node) => node.id === id));
  if (from === undefined || to === undefined) return false;
  if (nodeState(to, model).status === 'none') return false;
  const tries = model.byNode.get(from.id) ?? [];
  if (tries.some((each) => each.to === to.id)) return true;
  const leadsWithoutWord = from.kind === 'start' || from.kind === 'parallel' || from.kind === 'error';
  return nodeState(from, model).status !== 'none' && (leadsWithoutWord || to.kind === 'error' || 'parent' in from);
}
