import type { SubflowNode } from '../../definition.ts';
import { problem, rules } from '../../problems/problem.ts';
import { checkFilters } from '../check-texts.ts';
import type { NodeKindRules } from '../node-kind.ts';

const RULES = rules('subflow', {
  counts: [
    'F-83',
    'A sub-flow leads to one node at most, besides its error handler; not to {count}.',
    '子流程除异常处理外最多有一个后续节点，当前为 {count} 个。',
  ],
  kinds: ['F-83', 'A sub-flow cannot lead to a node of kind {kind}.', '子流程的后续节点不能是 {kind} 类型。'],
  handler: [
    'F-83',
    'A sub-flow has one error handler at most, not {count}.',
    '子流程最多有一个异常处理节点，当前为 {count} 个。',
  ],
  itself: ['X-12', 'A flow cannot start itself.', '函数流不能启动自身。'],
});

export const subflow: NodeKindRules<SubflowNode> = {
  words: {
    name: { en: 'Sub-flow', zh: '子流程' },
    about: { en: 'Starts another flow and, by default, waits for it.', zh: '启动另一个函数流，默认等待其完成。' },
  },
  lines: { min: 0, max: 1, refuses: [], counts: RULES.counts, kinds: RULES.kinds, handler: RULES.handler },
  *check(node, { definition }) {
    yield* checkFilters(node);
    if (node.flow === definition.name) yield problem(RULES.itself, { node: node.id, field: 'flow' });
  },
};
