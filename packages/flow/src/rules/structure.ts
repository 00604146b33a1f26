import type { FlowNode } from '../definition.ts';
import { type Graph, parentOf, reach } from '../graph/graph.ts';
import { entrances, left, type Region } from '../graph/regions.ts';
import { edgeRulesOf } from '../nodes/kinds.ts';
import { type Problem, problem, rules } from '../problems/problem.ts';

const RULES = rules('structure', {
  start: [
    'F-02',
    'A flow has exactly one start node, not {count}.',
    '函数流必须有且只有一个开始节点，当前为 {count} 个。',
  ],
  in_service: [
    'F-70',
    'In a service stand functions, not nodes of kind {kind}.',
    '服务节点内部只能有函数，不能有 {kind} 类型的节点。',
  ],
  unreachable: ['X-01', 'No path leads from the start to this node.', '无法从开始节点到达该节点。'],
  repeated_id: ['X-02', 'Several nodes have the id {id}.', '多个节点的 ID 同为 {id}。'],
  parent: ['X-06', 'The node {id} is no loop and no service.', '节点 {id} 不是循环节点或服务节点。'],
  entrance: [
    'X-21',
    'This edge leads into a branch of the parallel node {parallel} from outside.',
    '该连线从外部进入并行分支 {parallel} 的分支。',
  ],
  no_branch: [
    'X-23',
    'This edge leads straight to where the branches meet; a branch has a node.',
    '该连线直接指向分支汇合处，分支中必须有节点。',
  ],
  leaving: [
    'X-22',
    'Branches of this parallel node go on after the outer parallel node {parallel} has ended.',
    '该并行分支的分支超出了外层并行分支 {parallel} 的范围。',
  ],
});

/** What must hold for a whole graph, and perhaps does not while it is drawn. */
export function* checkStructure(graph: Graph, regions: readonly Region[]): Generator<Problem> {
  const { nodes } = graph.definition;
  const starts = nodes.filter(({ kind }) => kind === 'start');
  if (starts.length !== 1) yield problem(RULES.start, {}, { count: starts.length });
  const reached = reach(
    graph,
    starts.map(({ id }) => id),
  );
  for (const [id, same] of Map.groupBy(nodes, (node) => node.id)) {
    if (same.length > 1) yield problem(RULES.repeated_id, { node: id }, { id });
  }
  for (const node of nodes) {
    yield* checkFewest(graph, node);
    const parent = parentOf(node);
    if (parent !== undefined) yield* checkParent(graph, node, parent);
    else if (starts.length > 0 && !reached.has(node.id)) yield problem(RULES.unreachable, { node: node.id });
  }
  yield* checkRegions(graph, regions);
}

function* checkFewest(graph: Graph, { id, kind }: FlowNode): Generator<Problem> {
  const { min, max, counts } = edgeRulesOf(kind);
  const count = graph.from(id).length;
  if (count < min) yield problem(counts, { node: id }, { min, max, count });
}

function* checkParent(graph: Graph, { id, kind }: FlowNode, parent: string): Generator<Problem> {
  const outer = graph.kindOf(parent);
  const place = { node: id, field: 'parent' };
  if (outer !== 'loop' && outer !== 'service') yield problem(RULES.parent, place, { id: parent });
  if (outer === 'service' && kind !== 'function') yield problem(RULES.in_service, place, { kind });
}

function* checkRegions(graph: Graph, regions: readonly Region[]): Generator<Problem> {
  const nameOf = (id: string): string => graph.nodes.get(id)?.name ?? id;
  for (const region of regions) {
    if (region.join !== undefined && graph.from(region.node).some(({ to }) => to === region.join)) {
      yield problem(RULES.no_branch, { edge: { from: region.node, to: region.join } });
    }
    const outer = left(region, regions);
    for (const { node } of outer) {
      yield problem(RULES.leaving, { node: region.node }, { parallel: nameOf(node) });
    }
    if (outer.length > 0) continue;
    for (const { from, to } of entrances(graph, region)) {
      yield problem(RULES.entrance, { edge: { from, to } }, { parallel: nameOf(region.node) });
    }
  }
}
