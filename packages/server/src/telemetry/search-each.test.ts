import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import { openTelemetry, type Telemetry } from './index.ts';
import type { EachPage, EachQuery } from './search-each.ts';
import { logLine } from './testing.ts';

const start = Date.UTC(2026, 2, 10, 12);
let project = 0;
/** Functions of a project that no other test has. */
let keys: readonly string[];
let dir: string;
let telemetry: Telemetry;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fg-logs-'));
  const onError = (error: unknown) => {
    throw error;
  };
  telemetry = await openTelemetry({ dir, retainDays: 3, clock: new ManualClock(start), onError });
});
afterAll(async () => {
  await telemetry.close();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => {
  project += 1;
  keys = ['a', 'b', 'c'].map(keyOf);
});

const keyOf = (name: string): string => `p${project}/${name}`;

const append = (name: string, seconds: number, message: string): void =>
  telemetry.logs.append([logLine({ functionKey: keyOf(name), time: start - seconds * 1000, message })]);

const search = (more: Partial<EachQuery> = {}, isOver = () => false): Promise<EachPage> =>
  telemetry.logs.queryEach({ functionKeys: keys, from: start - 3_000_000, to: start + 1, limit: 100, ...more }, isOver);
const texts = ({ lines }: EachPage): string[] => lines.map(({ message }) => message);

async function pages(limit: number, more: Partial<EachQuery> = {}): Promise<string[][]> {
  const found: string[][] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: EachPage = await search({ ...more, limit, ...(cursor === undefined ? {} : { cursor }) });
    found.push(texts(page));
    ({ cursor } = page);
  }
  return found;
}

it('has the lines of all functions, newest first, and of no other function', async () => {
  append('c', 5, 'oldest');
  append('a', 4, 'second');
  append('b', 3, 'third');
  append('other', 2, 'of another');
  append('a', 1, 'newest');
  const page = await search();
  expect(texts(page)).toEqual(['newest', 'third', 'second', 'oldest']);
  expect(page).toMatchObject({ cursor: null, complete: true });
  expect(texts(await search({ functionKeys: [] }))).toEqual([]);
});

it('has each line once over all pages, also those of one millisecond', async () => {
  for (const name of 'abc') for (const at of [1, 1, 1, 2]) append(name, at, `${name} ${at}`);
  for (const limit of [1, 2, 5, 11, 12, 100]) {
    const found = await pages(limit);
    expect(found.flat().sort()).toEqual((await pages(100)).flat().sort());
    expect(found.flat()).toHaveLength(12);
    expect(found.slice(0, -1).every(({ length }) => length === limit)).toBe(true);
  }
});

it('finds a keyword anywhere in a line, by time although an older line came later', async () => {
  append('a', 1, 'order 17 paid');
  append('a', 9, 'order 17 created');
  append('b', 5, 'reorder 17 x');
  append('b', 4, 'nothing');
  expect(await pages(1, { keyword: 'ORDER 17' })).toEqual([['order 17 paid'], ['reorder 17 x'], ['order 17 created']]);
});

it('filters by level and time', async () => {
  telemetry.logs.append([
    logLine({ functionKey: keyOf('a'), time: start - 1000, level: 'ERROR', message: 'bad' }),
    logLine({ functionKey: keyOf('b'), time: start - 1000, level: 'INFO', message: 'good' }),
    logLine({ functionKey: keyOf('b'), time: start - 9000, level: 'ERROR', message: 'old' }),
  ]);
  expect(texts(await search({ levels: ['ERROR'], from: start - 5000 }))).toEqual(['bad']);
});

it('says that lines are missing when it ends early', async () => {
  for (const name of 'abc') append(name, 1, name);
  let calls = 0;
  const page = await search({}, () => ++calls > 2);
  expect(page).toMatchObject({ cursor: null, complete: false });
  expect(texts(page)).toEqual(['a', 'b']);
});

it('ends a page of long lines early', async () => {
  for (let at = 0; at < 60; at += 1) append('a', at, 'x'.repeat(90_000));
  const found = await pages(1000);
  expect(found.flat()).toHaveLength(60);
  expect(found).toHaveLength(2);
});

it.each(['', 'x', 'W10', 'WzEsLTFd', 'WzEsOTk5OTk5XQ', 'eyJ0aW1lIjoxfQ'])('refuses the cursor %j', async (cursor) => {
  await expect(search({ cursor })).rejects.toMatchObject({ code: 'telemetry.cursor' });
});
