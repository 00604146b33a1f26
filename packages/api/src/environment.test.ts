import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { environmentFault, environmentFits, RESERVED_VARIABLES } from './environment.ts';

describe('environment variables', () => {
  it('may have any values', () => {
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,10}$/).filter((key) => !RESERVED_VARIABLES.has(key));
    const value = fc.string().filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (env) => {
        expect(environmentFault(env)).toBeUndefined();
      }),
    );
  });

  it.each([
    ['{"1a":"x"}', 'name'],
    ['{"a-b":"x"}', 'name'],
    ['{"__proto__":"x"}', 'name'],
    ['{"":"x"}', 'name'],
    ['{"RUNTIME_MEMORY":"x"}', 'reserved'],
    ['{"a":"x\\u0000y"}', 'value'],
  ])('cannot be %s', (text, fault) => {
    expect(environmentFault(JSON.parse(text))).toMatchObject({ fault });
  });

  it('counts names and values of all parts against 4096 characters', () => {
    expect(environmentFits([{ a: 'x'.repeat(2047) }, { b: 'y'.repeat(2047) }], 4096)).toBe(true);
    expect(environmentFits([{ a: 'x'.repeat(2047) }, { b: 'y'.repeat(2048) }], 4096)).toBe(false);
  });
});
