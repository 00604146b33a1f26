import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ClusterNode, Nodes } from '../../cluster/index.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import { openTelemetry, type Telemetry } from '../index.ts';
import { TelemetryOfAll } from '../nodes/telemetry-of-all.ts';
import { invocationRecord, logLine } from '../testing.ts';
import { TelemetryCopies } from './telemetry-copies.ts';

const START = Date.UTC(2026, 2, 10, 12);
const KEY = 'p1:default:f';
const WHEN = { from: START - 3_600_000, to: START + 1 };

let dir: string;
let clock: ManualClock;
let closing: (() => Promise<void>)[];
let errors: unknown[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fg-copies-'));
  for (const part of ['blobs', 'incoming']) mkdirSync(join(dir, 'shared', part), { recursive: true });
  clock = new ManualClock(START);
  closing = [];
  errors = [];
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(dir, { recursive: true, force: true });
});

const onError = (error: unknown): void => void errors.push(error);

function nodeOf(home: string): ClusterNode {
  return {
    ...{ id: home, home, name: `server ${home}`, version: '1', address: 'x:1', runtimes: [], memoryMb: 1 },
    ...{ processors: 1, draining: false },
  };
}

interface Server {
  readonly telemetry: Telemetry;
  readonly copies: TelemetryCopies;
  readonly all: TelemetryOfAll;
  others: readonly ClusterNode[];
}

async function server(home: string, more: { maxBytes?: number; retainDays?: number } = {}): Promise<Server> {
  const { maxBytes = 1e9, retainDays = 3 } = more;
  const telemetry = await openTelemetry({ dir: join(dir, home), retainDays, clock, onError, isCopied: true });
  let others: readonly ClusterNode[] = [];
  const nodes: Nodes = {
    self: nodeOf(home),
    get others() {
      return others;
    },
    onChange: () => () => {},
  };
  const copies = await TelemetryCopies.start({
    ...{ telemetry, dir: join(dir, home), nodes, retainDays, maxBytes, clock, mayRead: () => true, onError },
    place: { kind: 'folder', folder: join(dir, 'shared') },
  });
  const connections = { request: () => Promise.reject(new Error('down')) };
  const all = new TelemetryOfAll({ local: telemetry, nodes, connections, clock, copies, onUnreachable: () => {} });
  closing.push(async () => {
    await copies.stop();
    await telemetry.close();
  });
  return {
    ...{ telemetry, copies, all },
    get others() {
      return others;
    },
    set others(now) {
      others = now;
    },
  };
}

const append = ({ telemetry }: Server, second: number, message: string, functionKey = KEY): void =>
  telemetry.logs.append([logLine({ functionKey, time: START - 600_000 + second * 1000, message })]);

async function copied(one: Server): Promise<void> {
  await one.telemetry.flush();
  await one.copies.copy();
}

async function lines({ all }: Server, limit = 100, functionKey = KEY) {
  const texts: string[] = [];
  let unreachable: readonly string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const more: { cursor?: string } = cursor === undefined ? {} : { cursor };
    const page = await all.query({ functionKey, ...WHEN, limit, order: 'asc', ...more });
    texts.push(...page.lines.map(({ message }) => message));
    ({ cursor, unreachable } = page);
  }
  return { texts, unreachable };
}

