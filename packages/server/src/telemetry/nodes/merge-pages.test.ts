import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergePages, type Position, type SourcePage } from './merge-pages.ts';

interface Item {
  readonly time: number;
  readonly text: string;
}

/** A server with these items, which sends at most `most` of them at once, of which none is a search that found nothing. */
function pageOf(home: string, all: readonly Item[], start: Position, most: number): SourcePage<Item> {
  const from = start === undefined ? 0 : Number(start);
  const items = all.slice(from, from + most);
  const places = items.map((_, at) => String(from + at + 1));
  const isEnd = from + items.length >= all.length;
  return { home, start: start ?? undefined, items, places, next: isEnd ? null : String(from + items.length) };
}

const servers = fc.array(
  fc.array(fc.nat(20), { maxLength: 30 }).map((times) => times.toSorted((a, b) => a - b)),
  { minLength: 1, maxLength: 5 },
);

describe('pages of several servers', () => {
  it('are all items in the order of time, none twice and none missing, whatever each server sends at once', () => {
    fc.assert(
      fc.property(
        servers,
        fc.integer({ min: 1, max: 7 }),
        fc.array(fc.integer({ min: 1, max: 9 })),
        (all, limit, most) => {
          const lists = all.map((times, server) => times.map((time, n): Item => ({ time, text: `${server}-${n}` })));
          let positions = new Map<string, Position>(lists.map((_, at) => [String(at), undefined]));
          const seen: Item[] = [];
          let rounds = 0;
          while ([...positions.values()].some((at) => at !== null)) {
            rounds += 1;
            expect(rounds).toBeLessThan(500);
            const pages = lists.flatMap((list, at) => {
              const start = positions.get(String(at));
              return start === null ? [] : [pageOf(String(at), list, start, most[at] ?? limit)];
            });
            const merged = mergePages(pages, limit, (a, b) => a.time < b.time);
            expect(merged.items.length).toBeLessThanOrEqual(limit);
            seen.push(...merged.items);
            positions = new Map([...positions, ...merged.positions]);
          }
          const expected = lists.flat();
          expect(seen.map(({ time }) => time)).toEqual(expected.map(({ time }) => time).toSorted((a, b) => a - b));
          expect(new Set(seen.map(({ text }) => text)).size).toBe(expected.length);
        },
      ),
    );
  });

  it('end where a search ran out of time, and go on behind it', () => {
    const out = { home: 'a', start: undefined, items: [], places: [], next: '7' };
    const other = pageOf('b', [{ time: 1, text: 'x' }], undefined, 5);
    const merged = mergePages([out, other], 5, (a, b) => a.time < b.time);
    expect(merged.items).toEqual([]);
    expect([...merged.positions]).toEqual([
      ['a', '7'],
      ['b', undefined],
    ]);
  });
});
