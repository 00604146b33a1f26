import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { environmentFault, environmentFits, RESERVED_VARIABLES } from './environment.ts';
import { isFunctionName, isPackageName } from './names.ts';

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

describe('names', () => {
  it.each(['a', 'ab', 'a-b_c9', 'A'.repeat(60)])('accepts %s for a function', (name) => {
    expect(isFunctionName(name)).toBe(true);
  });

  it.each(['', '1a', '-a', 'a-', 'a_', 'a.b', 'a b', 'a'.repeat(61), 'a\n', 'ä'])(
    'refuses %j for a function',
    (name) => {
      expect(isFunctionName(name)).toBe(false);
    },
  );

  it('lets packages start with a digit', () => {
    expect([isPackageName('1app'), isPackageName('default'), isPackageName('a:b'), isPackageName('')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
