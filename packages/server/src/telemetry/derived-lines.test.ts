import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Receipt } from '@funcgraph/api';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newRequestId } from '../lib/ids.ts';
import { ManualClock } from '../lib/manual-clock.ts';
import { dayMs, dayOf } from './day.ts';
import { openTelemetry, type Telemetry } from './index.ts';
import { startText } from './platform-lines.ts';
import { invocationRecord, logLine } from './testing.ts';
import type { InvocationRecord, LogLine, LogPage, LogQuery } from './types.ts';

const start = Date.UTC(2026, 2, 10, 12);
const functionKey = 'p1:default:f';
let dir: string;
let clock: ManualClock;
let telemetry: Telemetry;

const open = async (more: object = {}): Promise<void> => {
  const onError = (error: unknown): never => {
    throw error;
  };
  telemetry = await openTelemetry({ dir, retainDays: 3, clock, onError, ...more });
};
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fg-derived-'));
  clock = new ManualClock(start);
  await open();
});
afterEach(async () => {
  await telemetry.close();
  rmSync(dir, { recursive: true, force: true });
});

const query = (more: Partial<LogQuery> = {}): Promise<LogPage> =>
  telemetry.logs.query({ functionKey, from: 0, to: start + 2 * dayMs, limit: 1000, order: 'asc', ...more });
const shown = ({ requestId, message }: LogLine): string => `${requestId} ${message.split(/[ ,]/)[0]}`;
const lines = async (more: Partial<LogQuery> = {}): Promise<string[]> => (await query(more)).lines.map(shown);
const pages = async (limit: number, more: Partial<LogQuery> = {}): Promise<string[]> => {
  const all: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: LogPage = await query({ limit, ...more, ...(cursor === '' ? {} : { cursor }) });
    all.push(...page.lines.map(shown));
    cursor = page.cursor;
  }
  return all;
};
const silent = (requestId: string, more: Partial<InvocationRecord> = {}): void => {
  const startedAt = more.startedAt ?? clock.now();
  const record = invocationRecord({ functionKey, startedAt, requestId, startLineMs: 0, finishLineMs: 5, ...more });
  telemetry.records.append(record);
};
/** A call that logs: its first line is stored. */
const talking = (requestId: string, ...messages: string[]): void => {
  const line = { time: clock.now(), functionKey, requestId };
  telemetry.logs.append([
    logLine({ ...line, message: startText({ requestId, version: 'latest' }) }),
    ...messages.map((message) => logLine({ ...line, message })),
  ]);
  const record = invocationRecord({ functionKey, startedAt: clock.now(), requestId, finishLineMs: 0 });
  telemetry.records.append(record);
};

