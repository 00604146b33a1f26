import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterNode } from '../../cluster/index.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import { openTelemetry, type Telemetry } from '../index.ts';
import { invocationRecord, logLine } from '../testing.ts';
import type { LogLine } from '../types.ts';
import { openTelemetryDoor } from './telemetry-door.ts';
import { TelemetryOfAll } from './telemetry-of-all.ts';
import { FakeNetwork } from './testing.ts';

const PATIENCE = { timeout: 120_000, interval: 5 };
const START = Date.UTC(2026, 2, 10, 12);
const HOMES = ['home-a', 'home-b', 'home-c'] as const;

let dir: string;
let stores: Telemetry[];
let network: FakeNetwork;
let all: TelemetryOfAll;
let made = 0;
/** A function that no other test has. */
let key: string;
let nodes: ClusterNode[];

const clock = new ManualClock(START);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fg-nodes-'));
  const onError = (error: unknown) => {
    throw error;
  };
  stores = await Promise.all(
    HOMES.map((home) => openTelemetry({ dir: join(dir, home), retainDays: 3, clock, onError })),
  );
});
afterAll(async () => {
  for (const store of stores) await store.close();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => {
  made += 1;
  key = `p${made}:default:f`;
  network = new FakeNetwork();
  nodes = HOMES.map((home, at) => ({
    ...{ id: home, home, name: `server ${at}`, version: '1', address: 'x:1', runtimes: [], memoryMb: 1, processors: 1 },
    draining: false,
  }));
  const [self, ...others] = nodes as [ClusterNode, ...ClusterNode[]];
  const options = { clock, connections: network.connections, onUnreachable: () => {} };
  for (const [at, node] of nodes.entries()) {
    const local = storeOf(at);
    const of = new TelemetryOfAll({
      ...options,
      local,
      nodes: { self: node, others: [], onChange: () => () => {} },
    });
    openTelemetryDoor(network.listener(node.home) as never, {
      answer: (call) => of.answer(call),
      tail: local.logs.tail.bind(local.logs),
      clock,
      stopping: new AbortController().signal,
    });
  }
  all = new TelemetryOfAll({ ...options, local: storeOf(0), nodes: { self, others, onChange: () => () => {} } });
});

function storeOf(at: number): Telemetry {
  const store = stores[at];
  if (store === undefined) throw new Error(`no store ${at}`);
  return store;
}

const append = (at: number, second: number, message: string): void =>
  storeOf(at).logs.append([logLine({ functionKey: key, time: START - 600_000 + second * 1000, message })]);

async function pages(limit: number, order: 'asc' | 'desc', onPage: (n: number) => void = () => {}) {
  const texts: string[][] = [];
  const unreachable: (readonly string[])[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const more = cursor === undefined ? {} : { cursor };
    const query = { functionKey: key, from: START - 3_600_000, to: START + 1, limit, order, ...more };
    const page = await all.query(query);
    texts.push(page.lines.map(({ message }) => message));
    unreachable.push(page.unreachable);
    ({ cursor } = page);
    onPage(texts.length);
  }
  return { texts, unreachable };
}

describe('logs of all servers', () => {
  it('are one log in the order of time, page by page', async () => {
    for (let n = 0; n < 20; n += 1) append(n % 3, n, `line ${n}`);
    const expected = Array.from({ length: 20 }, (_, n) => `line ${n}`);
    const { texts, unreachable } = await pages(7, 'asc');
    expect(texts.flat()).toEqual(expected);
    expect(texts[0]).toHaveLength(7);
    expect(unreachable.flat()).toEqual([]);
    expect((await pages(3, 'desc')).texts.flat()).toEqual(expected.toReversed());
  });

  it('name a server that cannot be reached, on each page from then on, and go on without it', async () => {
    for (let n = 0; n < 9; n += 1) append(n % 3, n, `line ${n}`);
    const { texts, unreachable } = await pages(3, 'asc', (n) => {
      if (n === 1) network.cut('home-b');
      if (n === 2) network.down.clear();
    });
    expect(texts.flat()).toEqual(['line 0', 'line 1', 'line 2', 'line 3', 'line 5', 'line 6', 'line 8']);
    expect(unreachable).toEqual([[], ['server 1'], ['server 1']]);
  });

  it('have whole words of any server before texts that contain them', async () => {
    append(0, 1, 'an order');
    append(1, 2, 'a disorder');
    const query = { functionKey: key, from: START - 3_600_000, to: START + 1, limit: 10, order: 'asc' as const };
    const found = async (keyword: string) => (await all.query({ ...query, keyword })).lines.map((line) => line.message);
    expect(await found('order')).toEqual(['an order']);
    expect(await found('disord')).toEqual(['a disorder']);
  });

  it('have only lines of the function that was asked for, whatever another server answers', async () => {
    append(0, 1, 'own');
    const foreign = logLine({ functionKey: 'p0:default:other', time: START - 1, message: 'foreign' });
    const answer = { lines: [foreign], places: ['x'], cursor: null, complete: true, byWords: false };
    const answers: unknown[] = [
      { ...answer, lines: [{ ...foreign, time: 'never' }] },
      { ...answer, lines: [{ ...foreign, message: 'x'.repeat(9 * 1024 * 1024) }] },
      'no answer',
    ];
    for (const one of answers) {
      network.listener('home-b').route('POST', '/telemetry', (_, response) => {
        response.writeHead(200);
        response.end(JSON.stringify(one));
      });
      const page = await all.query({
        functionKey: key,
        from: START - 3_600_000,
        to: START + 1,
        limit: 9,
        order: 'asc',
      });
      expect([page.lines.map(({ message }) => message), page.unreachable]).toEqual([['own'], ['server 1']]);
    }
  });

  it.each(['~', '~bm90IGpzb24', `~${Buffer.from('[["../x",""]]').toString('base64url')}`, '~W1siYSIsInoiXV0'])(
    'refuse the cursor %s that no page returned',
    async (cursor) => {
      const query = { functionKey: key, from: 1, to: START, limit: 1, order: 'asc' as const, cursor };
      await expect(all.query(query)).rejects.toMatchObject({ code: 'telemetry.cursor' });
    },
  );

  it('of several functions are those of all servers, page by page', async () => {
    for (let n = 0; n < 10; n += 1) append(n % 3, n, `line ${n}`);
    const texts: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const query = { functionKeys: [key], from: START - 3_600_000, to: START + 1, limit: 4 };
      const page = await all.queryEach({ ...query, ...(cursor === undefined ? {} : { cursor }) }, () => false);
      texts.push(...page.lines.map(({ message }) => message));
      ({ cursor } = page);
    }
    expect(texts).toEqual(Array.from({ length: 10 }, (_, n) => `line ${9 - n}`));
  });

  it('are followed on all servers, and a line stands for those of a server that is lost', async () => {
    const lines: LogLine[] = [];
    const stop = all.tail({ functionKey: key }, (more) => lines.push(...more));
    const until = (text: string, meanwhile: () => void = () => {}) =>
      expect
        .poll(() => {
          meanwhile();
          clock.advance(100);
          return lines.some(({ message }) => message === text);
        }, PATIENCE)
        .toBe(true);
    append(0, 1, 'a');
    await until('a');
    await until('b', () => append(1, 2, 'b'));
    network.cut('home-b');
    await until('lines of the server server 1 are missing here: it cannot be reached');
    network.down.clear();
    await until('again', () => append(1, 3, 'again'));
    stop();
  });
});

