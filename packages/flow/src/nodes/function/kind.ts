import type { FunctionNode } from '../../definition.ts';
import { compileValue } from '../../expressions/compile.ts';
import { problem, rules } from '../../problems/problem.ts';
import { checkFilters, checkText } from '../check-texts.ts';
import type { NodeKindRules } from '../node-kind.ts';

const RULES = rules('function', {
  counts: [
    'F-13',
    'A function leads to one node at most, besides its error handler; not to {count}.',
    '函数节点除异常处理外最多有一个后续节点，当前为 {count} 个。',
  ],
  kinds: ['F-13', 'A function cannot lead to a node of kind {kind}.', '函数节点的后续节点不能是 {kind} 类型。'],
  handler: [
    'F-12',
    'A function has one error handler at most, not {count}.',
    '函数节点最多有一个异常处理节点，当前为 {count} 个。',
  ],
  repeated_key: ['F-15', 'The parameter {name} is given twice.', '参数 {name} 重复。'],
});

export const functionKind: NodeKindRules<FunctionNode> = {
  words: {
    name: { en: 'Function', zh: '函数' },
    about: { en: 'Calls a function.', zh: '调用函数。' },
  },
  lines: { min: 0, max: 1, refuses: [], counts: RULES.counts, kinds: RULES.kinds, handler: RULES.handler },
  *check(node) {
    yield* checkFilters(node);
    const keys = new Set<string>();
    for (const [index, parameter] of node.parameters.entries()) {
      const place = (field: string) => ({ node: node.id, field: `parameters[${index}].${field}` });
      if (keys.has(parameter.key)) yield problem(RULES.repeated_key, place('key'), { name: parameter.key });
      keys.add(parameter.key);
      yield* checkText(place('value'), () => compileValue(parameter.value));
      if (parameter.default !== undefined) {
        const fallback = parameter.default;
        yield* checkText(place('default'), () => compileValue(fallback));
      }
    }
  },
};