describe('the lines of the platform', () => {
  it('have the text, fields and order of stored ones', async () => {
    silent('a', { version: 'v1', instanceId: 'i-7', finishLineMs: 9, initMs: 1, outcome: 'timeout', code: '4001' });
    clock.advance(1);
    talking('b', 'hello');
    const page = await query();
    const same = { functionKey, level: 'INFO' };
    const first = { ...same, requestId: 'a', version: 'v1', instanceId: 'i-7' };
    const last =
      "Finish invoke request 'a', duration: 4.500ms, billing duration: 6ms, memory used: 28.610MB, billing memory: 128MB, result: timeout (4001)";
    expect(page.lines[0]).toEqual({ ...first, time: start, message: "Start invoke request 'a', version: v1" });
    expect(page.lines.at(-1)).toEqual({ ...first, time: start + 9, message: last });
    expect(page.lines.map(shown)).toEqual(['a Start', 'b Start', 'b hello', 'b Finish', 'a Finish']);
    expect(await lines({ order: 'desc' })).toEqual(page.lines.map(shown).reverse());
  });

  it('are filtered as stored ones are', async () => {
    silent('a', { version: 'v1', instanceId: 'i-7' });
    clock.advance(1000);
    silent('b', { outcome: 'function_error' });
    await telemetry.flush();
    clock.advance(1000);
    talking('c', 'duration of nothing');
    expect(await lines({ requestId: 'b' })).toEqual(['b Start', 'b Finish']);
    expect(await lines({ requestId: 'c', order: 'desc' })).toEqual(['c Finish', 'c duration', 'c Start']);
    expect(await lines({ instanceId: 'i-7' })).toEqual(['a Start', 'a Finish']);
    expect(await lines({ versions: ['v1'] })).toEqual(['a Start', 'a Finish']);
    expect(await lines({ levels: ['ERROR'] })).toEqual([]);
    expect(await lines({ levels: ['INFO'], to: start + 5 })).toEqual(['a Start']);
    expect(await lines({ from: start + 1, to: start + 6 })).toEqual(['a Finish']);
    expect(await lines({ keyword: 'Duration' })).toEqual(['a Finish', 'b Finish', 'c duration', 'c Finish']);
    expect(await lines({ keyword: 'function error' })).toEqual(['b Finish']);
    expect(await lines({ keyword: 'n: v1' })).toEqual(['a Start']);
    expect(await lines({ keyword: 'v1' })).toEqual(['a Start']);
    expect(await lines({ keyword: 'b version' })).toEqual(['b Start']);
    expect(await lines({ keyword: 'DURATION:' })).toHaveLength(3);
    expect(await lines({ keyword: 'nothing' })).toEqual(['c duration']);
    expect(await query({ functionKey: 'p2:default:f' })).toMatchObject({ lines: [] });
  });

  it('are found by the words of every kind of failure', async () => {
    const outcomes = Receipt.properties.outcome.anyOf.map((one) => one.const).filter((one) => one !== 'ok');
    for (const outcome of outcomes) silent(outcome, { outcome });
    for (const outcome of outcomes) {
      expect(await lines({ keyword: outcome.replace('_', ' ') }), outcome).toContain(`${outcome} Finish`);
    }
  });

  it.each(['asc', 'desc'] as const)(
    'come in pages without gaps and duplicates, in any mixture (%s)',
    async (order) => {
      const call = fc.record({
        logs: fc.boolean(),
        takes: fc.constantFrom(0, 1, 40, 3000),
        waits: fc.constantFrom(0, 0, 1, 70, 4000),
        flushes: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 12 }), async (calls) => {
          const other = `p1:default:${newRequestId()}`;
          const expected: [time: number, text: string][] = [];
          for (const { logs, takes, waits, flushes } of calls) {
            const requestId = newRequestId();
            const now = clock.now();
            if (logs) {
              const line = { time: now, functionKey: other, requestId };
              telemetry.logs.append([logLine({ ...line, message: 'Start' }), logLine({ ...line, message: 'own' })]);
              expected.push([now, `${requestId} Start`], [now, `${requestId} own`]);
            } else expected.push([now, `${requestId} Start`]);
            expected.push([now + takes, `${requestId} Finish`]);
            telemetry.records.append(
              invocationRecord({
                ...{ functionKey: other, startedAt: now, requestId, finishLineMs: takes },
                ...(logs ? {} : { startLineMs: 0 }),
              }),
            );
            if (flushes) await telemetry.flush();
            clock.advance(waits);
          }
          const all = await pages(1000, { functionKey: other, order });
          expect(all.toSorted()).toEqual(expected.map(([, text]) => text).toSorted());
          const times = (await query({ functionKey: other })).lines.map(({ time }) => time);
          expect(times).toEqual(times.toSorted((a, b) => a - b));
          for (const limit of [1, 3]) expect(await pages(limit, { functionKey: other, order })).toEqual(all);
          const words = await pages(1000, { functionKey: other, order, keyword: 'finish' });
          expect(words).toHaveLength(calls.length);
          for (const limit of [1, 3]) {
            expect(await pages(limit, { functionKey: other, order, keyword: 'finish' })).toEqual(words);
          }
          // each request begins and ends with its lines
          for (const id of new Set(all.map((text) => text.split(' ')[0]))) {
            const own = all.filter((text) => text.startsWith(`${id} `)).map((text) => text.split(' ')[1]);
            if (order === 'desc') own.reverse();
            expect([own[0], own.at(-1)]).toEqual(['Start', 'Finish']);
          }
        }),
        { numRuns: 25 },
      );
    },
    120_000,
  );

  it('survive a restart with their positions', async () => {
    silent('a');
    clock.advance(1);
    talking('b', 'hello');
    const before = await query({ limit: 2 });
    await telemetry.close();
    await open();
    silent('c', { startedAt: start + 10 });
    const rest = await query({ cursor: before.cursor ?? '' });
    expect(rest.lines.map(shown)).toEqual(['b hello', 'b Finish', 'a Finish', 'c Start', 'c Finish']);
  });

  it('are read in the order of writing, each once, with the depth of their request', async () => {
    silent('a', { depth: 3 });
    talking('b', 'hello');
    const read = async (after: number, limit = 10) => {
      await telemetry.logs.flush();
      const positions = new Map([[dayOf(start), after]]);
      const from = { functionKey, from: 0, firstDay: dayOf(start), after: positions };
      const found = await telemetry.logs.linesAfter({ ...from, limit });
      return { ...found, count: await telemetry.logs.countAfter(from) };
    };
    const all = await read(0);
    expect(all.lines.map((line) => `${line.requestId} ${line.message.split(' ')[0]} ${line.depth}`)).toEqual([
      ...['b Start 0', 'b hello 0', 'a Start 3', 'a Finish 3', 'b Finish 0'],
    ]);
    expect(all.count).toBe(5);
    const one: number[] = [];
    for (let after = 0; ; after = one.at(-1) ?? 0) {
      const { lines: some } = await read(after, 1);
      if (some.length === 0) break;
      one.push(...some.map(({ seq }) => seq));
    }
    expect(one).toEqual(all.lines.map(({ seq }) => seq));
    silent('c');
    const more = await read(one.at(-1) ?? 0);
    expect(more.lines.map(({ requestId }) => requestId)).toEqual(['c', 'c']);
    expect(more.count).toBe(2);
  });

  it('are not shown for the time whose lines the limits of size have removed', async () => {
    await telemetry.close();
    await open({ limits: { totalBytes: 1e9, projectBytes: 3000 } });
    for (let n = 0; n < 30; n += 1) {
      silent(`s${n}`);
      talking(`t${n}`, 'x'.repeat(200));
      clock.advance(10);
    }
    await telemetry.flush();
    clock.advance(60_000);
    await expect.poll(async () => (await lines()).length).toBeLessThan(60);
    const left = await lines();
    const requests = new Set(left.map((text) => text.split(' ')[0]?.slice(1)));
    expect([...requests].map(Number)).toEqual([...requests].map(Number).toSorted((a, b) => a - b));
    expect(requests.has('0')).toBe(false);
    expect(left.slice(-1)).toEqual(['s29 Finish']);
  });

  it('answer in time with the lines found so far, and continue from there', async () => {
    await telemetry.close();
    await open({ searchBudgetMs: 0 });
    for (let n = 0; n < 3000; n += 1) {
      silent(newRequestId());
      if (n % 100 === 0) clock.advance(100);
    }
    const first = await query({ keyword: 'billing' });
    expect(first.complete).toBe(false);
    expect(await pages(1000, { keyword: 'billing' })).toHaveLength(3000);
    expect(await pages(1000, { keyword: 'illing du', order: 'desc' })).toHaveLength(3000);
  });
});
