import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PathTree } from './path-tree.ts';

/** Reference implementation that compares every path: slow and simple. */
class PlainTree {
  readonly values = new Map<string, number>();
  set = (path: string, value: number): void => void this.values.set(path, value);
  get = (path: string): number | undefined => this.values.get(path);
  hasBelow = (path: string): boolean => [...this.values.keys()].some((each) => each.startsWith(`${path}/`));
  hasAtOrAbove = (path: string): boolean =>
    [...this.values.keys()].some((each) => each === path || path.startsWith(`${each}/`));
  delete = (path: string): void => {
    for (const each of this.values.keys()) if (each === path || each.startsWith(`${path}/`)) this.values.delete(each);
  };
}

const path = fc
  .array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 4 })
  .map((names) => `/${names.join('/')}`);
const step = fc.record({ kind: fc.constantFrom('set', 'delete'), path });

describe('a tree of paths', () => {
  it('answers as a list of all paths does', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), fc.array(path, { minLength: 1 }), (steps, requested) => {
        const tree = new PathTree<number>();
        const plain = new PlainTree();
        for (const [index, one] of steps.entries()) {
          if (one.kind === 'set') for (const each of [tree, plain]) each.set(one.path, index);
          else for (const each of [tree, plain]) each.delete(one.path);
        }
        for (const each of requested) {
          expect(tree.get(each)).toBe(plain.get(each));
          expect(tree.hasBelow(each)).toBe(plain.hasBelow(each));
          expect(tree.hasAtOrAbove(each)).toBe(plain.hasAtOrAbove(each));
        }
        expect(new Map(tree.entries())).toEqual(plain.values);
      }),
    );
  });
});
