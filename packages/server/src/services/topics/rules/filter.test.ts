import { expect, it } from 'vitest';
import type { FilterPolicy, MessageAttribute } from '../types.ts';
import { checkFilter, passes } from './filter.ts';

const kind: FilterPolicy = { name: 'kind', values: ['a', 'b'] };
const text = (name: string, value: string): MessageAttribute => ({ name, type: 'STRING', value });
const list = (name: string, value: readonly string[]): MessageAttribute => ({ name, type: 'STRING_ARRAY', value });
const only = (...value: string[]): MessageAttribute => ({ name: 'smn_protocol', type: 'PROTOCOL', value });

it.each([
  ['no filter', [], [], true],
  ['no filter and an attribute', [text('kind', 'x')], [], true],
  ['one of the values', [text('kind', 'b')], [kind], true],
  ['another value', [text('kind', 'c')], [kind], false],
  ['no attribute of the name', [text('other', 'a')], [kind], false],
  ['a list with one of the values', [list('kind', ['c', 'a'])], [kind], true],
  ['a list without', [list('kind', ['c'])], [kind], false],
  ['one of two filters', [text('kind', 'a')], [kind, { name: 'day', values: ['x'] }], false],
  ['both filters', [text('kind', 'a'), text('day', 'x')], [kind, { name: 'day', values: ['x'] }], true],
  ['its protocol', [only('http', 'email')], [], true],
  ['other protocols', [only('email')], [], false],
] as const)('decides about a message with %s', (_, attributes, filter, expected) => {
  expect(passes(attributes, { protocol: 'http', filter })).toBe(expected);
});

it.each([
  [[{ name: 'Kind', values: ['a'] }]],
  [[{ name: '_kind', values: ['a'] }]],
  [[{ name: 'a__b', values: ['a'] }]],
  [[{ name: 'smn_protocol', values: ['http'] }]],
  [[{ name: 'k'.repeat(33), values: ['a'] }]],
  [[{ name: 'kind', values: [] }]],
  [[{ name: 'kind', values: ['a', 'a'] }]],
  [[{ name: 'kind', values: ['a b'] }]],
  [[{ name: 'kind', values: ['v'.repeat(33)] }]],
  [[{ name: 'kind', values: Array.from({ length: 11 }, (_, n) => `${n}`) }]],
  [[kind, kind]],
  [Array.from({ length: 11 }, (_, n) => ({ name: `n${n}`, values: ['a'] }))],
])('refuses the filters %j', (filter) => {
  expect(() => checkFilter(filter)).toThrow(expect.objectContaining({ code: 'invalid_subscription' }));
});
