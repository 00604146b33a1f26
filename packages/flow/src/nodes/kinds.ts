import type { FlowNode, NodeKind } from '../definition.ts';
import type { Graph } from '../graph/graph.ts';
import type { Problem } from '../problems/problem.ts';
import { condition } from './condition/kind.ts';
import { end } from './end/kind.ts';
import { error } from './error/kind.ts';
import { functionKind } from './function/kind.ts';
import { loop } from './loop/kind.ts';
import type { KindWords, LineRules, NodeKindRules } from './node-kind.ts';
import { parallel } from './parallel/kind.ts';
import { service } from './service/kind.ts';
import { start } from './start/kind.ts';
import { subflow } from './subflow/kind.ts';
import { wait } from './wait/kind.ts';

/** Words, edge rules and checks of each node kind. */
const KINDS: { readonly [K in NodeKind]: NodeKindRules<Extract<FlowNode, { kind: K }>> } = {
  start,
  end,
  function: functionKind,
  subflow,
  parallel,
  condition,
  error,
  loop,
  wait,
  service,
};

export const edgeRulesOf = (kind: NodeKind): LineRules => KINDS[kind].lines;

/** Names and descriptions of the kinds. */
export const KIND_WORDS: Readonly<Record<NodeKind, KindWords>> = Object.fromEntries(
  Object.entries(KINDS).map(([kind, { words }]) => [kind, words]),
) as Record<NodeKind, KindWords>;

export function checkNode(node: FlowNode, graph: Graph): Iterable<Problem> {
  const kind: Pick<NodeKindRules<never>, 'check'> = KINDS[node.kind];
  return kind.check(node as never, graph);
}
