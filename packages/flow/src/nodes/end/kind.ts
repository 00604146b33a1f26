import type { EndNode } from '../../definition.ts';
import { rules } from '../../problems/problem.ts';
import type { NodeKindRules } from '../node-kind.ts';

const RULES = rules('end', {
  counts: ['F-90', 'An end node leads to no other node.', '结束节点不能有后续节点。'],
});

export const end: NodeKindRules<EndNode> = {
  words: {
    name: { en: 'End', zh: '结束节点' },
    about: { en: 'Ends the run, or the branch it stands in.', zh: '结束流程或所在的分支。' },
  },
  lines: { min: 0, max: 0, refuses: [], counts: RULES.counts, kinds: RULES.counts },
  check: () => [],
};
