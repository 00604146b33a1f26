import { expect, it } from 'vitest';
import { constantOf, filterOf, textOfConstant, textOfFilter } from './json-text.ts';

it.each([undefined, '$.a', { a: '$.b', n: 1 }])('a filter %j is the same after it was shown', (filter) => {
  expect(filterOf(textOfFilter(filter))).toEqual(filter);
});

it('takes a template that is not complete as text, which the rules refuse', () => {
  expect([filterOf('{"a": '), filterOf('  ')]).toEqual(['{"a": ', undefined]);
});

it.each(['$.a', 'plain', '5', 'true', 'null', '"quoted"', '', 5, true, null, ['$.a'], { a: 1 }])(
  'a value %j is the same after it was shown',
  (value) => {
    expect(constantOf(textOfConstant(value))).toEqual(value);
  },
);