describe('records and metrics of all servers', () => {
  const [from, to] = [START - 600_000, START + 1];
  const called = (at: number, n: number, ms: number) => {
    const times = { startedAt: START - 300_000 + n, finishedAt: START - 300_000 + n + ms };
    const one = invocationRecord({ functionKey: key, requestId: `r${made}-${n}`, ...times, initMs: 0, handlerMs: ms });
    storeOf(at).records.append(one);
  };

  it('are listed in one order, found by their id in their project only, and added up', async () => {
    for (let n = 0; n < 9; n += 1) called(n % 3, n, 10 * (n + 1));
    const ids: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await all.list({
        functionKey: key,
        from,
        to,
        limit: 2,
        ...(cursor === undefined ? {} : { cursor }),
      });
      ids.push(...page.records.map(({ requestId }) => requestId));
      ({ cursor } = page);
    }
    expect(ids).toEqual(Array.from({ length: 9 }, (_, n) => `r${made}-${8 - n}`));
    const project = `p${made}`;
    expect((await all.record(project, `r${made}-4`)).record).toMatchObject({ handlerMs: 50 });
    expect((await all.record('p0', `r${made}-4`)).record).toBeUndefined();

    const query = { scope: { kind: 'function' as const, functionKey: key }, from, to, stepMs: 600_000 };
    const { points } = await all.series(query);
    const sum = (pick: (point: (typeof points)[number]) => number) => points.reduce((a, point) => a + pick(point), 0);
    expect([sum(({ count }) => count), Math.max(...points.map(({ maxMs }) => maxMs))]).toEqual([9, 90]);
    const most = points.find(({ count }) => count === 9);
    expect(most).toMatchObject({ averageMs: 50, minMs: 10, maxMs: 90 });
    const { ranked } = await all.rank({ projectId: project, by: 'count', from, to, limit: 5 });
    expect(ranked).toEqual([{ functionKey: key, value: 9 }]);
    expect((await all.months(project, START, 1)).months).toMatchObject([{ calls: 9 }]);
    network.cut('home-c');
    expect(await all.rank({ projectId: project, by: 'count', from, to, limit: 5 })).toEqual({
      ranked: [{ functionKey: key, value: 6 }],
      unreachable: ['server 2'],
    });
  });
});
