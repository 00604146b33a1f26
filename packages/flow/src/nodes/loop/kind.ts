import type { FlowNode, LoopNode } from '../../definition.ts';
import { compilePath } from '../../expressions/compile.ts';
import { ExpressionError } from '../../expressions/expression-error.ts';
import { problem, rules } from '../../problems/problem.ts';
import { checkFilters, checkResultPath, checkText } from '../check-texts.ts';
import type { NodeKindRules } from '../node-kind.ts';

const RULES = rules('loop', {
  counts: ['X-11', 'A loop leads to one node at most, not {count}.', '循环节点最多有一个后续节点，当前为 {count} 个。'],
  kinds: ['X-11', 'A loop cannot lead to a node of kind {kind}.', '循环节点的后续节点不能是 {kind} 类型。'],
  first: [
    'F-51',
    'A loop has exactly one first node inside, not {count}.',
    '循环内部必须有且只有一个起始节点，当前为 {count} 个。',
  ],
  first_kind: [
    'F-51',
    'The first node in a loop is a function or a wait node, not of kind {kind}.',
    '循环内部的起始节点必须是函数或时间等待，不能是 {kind} 类型。',
  ],
  item_name: ['F-53', '{name} is not a name that paths can reach.', '路径无法引用名称 {name}。'],
  result_path: [
    'F-53',
    'The results go to a path such as $.a.b, not to {path}.',
    '结果输出路径应为 $.a.b 形式，不能是 {path}。',
  ],
});

const FIRST: readonly FlowNode['kind'][] = ['function', 'wait'];

export const loop: NodeKindRules<LoopNode> = {
  words: {
    name: { en: 'Loop', zh: '循环节点' },
    about: {
      en: 'Runs the nodes inside it once for each element of a list.',
      zh: '对数组的每个元素执行一次内部流程。',
    },
  },
  lines: { min: 0, max: 1, refuses: ['error'], counts: RULES.counts, kinds: RULES.kinds },
  *check(node, graph) {
    yield* checkFilters(node);
    const first = graph.inside(node.id).filter(({ id }) => graph.to(id).length === 0);
    if (first.length !== 1) yield problem(RULES.first, { node: node.id }, { count: first.length });
    for (const { id, kind } of first) {
      if (!FIRST.includes(kind)) yield problem(RULES.first_kind, { node: id }, { kind });
    }
    yield* checkText({ node: node.id, field: 'array_path' }, () => compilePath(node.array_path));
    if (!isName(node.item_name)) {
      yield problem(RULES.item_name, { node: node.id, field: 'item_name' }, { name: node.item_name });
    }
    yield* checkResultPath(node.id, 'result_path', node.result_path, RULES.result_path);
  },
};

function isName(text: string): boolean {
  try {
    return compilePath(`$.${text}`).names?.length === 1 && text.trim() === text;
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}
