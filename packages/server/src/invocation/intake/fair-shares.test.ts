import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fairShares, fitsOneMore, type GroupUse } from './fair-shares.ts';

/** Lets functions with endless work take their shares until they are stable; returns the slots of each. */
function fill(slots: number, greedy: ReadonlyArray<{ project: string; group: string }>, mostPerGroup = Infinity) {
  const running = new Map(greedy.map(({ group }) => [group, 0]));
  let free = slots;
  for (let turn = 1; ; turn += 1) {
    const waiting = greedy.map((one) => ({ ...one, running: running.get(one.group) ?? 0, lastTurn: turn }));
    const shares = fairShares({ free, waiting, perProject: perProject(waiting), mostPerGroup });
    if (shares.size === 0) return { free, running, waiting };
    for (const [group, count] of shares) {
      running.set(group, (running.get(group) ?? 0) + count);
      free -= count;
    }
  }
}

function perProject(uses: readonly GroupUse[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { project, running } of uses) sums.set(project, (sums.get(project) ?? 0) + running);
  return sums;
}

const functions = (count: number, projects: number) =>
  Array.from({ length: count }, (_, n) => ({ project: `p${n % projects}`, group: `p${n % projects}:default:f${n}` }));

describe('fair shares', () => {
  it('give one function most of the slots, and never all', () => {
    expect(fill(80, functions(1, 1)).free).toBe(16);
  });

  it.each([
    [10, 1],
    [10, 2],
    [10, 10],
  ])('leave a slot for an idle function when %i greedy ones of %i projects hold the rest', (count, projects) => {
    const { free, running, waiting } = fill(80, functions(count, projects));
    expect(free).toBeGreaterThanOrEqual(1);
    const held = [...running.values()];
    expect(Math.max(...held) - Math.min(...held)).toBeLessThanOrEqual(4);
    const quick = { project: 'p0', group: 'p0:default:quick', running: 0, lastTurn: 0 };
    const shares = fairShares({
      free,
      waiting: [...waiting, quick],
      perProject: perProject(waiting),
      mostPerGroup: Infinity,
    });
    expect([...shares]).toEqual([['p0:default:quick', 1]]);
  });

  it('split between projects first: many functions of one project do not crowd out another', () => {
    const crowd = Array.from({ length: 20 }, (_, n) => ({ project: 'a', group: `a:${n}` }));
    const { running } = fill(80, [...crowd, { project: 'b', group: 'b:1' }]);
    const a = [...running].filter(([group]) => group.startsWith('a:')).reduce((sum, [, held]) => sum + held, 0);
    expect(running.get('b:1')).toBeGreaterThanOrEqual(8);
    expect(a).toBeLessThanOrEqual(72);
  });

  it('serve those that hold fewest first, then those that waited longest', () => {
    const use = (group: string, running: number, lastTurn: number) => ({ project: 'p', group, running, lastTurn });
    const waiting = [use('busy', 3, 1), use('late', 0, 9), use('early', 0, 2)];
    const shares = (free: number) =>
      fairShares({ free, waiting, perProject: new Map([['p', 3]]), mostPerGroup: Infinity });
    expect([...shares(1).keys()]).toEqual(['early']);
    expect([...shares(2).keys()]).toEqual(['early', 'late']);
  });

  it('never give more than is free, nor more than a function may hold', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 100 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.record({ project: fc.nat({ max: 3 }), running: fc.nat({ max: 30 }), lastTurn: fc.nat() })),
        (free, mostPerGroup, uses) => {
          const waiting = uses.map((use, n) => ({ ...use, project: `p${use.project}`, group: `g${n}` }));
          const shares = fairShares({ free, waiting, perProject: perProject(waiting), mostPerGroup });
          let given = 0;
          for (const [group, count] of shares) {
            given += count;
            const held = waiting.find((use) => use.group === group)?.running ?? 0;
            expect(held + count).toBeLessThanOrEqual(mostPerGroup);
          }
          expect(given).toBeLessThanOrEqual(free);
          const idle = waiting.some(({ running, project }) => running === 0 && perProject(waiting).get(project) === 0);
          if (idle && free > 0) expect(shares.size).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('give a function that waits alone one more exactly when one more fits', () => {
    const count = fc.nat({ max: 60 });
    fc.assert(
      fc.property(count, count, count, fc.integer({ min: 1, max: 60 }), (free, running, others, mostPerGroup) => {
        const use = { project: 'p', group: 'g', running, lastTurn: 1 };
        const project = running + others;
        const shares = fairShares({ free, waiting: [use], perProject: new Map([['p', project]]), mostPerGroup });
        expect(fitsOneMore({ group: running, project }, { free, mostPerGroup })).toBe(shares.size > 0);
      }),
    );
  });
});
