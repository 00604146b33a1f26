import { describe, expect, it } from 'vitest';
import { compileFilter, compilePath } from './compile.ts';
import { Effort } from './effort.ts';
import type { Scope } from './evaluate.ts';
import { ExpressionError } from './expression-error.ts';

const scope: Scope = { constants: {}, run: {} };

function ruleOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    if (error instanceof ExpressionError) return error.rule.key;
    throw error;
  }
  return 'none';
}

describe('limits of all evaluations of a node', () => {
  const list = Array.from({ length: 20_000 }, () => 0);
  const withEffort = (): Scope => ({ ...scope, effort: new Effort() });

  it('stop many paths that each stay within their own limit', () => {
    const filter = (paths: number) => compileFilter({ all: Array(paths).fill('$[?(@ == 1)]') });
    expect(filter(12).evaluate(list, withEffort())).toEqual({ all: Array(12).fill([]) });
    expect(ruleOf(() => filter(13).evaluate(list, withEffort()))).toBe('expression.too_many');
  });

  it('stop many templates that each stay within the size of a value', () => {
    const template = compileFilter({ all: Array(5).fill('$') });
    const shared = withEffort();
    const large = 'x'.repeat(1_000_000);
    for (let each = 0; each < 3; each++) template.evaluate(large, shared);
    expect(ruleOf(() => template.evaluate(large, shared))).toBe('expression.too_large');
  });

  it.each([
    ['lists of indexes', `$[0:][${Array(1000).fill(0).join(',')}]`, Array.from({ length: 1000 }, () => [])],
    [
      'comparisons of long texts',
      `$[?(${Array(300).fill('@.a==@.b').join('&&')})]`,
      [{ a: 'x'.repeat(500_000), b: 'x'.repeat(500_000) }],
    ],
  ])('count what is done in %s, not only the elements', (_, text, root) => {
    expect(ruleOf(() => compilePath(text).evaluate(root, scope))).toBe('expression.too_many');
  });

  it('measure escaped characters as they are written', () => {
    const template = compileFilter({ all: Array(2).fill('$') });
    expect(ruleOf(() => template.evaluate('\u0001'.repeat(600_000), scope))).toBe('expression.too_large');
  });
});
