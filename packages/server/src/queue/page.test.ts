import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pageOf, rowsFor } from './page.ts';

interface Row {
  readonly position: number;
  readonly id: number;
}

/** As a store reads them. */
function read(rows: readonly Row[], limit: number, below: number): Row[] {
  const left = rows.filter(({ position }) => position < below);
  return left.sort((a, b) => b.position - a.position || b.id - a.id).slice(0, rowsFor(limit));
}

it('shows each row once, however many servers gave the same position, on pages that end', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      (positions, limit) => {
        const rows = positions.map((position, id) => ({ position, id }));
        const seen: number[] = [];
        let below = Number.POSITIVE_INFINITY;
        for (;;) {
          const { page, nextMarker } = pageOf(read(rows, limit, below), limit);
          seen.push(...page.map(({ id }) => id));
          const isTie = new Set(page.map(({ position }) => position)).size <= 1;
          expect(page.length <= limit || isTie).toBe(true);
          if (nextMarker === null) break;
          below = Number(nextMarker);
        }
        expect(seen.toSorted((a, b) => a - b)).toEqual(rows.map(({ id }) => id));
      },
    ),
  );
});
