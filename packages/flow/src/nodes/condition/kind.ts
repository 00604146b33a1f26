import type { ConditionNode } from '../../definition.ts';
import { FLOW_LIMITS } from '../../limits.ts';
import { problem, rules } from '../../problems/problem.ts';
import { checkFilters } from '../check-texts.ts';
import type { NodeKindRules } from '../node-kind.ts';

const RULES = rules('condition', {
  counts: [
    'F-30',
    'A condition leads to {min} to {max} nodes, not {count}.',
    '条件分支的后续节点应为 {min} 到 {max} 个，当前为 {count} 个。',
  ],
  kinds: ['F-30', 'A condition cannot lead to a node of kind {kind}.', '条件分支的后续节点不能是 {kind} 类型。'],
  branch: [
    'F-31',
    'An edge out of a condition is a condition branch or the default branch.',
    '条件分支的连线必须是条件分支或默认分支。',
  ],
  default: [
    'F-32',
    'A condition has exactly one default branch, not {count}.',
    '条件分支必须有且只有一个默认分支，当前为 {count} 个。',
  ],
});

export const condition: NodeKindRules<ConditionNode> = {
  words: {
    name: { en: 'Condition', zh: '条件分支' },
    about: { en: 'Goes on with the first branch whose expression holds.', zh: '执行第一个表达式成立的分支。' },
  },
  lines: { ...FLOW_LIMITS.conditionSuccessors, refuses: ['end', 'error'], counts: RULES.counts, kinds: RULES.kinds },
  *check(node, graph) {
    yield* checkFilters(node);
    const edges = graph.from(node.id);
    for (const { from, to, branch } of edges) {
      if (branch === undefined) yield problem(RULES.branch, { edge: { from, to }, field: 'branch' });
    }
    const defaults = edges.filter(({ branch }) => branch?.kind === 'default').length;
    if (edges.some(({ branch }) => branch !== undefined) && defaults !== 1) {
      yield problem(RULES.default, { node: node.id }, { count: defaults });
    }
  },
};
