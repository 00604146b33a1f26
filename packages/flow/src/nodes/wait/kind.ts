import type { WaitNode } from '../../definition.ts';
import { compilePath } from '../../expressions/compile.ts';
import { problem, rules } from '../../problems/problem.ts';
import { checkText } from '../check-texts.ts';
import type { NodeKindRules } from '../node-kind.ts';

const RULES = rules('wait', {
  counts: [
    'F-60',
    'A wait node leads to one node at most, not {count}.',
    '时间等待最多有一个后续节点，当前为 {count} 个。',
  ],
  kinds: ['F-60', 'A wait node cannot lead to a node of kind {kind}.', '时间等待的后续节点不能是 {kind} 类型。'],
  one_way: [
    'X-10',
    'A wait node has exactly one of seconds, until and callback, not {count} of them.',
    '时间等待必须且只能设置 seconds、until、callback 之一，当前为 {count} 个。',
  ],
});

export const wait: NodeKindRules<WaitNode> = {
  words: {
    name: { en: 'Wait', zh: '时间等待' },
    about: {
      en: 'Waits for some seconds, until a time, or for a callback.',
      zh: '等待一段时间、到达指定时间或等待回调。',
    },
  },
  lines: { min: 0, max: 1, refuses: ['error'], counts: RULES.counts, kinds: RULES.kinds },
  *check(node) {
    const { seconds, until, callback } = node;
    const count = [seconds, until, callback].filter((one) => one !== undefined).length;
    if (count !== 1) yield problem(RULES.one_way, { node: node.id }, { count });
    if (until !== undefined) yield* checkText({ node: node.id, field: 'until' }, () => compilePath(until));
  },
};
