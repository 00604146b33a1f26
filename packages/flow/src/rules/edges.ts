import type { FlowEdge } from '../definition.ts';
import { closingEdges, type Graph, parentOf } from '../graph/graph.ts';
import { crossings, type Region } from '../graph/regions.ts';
import { edgeRulesOf } from '../nodes/kinds.ts';
import { type Problem, problem, rules } from '../problems/problem.ts';

const RULES = rules('edges', {
  cycle: ['F-01', 'This edge closes a cycle.', '该连线形成了环。'],
  to_start: ['F-02', 'Nothing leads to the start node.', '不能有连线指向开始节点。'],
  unknown_node: ['X-03', 'The node {id} does not exist.', '节点 {id} 不存在。'],
  repeated: ['X-04', 'There are two edges between these nodes.', '两个节点之间存在重复连线。'],
  border: ['X-07', 'An edge cannot cross the border of a loop or a service.', '连线不能跨越循环节点或服务节点的边界。'],
  branch: [
    'X-08',
    'Only edges out of conditions and error handlers have a branch.',
    '只有条件分支和异常处理的连线可以设置分支。',
  ],
  crossing: [
    'X-20',
    'Branches of the parallel node {parallel} lead to {name}, but not all paths there pass the node where the branches meet.',
    '并行分支 {parallel} 的多个分支通向 {name}，但并非所有路径都经过分支汇合的节点。',
  ],
});

/**
 * What no further edge or node can mend: these rules hold for a drawing at any time. Regions are those of an acyclic
 * graph.
 */
export function* checkEdges(graph: Graph, regions: readonly Region[]): Generator<Problem> {
  const seen = new Set<string>();
  for (const edge of graph.definition.edges) {
    yield* checkEnds(graph, edge);
    const pair = JSON.stringify([edge.from, edge.to]);
    if (seen.has(pair)) yield problem(RULES.repeated, placeOf(edge));
    seen.add(pair);
  }
  for (const edge of closingEdges(graph)) yield problem(RULES.cycle, placeOf(edge));
  for (const { id } of graph.definition.nodes) yield* checkSuccessors(graph, id);
  for (const region of regions) {
    for (const id of firstOf(graph, crossings(graph, region))) {
      const name = graph.nodes.get(id)?.name ?? id;
      yield problem(
        RULES.crossing,
        { node: id },
        { name, parallel: graph.nodes.get(region.node)?.name ?? region.node },
      );
    }
  }
}

function* checkEnds(graph: Graph, edge: FlowEdge): Generator<Problem> {
  const from = graph.nodes.get(edge.from);
  const to = graph.nodes.get(edge.to);
  if (from === undefined) yield problem(RULES.unknown_node, { ...placeOf(edge), field: 'from' }, { id: edge.from });
  if (to === undefined) yield problem(RULES.unknown_node, { ...placeOf(edge), field: 'to' }, { id: edge.to });
  if (from === undefined || to === undefined) return;
  if (to.kind === 'start') yield problem(RULES.to_start, placeOf(edge));
  if (parentOf(from) !== parentOf(to)) yield problem(RULES.border, placeOf(edge));
  if (edge.branch !== undefined && from.kind !== 'condition' && from.kind !== 'error') {
    yield problem(RULES.branch, { ...placeOf(edge), field: 'branch' });
  }
}

function* checkSuccessors(graph: Graph, id: string): Generator<Problem> {
  const kind = graph.kindOf(id);
  if (kind === undefined) return;
  const { min, max, refuses, counts, kinds, handler } = edgeRulesOf(kind);
  const { handlers = [], others = [] } = Object.groupBy(graph.from(id), ({ to }) =>
    handler !== undefined && graph.kindOf(to) === 'error' ? 'handlers' : 'others',
  );
  if (handler !== undefined && handlers.length > 1) yield problem(handler, { node: id }, { count: handlers.length });
  if (others.length > max) yield problem(counts, { node: id }, { min, max, count: others.length });
  for (const edge of others) {
    const to = graph.kindOf(edge.to) ?? '';
    if (refuses.some((refused) => refused === to)) yield problem(kinds, placeOf(edge), { kind: to });
  }
}

/** Of the nodes those that no other of them leads to. */
const firstOf = (graph: Graph, nodes: ReadonlySet<string>): readonly string[] =>
  [...nodes].filter((id) => graph.to(id).every(({ from }) => !nodes.has(from)));

const placeOf = ({ from, to }: FlowEdge) => ({ edge: { from, to } });
