import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draw } from '../testing.ts';
import { check } from './check.ts';

const HEADS = ['a', 'b', 'c'];
const IDS = [...HEADS, 'd', 'e', 'f'];

/** One parallel node, its branches, and random lines between conditions that come later. */
const graphs = fc
  .tuple(fc.integer({ min: 2, max: 3 }), fc.array(fc.boolean(), { minLength: 15, maxLength: 15 }))
  .map(([branches, bits]) => {
    const lines: [string, string][] = HEADS.slice(0, branches).map((head) => ['p', head]);
    let bit = 0;
    for (const [at, from] of IDS.entries()) for (const to of IDS.slice(at + 1)) if (bits[bit++]) lines.push([from, to]);
    return lines;
  });

/** All paths from a node to where they end. */
function paths(lines: readonly [string, string][], from: string): string[][] {
  const next = lines.filter(([one]) => one === from).map(([, to]) => to);
  return next.length === 0 ? [[from]] : next.flatMap((to) => paths(lines, to).map((path) => [from, ...path]));
}

/** Whether the branches meet as they should, by looking at all paths: with some join, or without one. */
function meetsWell(lines: readonly [string, string][]): boolean {
  const heads = lines.filter(([from]) => from === 'p').map(([, to]) => to);
  const branches = heads.map((head) => paths(lines, head));
  return [undefined, ...IDS].some((join) => {
    const before = branches.map((some) => new Set(some.flatMap((path) => cut(path, join)[0])));
    const after = new Set(branches.flat().flatMap((path) => cut(path, join)[1]));
    const all = [...before, after].flatMap((set) => [...set]);
    return new Set(all).size === all.length && before.every((set) => set.size > 0);
  });
}

function cut(path: readonly string[], join: string | undefined): [string[], string[]] {
  const at = join === undefined ? -1 : path.indexOf(join);
  return at < 0 ? [[...path], []] : [path.slice(0, at), path.slice(at)];
}

describe('branches of a parallel node', () => {
  it('break a rule exactly when not all of their paths meet at one join', () => {
    let [good, bad] = [0, 0];
    fc.assert(
      fc.property(graphs, (some) => {
        const reached = new Set(['p']);
        for (const [from, to] of some) if (reached.has(from)) reached.add(to);
        const lines = some.filter(([from]) => reached.has(from));
        const nodes = ['s:start', 'p:parallel', ...IDS.filter((id) => reached.has(id)).map((id) => `${id}:condition`)];
        const definition = draw(nodes, ['s>p', ...lines.map(([from, to]) => `${from}>${to}`)]);
        const broken = check(definition).some(({ code }) => code.startsWith('X-2'));
        if (broken) bad++;
        else good++;
        expect(broken).toBe(!meetsWell(lines));
      }),
      { numRuns: 3000 },
    );
    // neither side of the comparison is empty
    expect(Math.min(good, bad)).toBeGreaterThan(100);
  });
});
