import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FetchRows, type KeyRow, listPage, type PageRequest } from './listing.ts';

/** Keys of few characters, among them some of several bytes and beyond the basic plane, so that they often share prefixes. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '//', 'ä', '\uffff', '𝄞', '\0'), maxLength: 5 });
const keys = fc.uniqueArray(
  text.filter((key) => key !== ''),
  { maxLength: 40 },
);

/** What a listing is, by looking at every key. */
function reference(all: readonly string[], prefix: string, delimiter: string, after: string): string[] {
  const sorted = all.map((key) => Buffer.from(key)).sort(Buffer.compare);
  const entries = new Set<string>();
  for (const bytes of sorted) {
    const key = bytes.toString();
    if (!key.startsWith(prefix) || Buffer.compare(bytes, Buffer.from(after)) <= 0) continue;
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const entry = at === -1 ? key : key.slice(0, at + delimiter.length);
    if (at === -1 || entry !== after) entries.add(at === -1 ? `key ${entry}` : `prefix ${entry}`);
  }
  return [...entries];
}

const fetchFrom = (all: readonly KeyRow[], onRead: (rows: number) => void = () => {}): FetchRows<KeyRow> => {
  const sorted = [...all].sort((a, b) => Buffer.compare(a.key, b.key) || ((a.id ?? '') < (b.id ?? '') ? -1 : 1));
  return async ({ from, behindId }, end, limit) => {
    const rows = sorted.filter((row) => {
      const order = Buffer.compare(row.key, from);
      const isBehind = order > 0 || (order === 0 && (behindId === undefined || (row.id ?? '') > behindId));
      return isBehind && (end === undefined || Buffer.compare(row.key, end) < 0);
    });
    onRead(Math.min(rows.length, limit));
    return rows.slice(0, limit);
  };
};

const bytes = (request: { prefix: string; delimiter: string; after: string }): Omit<PageRequest, 'limit'> => ({
  prefix: Buffer.from(request.prefix),
  delimiter: Buffer.from(request.delimiter),
  after: Buffer.from(request.after),
});

describe('a listing', () => {
  it('has in its pages, one after another, exactly the entries that a look at every key finds', async () => {
    const request = fc.record({
      prefix: fc.oneof(fc.constant(''), text),
      delimiter: fc.constantFrom('', '/', '//', 'ä', 'ab'),
      after: fc.oneof(fc.constant(''), text),
      limit: fc.integer({ min: 1, max: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(keys, request, async (all, { limit, ...place }) => {
        const found: string[] = [];
        let page = bytes(place);
        for (;;) {
          const { rows, prefixes, next } = await listPage(
            { ...page, limit },
            fetchFrom(all.map((key) => ({ key: Buffer.from(key) }))),
          );
          expect(rows.length + prefixes.length).toBeLessThanOrEqual(limit);
          found.push(...rows.map(({ key }) => `key ${key}`), ...prefixes.map((prefix) => `prefix ${prefix}`));
          if (next === undefined) break;
          page = { ...page, after: next.after };
        }
        const { prefix, delimiter, after } = place;
        const expected = reference(all, prefix, delimiter, after);
        for (const kind of ['key', 'prefix']) {
          const ofKind = (entry: string): boolean => entry.startsWith(kind);
          expect(found.filter(ofKind)).toEqual(expected.filter(ofKind));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('continues between the rows of one key', async () => {
    const all = ['a', 'b', 'b', 'b', 'c/1', 'c/2', 'd'].map((key, id) => ({ key: Buffer.from(key), id: String(id) }));
    for (const limit of [1, 2, 3, 10]) {
      const found: string[] = [];
      let page: Omit<PageRequest, 'limit'> = bytes({ prefix: '', delimiter: '/', after: '' });
      for (;;) {
        const { rows, prefixes, next } = await listPage<KeyRow>({ ...page, limit }, fetchFrom(all));
        found.push(...rows.map(({ key, id }) => `${key}${id}`), ...prefixes.map(String));
        if (next === undefined) break;
        page = { ...page, after: next.after, afterId: next.afterId };
      }
      expect(found.sort()).toEqual(['a0', 'b1', 'b2', 'b3', 'c/', 'd6']);
    }
  });

  it('does not read the keys below a common prefix', async () => {
    const all = Array.from({ length: 20_000 }, (_, n) => ({ key: Buffer.from(`${n % 4}/${n}`) }));
    let read = 0;
    const page = await listPage(
      { ...bytes({ prefix: '', delimiter: '/', after: '' }), limit: 1000 },
      fetchFrom(all, (rows) => {
        read += rows;
      }),
    );
    expect(page.prefixes.map(String)).toEqual(['0/', '1/', '2/', '3/']);
    expect(read).toBeLessThan(50);
  });

  it('of no entries is not continued', async () => {
    const page = await listPage(
      { ...bytes({ prefix: '', delimiter: '', after: '' }), limit: 0 },
      fetchFrom([{ key: Buffer.from('a') }]),
    );
    expect(page).toEqual({ rows: [], prefixes: [] });
  });
});
