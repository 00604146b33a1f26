import { describe, expect, it } from 'vitest';
import { type Finished, shareOut } from './lane-shares.ts';

const at = (begunAt: number, endedAt: number, ms?: number): Finished => ({
  call: undefined,
  result: { code: 0, payload: Buffer.alloc(0), ...(ms === undefined ? {} : { ms }) },
  begunAt,
  endedAt,
});

const sum = (values: readonly (number | null)[]): number => values.reduce<number>((all, one) => all + (one ?? 0), 0);

describe('time measured for several requests', () => {
  it('is that of one request alone', () => {
    expect(shareOut([at(10, 14, 1)], 3)).toEqual([{ handlerMs: 4, cpuMs: 3, ownMs: 1 }]);
  });

  it('adds up, and is divided by the times that the instance reports', () => {
    const shares = shareOut([at(0, 10, 1), at(10, 10, 3), at(10, 10, 4)], 16);
    expect(shares.map(({ handlerMs }) => handlerMs)).toEqual([3, 3, 4]);
    expect(shares.map(({ cpuMs }) => cpuMs)).toEqual([2, 6, 8]);
  });

  it('is never more than what passed here, whatever the instance reports', () => {
    for (const claims of [
      [1e9, 1e9],
      [1e9, -5],
      [0, 0],
      [Number.MAX_VALUE, 1],
    ]) {
      const shares = shareOut(
        claims.map((ms) => at(0, 8, ms)),
        2,
      );
      expect(sum(shares.map(({ handlerMs }) => handlerMs))).toBeCloseTo(8);
      expect(sum(shares.map(({ cpuMs }) => cpuMs))).toBeCloseTo(2);
      expect(Math.min(...shares.map(({ handlerMs }) => handlerMs))).toBeGreaterThanOrEqual(0);
    }
  });

  it('is divided evenly without a report, and stays unknown where it is not measured', () => {
    const shares = shareOut([at(0, 6), at(6, 6)], null);
    expect(shares).toEqual([
      { handlerMs: 3, cpuMs: null, ownMs: 3 },
      { handlerMs: 3, cpuMs: null, ownMs: 3 },
    ]);
  });
});
