import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import { openTelemetry, type Telemetry } from './index.ts';
import { invocationRecord, writeOldRecords } from './testing.ts';

const start = Date.UTC(2026, 2, 10, 12);
const functionKey = 'p1:default:f';
const all = { functionKey, from: start - 1000, to: start + 100_000 };
let dir: string;
let telemetry: Telemetry;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fg-old-records-'));
  mkdirSync(join(dir, 'logs'));
  const db = new Database(join(dir, 'logs', '2026-03-10.db'));
  const old = Array.from({ length: 10 }, (_, n) => {
    const outcome = n % 2 === 0 ? 'ok' : 'timeout';
    return invocationRecord({ functionKey, startedAt: start + 2 * n, requestId: `old${n}`, outcome });
  });
  writeOldRecords(db, old);
  db.close();
  const onError = (error: unknown): never => {
    throw error;
  };
  telemetry = await openTelemetry({ dir, retainDays: 3, clock: new ManualClock(start), onError });
  for (let n = 0; n < 10; n += 1) {
    const outcome = n % 2 === 0 ? 'timeout' : 'ok';
    telemetry.records.append(
      invocationRecord({ functionKey, startedAt: start + 2 * n + 1, requestId: `new${n}`, outcome }),
    );
  }
});
afterEach(async () => {
  await telemetry.close();
  rmSync(dir, { recursive: true, force: true });
});

it('records of a file of an earlier release and new ones are one list, by pages', async () => {
  const expected = Array.from({ length: 10 }, (_, n) => [`new${9 - n}`, `old${9 - n}`]).flat();
  for (const limit of [1, 3, 7, 100]) {
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await telemetry.records.list({ ...all, limit, ...(cursor === '' ? {} : { cursor }) });
      ids.push(...page.records.map(({ requestId }) => requestId));
      cursor = page.cursor;
    }
    expect(ids).toEqual(expected);
  }
  const failed = await telemetry.records.list({ ...all, limit: 3, cause: 'timeout' });
  expect(failed.records.map(({ requestId }) => requestId)).toEqual(['old9', 'new8', 'old7']);
});

it('both are found by their id, and counted once', async () => {
  expect(await telemetry.records.get('old3')).toMatchObject({ requestId: 'old3', outcome: 'timeout' });
  expect(await telemetry.records.get('new3')).toMatchObject({ requestId: 'new3', outcome: 'ok' });
  const query = { scope: { kind: 'function', functionKey }, from: start, to: start, stepMs: 60_000 } as const;
  expect(await telemetry.metrics.series(query)).toMatchObject([{ count: 20, failed: 10 }]);
});
