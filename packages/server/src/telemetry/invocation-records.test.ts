import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import { dayMs } from './day.ts';
import { openTelemetry, type Telemetry } from './index.ts';
import { invocationRecord } from './testing.ts';
import type { RecordPage } from './types.ts';

const start = Date.UTC(2026, 2, 10, 12);
const dir = mkdtempSync(join(tmpdir(), 'fg-records-'));
const clock = new ManualClock(start);
let telemetry: Telemetry;

beforeAll(async () => {
  telemetry = await openTelemetry({ dir, retainDays: 3, clock, onError: () => undefined });
});
afterAll(async () => {
  await telemetry.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('invocation records', () => {
  it('are returned unchanged', async () => {
    const record = invocationRecord({
      startedAt: start + 0.25,
      requestId: 'whole',
      alias: 'live',
      cold: true,
      bootMs: 3.5,
    });
    telemetry.records.append(record);
    expect(await telemetry.records.get('whole')).toEqual(record);
    expect(await telemetry.records.get("unknown' or 1=1")).toBeUndefined();
  });

  it('get the way of their call later, also among others of the same batch, and without it stay as they are', async () => {
    const functionKey = 'p1/forwarded';
    const nodes = { receivedBy: 'a', ranOn: 'b' };
    const record = (requestId: string, more: object = {}) =>
      invocationRecord({ startedAt: start, functionKey, requestId, ...more });
    const before = [
      record('here'),
      record('far', nodes),
      record('far', { ...nodes, attempt: 2 }),
      record('unreported', nodes),
    ];
    for (const each of before) telemetry.records.append(each);
    telemetry.records.addHops([
      { requestId: 'far', attempt: 2, ms: 0.25 },
      { requestId: 'here', attempt: 1, ms: 7 },
      { requestId: 'unknown', attempt: 1, ms: 7 },
    ]);
    const stored = async () =>
      (await telemetry.records.list({ functionKey, from: start, to: start + 1, limit: 10 })).records;
    const after = before.map((each) => (each.attempt === 2 ? { ...each, hopMs: 0.25 } : each));
    await expect.poll(stored).toEqual(after.toReversed());
    telemetry.records.addHops([{ requestId: 'far', attempt: 1, ms: 0 }]);
    await expect
      .poll(async () => (await telemetry.records.attempts('far')).map(({ hopMs }) => hopMs))
      .toEqual([0, 0.25]);
    // each record gets it once
    telemetry.records.addHops([{ requestId: 'far', attempt: 1, ms: 9 }]);
    await telemetry.flush();
    expect((await telemetry.records.attempts('far')).map(({ hopMs }) => hopMs)).toEqual([0, 0.25]);
  });

  it('keep every attempt of a request, also across days, and give the last one first', async () => {
    const attempt = (n: number) =>
      invocationRecord({
        startedAt: start - (2 - n) * dayMs,
        requestId: 'retried',
        attempt: n,
        functionKey: 'p1/retried',
      });
    for (const n of [1, 2, 3]) telemetry.records.append(attempt(n));
    expect((await telemetry.records.attempts('retried')).map((record) => record.attempt)).toEqual([1, 2, 3]);
    expect((await telemetry.records.get('retried'))?.attempt).toBe(3);
  });

  it('are listed per function, latest first, in pages, by time and outcome', async () => {
    const functionKey = 'p1/listed';
    for (let n = 0; n < 10; n += 1) {
      const startedAt = start - (n % 2) * dayMs + Math.floor(n / 4);
      const outcome = n % 3 === 0 ? 'error' : 'ok';
      telemetry.records.append(invocationRecord({ startedAt, functionKey, requestId: `n${n}`, outcome }));
    }
    const list = async (more: object = {}) => {
      const found: string[][] = [];
      let cursor: string | null = null;
      do {
        const page: RecordPage = await telemetry.records.list({
          ...{ functionKey, from: 0, to: start + dayMs, limit: 3, ...more },
          ...(cursor === null ? {} : { cursor }),
        });
        found.push(page.records.map((record) => record.requestId));
        cursor = page.cursor;
      } while (cursor !== null);
      return found;
    };
    expect(await list()).toEqual([['n8', 'n6', 'n4'], ['n2', 'n0', 'n9'], ['n7', 'n5', 'n3'], ['n1']]);
    expect(await list({ limit: 5 })).toHaveLength(2);
    expect((await list({ outcome: 'error' })).flat()).toEqual(['n6', 'n0', 'n9', 'n3']);
    expect((await list({ from: start })).flat()).toEqual(['n8', 'n6', 'n4', 'n2', 'n0']);
    expect((await list({ to: start })).flat()).toEqual(['n9', 'n7', 'n5', 'n3', 'n1']);
    expect(await list({ functionKey: 'nobody' })).toEqual([[]]);
    await expect(list({ limit: 1001 })).rejects.toMatchObject({ code: 'telemetry.query' });
  });

  it('that belong to a day already dropped do not bring it back, and an impossible time becomes now', async () => {
    const functionKey = 'p1/odd';
    telemetry.records.append(invocationRecord({ startedAt: start - 30 * dayMs, functionKey, requestId: 'old' }));
    telemetry.records.append(invocationRecord({ startedAt: Number.NaN, functionKey, requestId: 'nan' }));
    expect((await telemetry.records.get('nan'))?.startedAt).toBe(start);
    expect(await telemetry.records.get('old')).toMatchObject({ requestId: 'old' });
    expect(await telemetry.prune()).toEqual([]);
    expect(telemetry.records.droppedRecords).toBe(0);
  });
});
