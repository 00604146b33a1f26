import { expect, it } from 'vitest';
import { readSample, tryExpression } from './try-expression.ts';

const DATA = { order: { total: 20, items: [{ price: 5 }, { price: 15 }] } };

it.each([
  ['condition', '$.order.total >= 20 && $.order.name == nil', { result: true }],
  ['condition', "$.order.total == 'x'", { result: false }],
  ['path', '$.order.items', { result: DATA.order.items }],
  ['path', '$.order.items[?(@.price > 5)]', { result: [{ price: 15 }] }],
  ['path', '$.nowhere', { isNothing: true }],
  ['filter', { total: '$.order.total', fixed: 1 }, { result: { total: 20, fixed: 1 } }],
  ['value', 'plain', { result: 'plain' }],
  ['value', '$CONST.region', { result: 'north' }],
] as const)('tries a %s %j', (kind, expression, tried) => {
  expect(tryExpression(kind, expression as never, DATA, { region: 'north' })).toEqual(tried);
});

it('says what is wrong, in both languages', () => {
  expect(tryExpression('condition', '$.order.total >=', DATA, {})).toMatchObject({
    error: { en: expect.stringContaining('must follow'), zh: expect.any(String) },
  });
});

it('takes JSON as a sample, and nothing that is too long to be tried at each key', () => {
  expect(readSample('{"a": [1]}')).toEqual({ a: [1] });
  expect(readSample('{"a"')).toBeUndefined();
  expect(readSample(JSON.stringify('x'.repeat(60_000)))).toBeUndefined();
});