it('shows lines, receipts and metrics of a server that is gone among those of this one', async () => {
  const [gone, here] = [await server('gone'), await server('here')];
  for (let n = 0; n < 20; n += 1) append(n % 2 === 0 ? gone : here, n, `line ${n}`);
  const record = invocationRecord({ startedAt: START - 500_000, requestId: 'lost', functionKey: KEY });
  const servers = { receivedBy: 'here', ranOn: 'gone' };
  gone.telemetry.records.append({ ...record, ...servers });
  here.telemetry.records.append({
    ...record,
    requestId: 'own',
    startedAt: START - 400_000,
    finishedAt: START - 399_995,
  });
  await gone.telemetry.metrics.addGauges(
    [{ functionKey: KEY, qualifier: '', concurrency: 3, reserved: 0, instances: 2 }],
    START - 300_000,
  );
  await copied(gone);
  const expected = Array.from({ length: 20 }, (_, n) => `line ${n}`);
  for (const limit of [3, 100]) expect(await lines(here, limit)).toEqual({ texts: expected, unreachable: [] });
  expect((await here.all.record('p1', 'lost')).record).toMatchObject({ requestId: 'lost', handlerMs: 4.5, ...servers });
  const { records } = await here.all.list({ functionKey: KEY, ...WHEN, limit: 10 });
  expect(records.map(({ requestId }) => requestId)).toEqual(['own', 'lost']);
  const scope = { kind: 'function', functionKey: KEY } as const;
  const { points } = await here.all.series({ scope, from: START - 3_600_000, to: START, stepMs: 7_200_000 });
  expect(points.map(({ count }) => count).reduce((sum, count) => sum + count, 0)).toBe(2);
  expect(Math.max(...points.map(({ concurrency }) => concurrency))).toBe(3);
  expect((await here.all.rank({ projectId: 'p1', by: 'count', limit: 5, ...WHEN })).ranked).toEqual([
    { functionKey: KEY, value: 2 },
  ]);
  const { months } = await here.all.months('p1', START, 1);
  expect(months).toMatchObject([{ month: '2026-03', calls: 2 }]);
  const found = await here.all.queryEach({ functionKeys: [KEY], ...WHEN, keyword: 'line', limit: 100 }, () => false);
  expect(found.lines.map(({ message }) => message)).toEqual(expected.toReversed());
  expect(errors).toEqual([]);
});

it('answers only with the function and the project that are asked for', async () => {
  const [gone, here] = [await server('gone'), await server('here')];
  append(gone, 1, 'mine');
  append(gone, 2, 'theirs', 'p2:default:f');
  const record = invocationRecord({ startedAt: START - 500_000, requestId: 'theirs', functionKey: 'p2:default:f' });
  gone.telemetry.records.append(record);
  await copied(gone);
  expect((await lines(here)).texts).toEqual(['mine']);
  expect((await here.all.record('p1', 'theirs')).record).toBeUndefined();
  expect((await here.all.rank({ projectId: 'p1', by: 'count', limit: 5, ...WHEN })).ranked).toEqual([]);
  expect((await here.all.months('p1', START, 1)).months).toMatchObject([{ calls: 0 }]);
  const [found] = (await here.all.queryEach({ functionKeys: [KEY], ...WHEN, limit: 9 }, () => false)).lines;
  expect(found?.message).toBe('mine');
});

it('asks a server that lives, and goes on with a page from its copies when it is gone', async () => {
  const [other, here] = [await server('other'), await server('here')];
  for (let n = 0; n < 9; n += 1) append(n % 2 === 0 ? other : here, n, `line ${n}`);
  await copied(other);
  const query = { functionKey: KEY, ...WHEN, limit: 4, order: 'asc' as const };
  const first = await here.all.query(query);
  here.others = [nodeOf('other')];
  expect((await here.all.query(query)).unreachable).toEqual(['server other']);
  here.others = [];
  const second = await here.all.query({ ...query, limit: 100, cursor: first.cursor ?? '' });
  const texts = [...first.lines, ...second.lines].map(({ message }) => message);
  expect(texts).toEqual(Array.from({ length: 9 }, (_, n) => `line ${n}`));
  // the position in the copy is that in the file of the server itself
  const ofOther = { ...query, places: true } as const;
  const [live, copy] = [
    await other.telemetry.logs.query(ofOther),
    await here.copies.ask(
      { home: 'other', name: '', days: ['2026-03-10'], usage: undefined },
      { op: 'lines', query: ofOther },
    ),
  ];
  expect(copy?.answer.places).toEqual(live.places);
});

it('copies in pieces, each row once, also after a crash between storing a piece and noting it', async () => {
  const [gone, here] = [await server('gone'), await server('here')];
  const count = 12_000;
  gone.telemetry.logs.append(
    Array.from({ length: count }, (_, n) => logLine({ functionKey: KEY, time: START - 600_000 + n, message: `${n}` })),
  );
  await copied(gone);
  const folder = join(dir, 'shared/telemetry/pieces/2026-03-10/gone');
  expect(readdirSync(folder)).toHaveLength(2);
  await copied(gone);
  expect(readdirSync(folder)).toHaveLength(2);
  const [last = ''] = readdirSync(folder).sort().reverse();
  append(gone, 100, 'more');
  await gone.telemetry.flush();
  const { copying } = gone.telemetry;
  const [, part] = /^(\d{15})/.exec(last) ?? [];
  const place = 'another place';
  const made = await copying.next(place, START);
  expect(made?.copied).toMatchObject({ number: 12 * 3_600_000 + 1 });
  // as if the note of the last piece was lost: all is copied again, in pieces of higher numbers
  if (made === undefined) throw new Error('no piece');
  renameSync(made.path, join(folder, `${String(Number(part) + 1).padStart(15, '0')}-${made.sha256}`));
  await copied(gone);
  const { texts } = await lines(here, 5000);
  expect(texts).toHaveLength(count + 1);
  expect(new Set(texts).size).toBe(count + 1);
});

