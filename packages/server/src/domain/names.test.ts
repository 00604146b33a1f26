import { describe, expect, it } from 'vitest';
import { isFunctionName, isPackageName } from './names.ts';

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
