import { expect, it } from 'vitest';
import { bareObject } from './bare-object.ts';

it('a bare object has only the names that it is given, whatever they are', () => {
  const table = bareObject<string>();
  expect([table.constructor, table.toString, '__proto__' in table]).toEqual([undefined, undefined, false]);
  for (const name of ['__proto__', 'constructor', 'a']) table[name] = 'x';
  expect(JSON.stringify(table)).toBe('{"__proto__":"x","constructor":"x","a":"x"}');
  expect(Object.keys(bareObject())).toEqual([]);
});
