import { rules } from '../problems/problem.ts';

/** The form of a document: what its schema and its bounds demand. A field's own rule replaces the code. */
export const FORM = rules('form', {
  type: ['S-01', 'Must be {type}, not {value}.', '必须是{type_zh}，不能是 {value}。'],
  missing: ['S-02', 'Is missing.', '缺少该字段。'],
  unknown: ['S-03', 'Is not a known field. Known: {known}.', '未知字段。可用字段：{known}。'],
  minimum: ['S-04', 'Must be at least {limit}, not {value}.', '不能小于 {limit}，当前为 {value}。'],
  maximum: ['S-04', 'Must be at most {limit}, not {value}.', '不能大于 {limit}，当前为 {value}。'],
  empty: ['S-05', 'Must not be empty.', '不能为空。'],
  long: ['S-05', 'Must have at most {limit} characters.', '最多 {limit} 个字符。'],
  large: ['S-05', 'Must have at most {limit} bytes.', '最多 {limit} 字节。'],
  many: ['S-05', 'Must have at most {limit} items, not {count}.', '最多 {limit} 项，当前为 {count} 项。'],
  choice: ['S-06', 'Must be one of {choices}, not {value}.', '必须是 {choices} 之一，不能是 {value}。'],
  characters: ['S-06', 'Has characters that are not allowed: {value}.', '包含不允许的字符：{value}。'],
  not_json: ['S-07', 'Is not a JSON value.', '不是 JSON 值。'],
  document_bytes: ['S-08', 'The definition has more than {limit} bytes.', '定义超过 {limit} 字节。'],
  document_depth: ['S-08', 'The definition is nested deeper than {limit} levels.', '定义的嵌套超过 {limit} 层。'],
  document_values: ['S-08', 'The definition has more than {limit} values.', '定义中的值超过 {limit} 个。'],
});