it('shows the lines of a day before and after its file was damaged and begun again', async () => {
  const here = await server('here');
  const first = await server('gone');
  for (const n of [1, 2]) {
    append(first, n, `line ${n}`);
    await copied(first);
  }
  await closing.pop()?.();
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(dir, 'gone/logs', `2026-03-10.db${suffix}`), { force: true });
  writeFileSync(join(dir, 'gone/logs/2026-03-10.db'), 'not a database');
  clock.advance(1_000);
  const again = await server('gone');
  for (const n of [3, 4]) {
    append(again, n, `line ${n}`);
    await copied(again);
  }
  expect(readdirSync(join(dir, 'gone/logs'))).toContain('2026-03-10.db.damaged');
  expect(await lines(here)).toEqual({ texts: ['line 1', 'line 2', 'line 3', 'line 4'], unreachable: [] });
});

it('names a server whose copies are damaged or missing, and shows what can be read', async () => {
  const [gone, here] = [await server('gone'), await server('here')];
  for (const n of [1, 2]) {
    append(gone, n, `line ${n}`);
    await copied(gone);
  }
  append(here, 3, 'own');
  await here.telemetry.flush();
  const folder = join(dir, 'shared/telemetry/pieces/2026-03-10/gone');
  const [first = ''] = readdirSync(folder).sort();
  writeFileSync(join(folder, first), 'something else');
  expect(await lines(here)).toEqual({ texts: ['line 2', 'own'], unreachable: ['server gone'] });
});

it('says that something is missing while the place cannot be reached, and finds it afterwards', async () => {
  const [gone, here] = [await server('gone'), await server('here')];
  append(gone, 1, 'line');
  append(here, 2, 'own');
  await copied(gone);
  await here.telemetry.flush();
  renameSync(join(dir, 'shared'), join(dir, 'away'));
  expect(await lines(here)).toEqual({ texts: ['own'], unreachable: ['a server that is gone'] });
  append(gone, 3, 'later');
  await gone.telemetry.flush();
  await expect(gone.copies.copy()).rejects.toThrow(/cannot be reached/);
  renameSync(join(dir, 'away'), join(dir, 'shared'));
  clock.advance(10_000);
  await copied(gone);
  expect(await lines(here)).toEqual({ texts: ['line', 'own', 'later'], unreachable: [] });
});

it('stores what is left when the server stops, and each minute before', async () => {
  const here = await server('here');
  const gone = await server('gone');
  append(gone, 1, 'first');
  await gone.telemetry.flush();
  clock.advance(60_000);
  const seen = async (): Promise<readonly string[]> => {
    // which servers have copies is known for some seconds
    clock.advance(6_000);
    return (await lines(here)).texts;
  };
  await expect.poll(seen, { timeout: 120_000 }).toEqual(['first']);
  append(gone, 2, 'last');
  await closing.pop()?.();
  await expect.poll(seen, { timeout: 120_000, interval: 200 }).toEqual(['first', 'last']);
});

it('removes copies with the days that they are of', async () => {
  const gone = await server('gone');
  append(gone, 1, 'line');
  await copied(gone);
  const pieces = join(dir, 'shared/telemetry/pieces');
  expect(readdirSync(pieces)).toEqual(['2026-03-10']);
  await closing.pop()?.();
  const here = await server('here', { retainDays: 1 });
  clock.advance(24 * 3_600_000);
  await expect.poll(() => readdirSync(join(dir, 'shared/telemetry/index')), { timeout: 120_000 }).toEqual([]);
  expect(readdirSync(join(pieces, '2026-03-10'))).toEqual([]);
  clock.advance(6_000);
  expect((await lines(here)).texts).toEqual([]);
  expect((await here.all.months('p1', START, 1)).unreachable).toEqual([]);
});
