import type { ParallelNode } from '../../definition.ts';
import { FLOW_LIMITS } from '../../limits.ts';
import { problem, rules } from '../../problems/problem.ts';
import { checkFilters, checkResultPath } from '../check-texts.ts';
import type { NodeKindRules } from '../node-kind.ts';

const RULES = rules('parallel', {
  counts: [
    'F-20',
    'A parallel node leads to {min} to {max} nodes, not {count}.',
    '并行分支的后续节点应为 {min} 到 {max} 个，当前为 {count} 个。',
  ],
  kinds: ['F-20', 'A parallel node cannot lead to a node of kind {kind}.', '并行分支的后续节点不能是 {kind} 类型。'],
  single: [
    'F-21',
    'With one branch the completion is "one", not "{completion}".',
    '只有一个分支时，完成条件只能是 one，不能是 {completion}。',
  ],
  count_missing: [
    'F-22',
    'The completion "count" needs the number of branches.',
    '完成条件为 count 时必须填写分支数目。',
  ],
  count_unused: [
    'F-22',
    'A number of branches stands only with the completion "count".',
    '只有完成条件为 count 时才能填写分支数目。',
  ],
  count_large: [
    'F-22',
    'Of {branches} branches not {count} can end.',
    '共 {branches} 个分支，不能要求完成 {count} 个。',
  ],
  result_path: [
    'F-23',
    'The result goes to a key or a path such as $.a.b, not to {path}.',
    '结果输出路径应为键名或 $.a.b 形式的路径，不能是 {path}。',
  ],
});

export const parallel: NodeKindRules<ParallelNode> = {
  words: {
    name: { en: 'Parallel', zh: '并行分支' },
    about: { en: 'Runs its branches at the same time.', zh: '同时执行多个分支。' },
  },
  lines: { ...FLOW_LIMITS.parallelSuccessors, refuses: ['end', 'error'], counts: RULES.counts, kinds: RULES.kinds },
  *check(node, graph) {
    yield* checkFilters(node);
    const branches = graph.from(node.id).length;
    const { completion, count } = node;
    const at = (field: string) => ({ node: node.id, field });
    if (branches === 1 && completion !== 'one') yield problem(RULES.single, at('completion'), { completion });
    if (completion === 'count' && count === undefined) yield problem(RULES.count_missing, at('count'));
    if (completion !== 'count' && count !== undefined) yield problem(RULES.count_unused, at('count'));
    if (completion === 'count' && count !== undefined && count > branches && branches > 0) {
      yield problem(RULES.count_large, at('count'), { count, branches });
    }
    if (node.result_path.startsWith('$')) {
      yield* checkResultPath(node.id, 'result_path', node.result_path, RULES.result_path);
    }
  },
};
