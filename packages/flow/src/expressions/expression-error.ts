import { type Parameters, type Rule, rules, type Sentence, sentenceOf } from '../problems/problem.ts';

export const EXPRESSION_LIMITS = {
  /** Parentheses inside each other, and steps of a path. */
  depth: 64,
  /** Elements that one evaluation may look at. */
  visitedElements: 100_000,
  /** Elements that all evaluations of a node look at together: about 30 ms. */
  visitedByNode: 500_000,
  /** What all templates of a node put into their results. */
  nodeBytes: 16 * 1024 * 1024,
} as const;

/** `E-xx`: the guide's notes on expressions; `X-3x`: ours. */
export const EXPRESSION = rules('expression', {
  path_start: ['X-30', 'A path begins with $, $CONST or $RUN.', '路径必须以 $、$CONST 或 $RUN 开头。'],
  unknown_root: ['X-30', '{root} is unknown; use $, $CONST or $RUN.', '未知的 {root}，请使用 $、$CONST 或 $RUN。'],
  current_outside: ['X-30', '@ stands only in a filter, [?(@.a == 1)].', '@ 只能用在过滤器 [?(@.a == 1)] 中。'],
  name_missing: ['X-31', 'A name must follow the dot.', '点号后必须有名称。'],
  descent: ['X-31', 'The recursive step .. is not supported.', '不支持递归路径 ..。'],
  wildcard: ['X-31', 'The wildcard * is not supported.', '不支持通配符 *。'],
  bracket: [
    'X-31',
    'In brackets stand indexes [0,1], a slice [0:2] or a filter [?(@.a == 1)].',
    '方括号中只能是下标 [0,1]、切片 [0:2] 或过滤器 [?(@.a == 1)]。',
  ],
  bracket_name: [
    'X-31',
    "Names in brackets are not supported; write .name instead of ['name'].",
    "不支持 ['name']，请写成 .name。",
  ],
  slice_step: ['X-31', 'A slice has no step: [start:end].', '切片不支持步长：[start:end]。'],
  index: ['X-31', 'The index {value} is not a whole number.', '下标 {value} 不是整数。'],
  filter_in_expression: [
    'E-02',
    'A path in an expression cannot have a filter; filter in the input or output filter of a node.',
    '表达式中的路径不能包含过滤器，请在节点的输入或输出过滤中使用。',
  ],
  list_in_expression: [
    'E-02',
    'This path gives a list, which equals no constant.',
    '该路径的结果是列表，不能与常量比较。',
  ],
  operator_missing: ['X-32', 'Here one of == != < > <= >= must follow.', '此处需要 == != < > <= >= 之一。'],
  constant_missing: [
    'X-32',
    'Here a number, a text in single quotes, true, false, nil or a path must follow.',
    '此处需要数字、单引号文本、true、false、nil 或路径。',
  ],
  double_quotes: ['E-01', 'Text stands in single quotes.', '文本必须使用单引号。'],
  quote_missing: ['E-01', 'The text has no closing quote.', '文本缺少结束引号。'],
  number: ['X-32', '{value} is not a number.', '{value} 不是数字。'],
  not_a_number: ['X-32', '{operator} compares numbers only.', '{operator} 只能比较数字。'],
  anything: ['X-32', "'*' stands only after ==.", "'*' 只能用在 == 之后。"],
  argument: [
    'X-32',
    'An argument is a path, a number, a text in single quotes, true or false.',
    '参数必须是路径、数字、单引号文本、true 或 false。',
  ],
  parenthesis: ['X-32', 'A closing parenthesis is missing.', '缺少右括号。'],
  rest: ['X-32', '{value} is not expected here.', '此处不应出现 {value}。'],
  too_long: ['X-33', 'Longer than {limit} bytes.', '超过 {limit} 字节。'],
  too_deep: ['X-33', 'More than {limit} steps or parentheses inside each other.', '嵌套或路径超过 {limit} 层。'],
  too_many: ['X-34', 'The evaluation looks at more than {limit} elements.', '求值访问的元素超过 {limit} 个。'],
  too_large: ['X-34', 'The result is larger than {limit} bytes.', '结果超过 {limit} 字节。'],
});

/** The only error that compiling and evaluating throw. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  readonly rule: Rule;
  readonly parameters: Parameters;
  readonly text: Sentence;
  /** Characters before the fault, from 0; none when the evaluation failed. */
  readonly position: number | undefined;
  /** Where in a template the faulty path stands: `list[0].name`. */
  readonly field: string | undefined;

  constructor(rule: Rule, parameters: Parameters = {}, where: { position?: number; field?: string } = {}) {
    const text = located(sentenceOf(rule, parameters), where.position);
    super(text.en);
    this.rule = rule;
    this.parameters = parameters;
    this.text = text;
    this.position = where.position;
    this.field = where.field;
  }
}

function located({ en, zh }: Sentence, position: number | undefined): Sentence {
  if (position === undefined) return { en, zh };
  return { en: `${en} (character ${position + 1})`, zh: `${zh}（第 ${position + 1} 个字符）` };
}
