import type { StartNode } from '../../definition.ts';
import { rules } from '../../problems/problem.ts';
import type { NodeKindRules } from '../node-kind.ts';

const RULES = rules('start', {
  counts: [
    'F-03',
    'The start node leads to exactly one node, not {count}.',
    '开始节点必须有且只有一个后续节点，当前为 {count} 个。',
  ],
  kinds: ['F-04', 'The start node cannot lead to a node of kind {kind}.', '开始节点的后续节点不能是 {kind} 类型。'],
});

export const start: NodeKindRules<StartNode> = {
  words: {
    name: { en: 'Start', zh: '开始节点' },
    about: { en: 'Where a run begins; holds the triggers.', zh: '流程的起点，触发器配置在此节点。' },
  },
  lines: { min: 1, max: 1, refuses: ['end', 'error'], ...RULES },
  check: () => [],
};
