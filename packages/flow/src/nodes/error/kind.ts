import type { ErrorNode } from '../../definition.ts';
import { compileExpression } from '../../expressions/compile.ts';
import { FLOW_LIMITS } from '../../limits.ts';
import { problem, rules } from '../../problems/problem.ts';
import { checkText } from '../check-texts.ts';
import type { NodeKindRules } from '../node-kind.ts';

const RULES = rules('error', {
  counts: [
    'F-40',
    'An error handler leads to {max} nodes at most, not {count}.',
    '异常处理节点最多有 {max} 个后续节点，当前为 {count} 个。',
  ],
  kinds: [
    'F-40',
    'An error handler cannot lead to a node of kind {kind}.',
    '异常处理节点的后续节点不能是 {kind} 类型。',
  ],
  default: [
    'X-09',
    'An error handler has one edge without a condition at most, not {count}.',
    '异常处理节点最多有一条无条件连线，当前为 {count} 条。',
  ],
  handles_one: [
    'X-05',
    'An error handler handles exactly one node, not {count}.',
    '异常处理节点必须且只能处理一个节点，当前为 {count} 个。',
  ],
  handles_kind: [
    'X-05',
    'An error handler handles a function, a service or a sub-flow, not a node of kind {kind}.',
    '异常处理节点只能处理函数、服务或子流程，不能处理 {kind} 类型的节点。',
  ],
});

const HANDLED = ['function', 'service', 'subflow'];

export const error: NodeKindRules<ErrorNode> = {
  words: {
    name: { en: 'Error handler', zh: '异常处理' },
    about: {
      en: 'Repeats the node before it, or goes on elsewhere when that failed.',
      zh: '重试前一个节点，失败后执行其他分支。',
    },
  },
  lines: {
    min: 0,
    max: FLOW_LIMITS.errorSuccessors,
    refuses: ['end', 'error'],
    counts: RULES.counts,
    kinds: RULES.kinds,
  },
  *check(node, graph) {
    const handled = graph.to(node.id);
    if (handled.length !== 1) yield problem(RULES.handles_one, { node: node.id }, { count: handled.length });
    for (const { from, to } of handled) {
      const kind = graph.kindOf(from) ?? '';
      if (!HANDLED.includes(kind)) yield problem(RULES.handles_kind, { edge: { from, to } }, { kind });
    }
    const unconditional = graph.from(node.id).filter(({ branch }) => branch?.kind !== 'condition').length;
    if (unconditional > 1) yield problem(RULES.default, { node: node.id }, { count: unconditional });
    for (const [index, { condition }] of node.retries.entries()) {
      if (condition === undefined) continue;
      yield* checkText({ node: node.id, field: `retries[${index}].condition` }, () => compileExpression(condition));
    }
  },
};
