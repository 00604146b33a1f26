import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Loaded, LoadedRuns } from './loaded-runs.ts';

const MB = 1024 * 1024;

/** A run with one live execution that holds a value. */
function loaded(run: string, projectId: string, bytes = 0): Loaded {
  const execs = new Map([[1, { input: { json: null, bytes }, calls: [] }]]);
  return { actor: { run, state: { execs } }, context: { projectId, mode: 'NORMAL' } } as unknown as Loaded;
}

describe('room', () => {
  it('is left for other projects by one with many runs', () => {
    const runs = new LoadedRuns({ runs: 110, bytes: MB });
    let greedy = 0;
    for (; runs.hasRoom('greedy'); greedy += 1) runs.add(loaded(`g${greedy}`, 'greedy'));
    expect(greedy).toBe(100);
    expect(runs.hasRoom('other')).toBe(true);
    runs.remove('g0');
    expect(runs.hasRoom('greedy')).toBe(true);
  });

  it('is left for other projects by one with large runs', () => {
    const runs = new LoadedRuns({ runs: 1_000, bytes: 110 * MB });
    for (let n = 0; n < 100; n += 1) runs.add(loaded(`g${n}`, 'greedy', MB));
    expect([runs.hasRoom('greedy'), runs.isOver('greedy')]).toEqual([false, true]);
    expect([runs.hasRoom('other'), runs.isOver('other')]).toEqual([true, false]);
    runs.add(loaded('o', 'other', MB));
    expect(runs.isOver('other')).toBe(false);
  });

  it('counts what a run holds again when it has grown', () => {
    const runs = new LoadedRuns({ runs: 10, bytes: 11 * MB });
    const run = loaded('a', 'p');
    runs.add(run);
    const { actor } = loaded('a', 'p', 10 * MB);
    for (const [id, exec] of actor.state.execs) run.actor.state.execs.set(id, exec);
    runs.grew('a', 1_000);
    expect(runs.isOver('p')).toBe(false);
    runs.grew('a', MB);
    expect(runs.isOver('p')).toBe(true);
    expect(runs.isFirst('a')).toBe(true);
  });

  it('is free again when all have left, in any order', () => {
    const step = fc.record({ run: fc.nat(20), project: fc.nat(3), bytes: fc.nat(MB), add: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const limits = { runs: 40, bytes: 20 * MB };
        const runs = new LoadedRuns(limits);
        const present = new Set<string>();
        for (const { run, project, bytes, add } of steps) {
          const id = `${run} ${project}`;
          if (!add) runs.remove(id);
          else if (!present.has(id)) runs.add(loaded(id, `p${project}`, bytes));
          if (add) present.add(id);
          else present.delete(id);
          expect(runs.size).toBe(present.size);
        }
        for (const id of present) runs.remove(id);
        for (let n = 0; n < 36; n += 1) runs.add(loaded(`${n}`, 'p'));
        expect([runs.hasRoom('p'), runs.isOver('p')]).toEqual([true, false]);
      }),
    );
  });
});
