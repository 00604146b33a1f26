import type { ServiceNode } from '../../definition.ts';
import { problem, rules } from '../../problems/problem.ts';
import { checkFilters } from '../check-texts.ts';
import type { NodeKindRules } from '../node-kind.ts';

const RULES = rules('service', {
  counts: [
    'F-71',
    'A service leads to one node at most, besides its error handler; not to {count}.',
    '服务节点除异常处理外最多有一个后续节点，当前为 {count} 个。',
  ],
  kinds: ['F-71', 'A service cannot lead to a node of kind {kind}.', '服务节点的后续节点不能是 {kind} 类型。'],
  handler: [
    'F-71',
    'A service has one error handler at most, not {count}.',
    '服务节点最多有一个异常处理节点，当前为 {count} 个。',
  ],
  empty: ['F-70', 'A service has no function inside.', '服务节点内没有函数。'],
  order: [
    'F-72',
    'The functions of a sequential service form one line; {count} of them have no function before them.',
    '串行服务节点的函数必须连成一条线，当前有 {count} 个起始函数。',
  ],
  fork: [
    'F-72',
    'Functions of a service form a line: {name} has several functions before it.',
    '服务节点的函数必须连成一条线：{name} 有多个前置函数。',
  ],
});

export const service: NodeKindRules<ServiceNode> = {
  words: {
    name: { en: 'Service', zh: '服务节点' },
    about: { en: 'Calls several functions as one step.', zh: '将多个函数作为一个步骤执行。' },
  },
  lines: { min: 0, max: 1, refuses: [], counts: RULES.counts, kinds: RULES.kinds, handler: RULES.handler },
  *check(node, graph) {
    yield* checkFilters(node);
    const inner = graph.inside(node.id);
    if (inner.length === 0) yield problem(RULES.empty, { node: node.id });
    const first = inner.filter(({ id }) => graph.to(id).length === 0).length;
    if (node.action_mode === 'sequential' && first > 1) yield problem(RULES.order, { node: node.id }, { count: first });
    for (const { id, name } of inner) {
      if (graph.to(id).length > 1) yield problem(RULES.fork, { node: id }, { name });
    }
  },
};
