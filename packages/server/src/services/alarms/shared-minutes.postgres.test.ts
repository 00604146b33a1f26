import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import type { Storage } from '../../storage/index.ts';
import { newPlace } from '../../storage/testing.ts';
import { openAt } from '../../storage/testing-place.ts';
import { type AlarmMetric, openTelemetry, type Telemetry } from '../../telemetry/index.ts';
import { invocationRecord } from '../../telemetry/testing.ts';
import type { MeasuredFunction } from './alarm-store.ts';
import { MinuteWriter } from './minute-writer.ts';
import { SharedMinuteStore } from './shared-minute-store.ts';
import { SharedMinutes } from './shared-minutes.ts';

const MINUTE_MS = 60_000;
const BEGIN = Date.UTC(2026, 0, 1, 12);
const hello: MeasuredFunction = {
  projectId: 'p1',
  target: { kind: 'function', functionId: 'f1', package: 'default', name: 'hello' },
  period: 5,
  periods: 1,
};

interface Server {
  readonly storage: Storage;
  readonly clock: ManualClock;
  readonly telemetry: Telemetry;
  readonly writer: MinuteWriter;
  rules: MeasuredFunction[];
}

let dir: string;
let place: string;
let servers: Server[];
let missed: number;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fg-shared-minutes-'));
  place = await newPlace('');
  servers = [];
  missed = 0;
});
afterEach(async () => {
  for (const { writer, telemetry, storage } of servers) {
    await writer.stop();
    await telemetry.close();
    await storage.close();
  }
  rmSync(dir, { recursive: true, force: true });
});

async function begin(home: string): Promise<Server> {
  const storage = await openAt(place);
  const row = { id: `id of ${home}`, home, name: home, version: '1', joined_at: 1, expires_at: 1 };
  await storage.db.insertInto('server').values(row).execute();
  const clock = new ManualClock(BEGIN);
  const telemetry = await openTelemetry({
    ...{ dir: join(dir, home), retainDays: 7, clock },
    onError: (error) => {
      throw error;
    },
  });
  const server: Server = { storage, clock, telemetry, rules: [hello], writer: writerOf() };
  function writerOf(): MinuteWriter {
    return new MinuteWriter({
      ...{ home, clock, log: pino({ level: 'silent' }), store: new SharedMinuteStore(storage.db) },
      measured: async () => server.rules,
      minutes: (readings) => telemetry.metrics.alarmMinutes(readings),
    });
  }
  servers.push(server);
  return server;
}

const shared = ({ storage }: Server) =>
  new SharedMinutes(new SharedMinuteStore(storage.db), () => {
    missed += 1;
  });

/** A call that ends in this minute after the begin. */
function call({ telemetry }: Server, minute: number, more: object = {}): void {
  const startedAt = BEGIN + minute * MINUTE_MS + 1_000;
  telemetry.records.append(invocationRecord({ functionKey: 'p1:default:hello', startedAt, handlerMs: 10, ...more }));
}

async function values(server: Server, metric: AlarmMetric, periods = 3): Promise<readonly (number | undefined)[]> {
  const statistic = metric === 'count' || metric === 'failcount' ? 'sum' : 'maximum';
  const measurement = { metric, statistic, period: 1, from: BEGIN / MINUTE_MS, periods } as const;
  const scope = { kind: 'function', functionKey: 'p1:default:hello' } as const;
  return (await shared(server).measure([{ ...measurement, scope }]))[0] ?? [];
}

const completeTo = async (server: Server, minute: number) =>
  ((await shared(server).completeTo(BEGIN + minute * MINUTE_MS)) - BEGIN) / MINUTE_MS;

/** Lets time pass for one server until it has written the minutes before this one. */
async function writes(server: Server, minute: number): Promise<void> {
  const home = servers.indexOf(server) === 0 ? 'a' : 'b';
  server.clock.advance(BEGIN + minute * MINUTE_MS + 5_000 - server.clock.now());
  const written = async () => {
    // what became due while it wrote
    server.clock.advance(0);
    const rows = await server.storage.db.selectFrom('alarm_source').selectAll().where('home', '=', home).execute();
    return Number(rows[0]?.written_to ?? 0) - BEGIN / MINUTE_MS;
  };
  await expect.poll(written).toBe(minute);
}

describe('minutes of two servers', () => {
  it('are summed, and complete when both have written them', async () => {
    const [a, b] = [await begin('a'), await begin('b')];
    call(a, 0);
    call(a, 0, { requestId: 'r2', outcome: 'function_error', handlerMs: 30 });
    call(b, 0, { requestId: 'r3', handlerMs: 500 });
    call(b, 1, { requestId: 'r4' });
    await a.telemetry.metrics.addGauges([gauge(2, 1)], BEGIN);
    await b.telemetry.metrics.addGauges([gauge(3, 1)], BEGIN);
    for (const { writer } of [a, b]) writer.start();
    await writes(a, 1);
    await writes(b, 1);
    expect(await completeTo(a, 1)).toBe(1);
    expect(await values(a, 'count')).toEqual([3, 0, 0]);
    expect(await values(b, 'failcount')).toEqual([1, 0, 0]);
    expect(await values(a, 'maxDuration')).toEqual([500, undefined, undefined]);
    expect(await values(a, 'minDuration')).toEqual([10, undefined, undefined]);
    expect(await values(a, 'concurrency')).toEqual([5, 0, 0]);
    expect(await values(a, 'reservedinstancenum')).toEqual([2, 0, 0]);
    await writes(a, 2);
    expect(await completeTo(a, 2)).toBe(1);
    await writes(b, 2);
    expect(await completeTo(a, 2)).toBe(2);
    expect(await values(a, 'count')).toEqual([3, 1, 0]);
  });

  it('are complete without a server that has left, died, or writes nothing for two minutes', async () => {
    const [a, b] = [await begin('a'), await begin('b')];
    for (const { writer } of [a, b]) writer.start();
    await writes(a, 1);
    await writes(b, 1);
    call(b, 1);
    b.clock.advance(MINUTE_MS / 2);
    await b.writer.stop();
    await writes(a, 2);
    expect(await completeTo(a, 2)).toBe(2);
    expect(await values(a, 'count')).toEqual([0, 1, 0]);
    // it starts again
    await b.storage.db
      .updateTable('alarm_source')
      .set({ written_to: BEGIN / MINUTE_MS })
      .where('home', '=', 'b')
      .execute();
    await writes(a, 3);
    expect([await completeTo(a, 2), await completeTo(a, 3), missed]).toEqual([0, 1, 1]);
    await b.storage.db.deleteFrom('server').where('home', '=', 'b').execute();
    expect(await completeTo(a, 3)).toBe(3);
  });

  it('before a new rule are written too, and none twice after a start', async () => {
    const a = await begin('a');
    a.rules = [];
    a.writer.start();
    call(a, 0);
    await writes(a, 1);
    expect(await values(a, 'count')).toEqual([0, 0, 0]);
    a.rules = [hello];
    call(a, 1, { requestId: 'r2' });
    await writes(a, 2);
    expect(await values(a, 'count')).toEqual([1, 1, 0]);
    const again = new MinuteWriter({
      ...{ home: 'a', clock: a.clock, log: pino({ level: 'silent' }), store: new SharedMinuteStore(a.storage.db) },
      measured: async () => a.rules,
      minutes: (readings) => a.telemetry.metrics.alarmMinutes(readings),
    });
    again.start();
    await writes(a, 3);
    await again.stop();
    expect(await values(a, 'count')).toEqual([1, 1, 0]);
  });

  it('are removed when no rule can read them any more', async () => {
    const a = await begin('a');
    a.writer.start();
    call(a, 0);
    await writes(a, 1);
    await completeTo(a, 1_199);
    expect(await values(a, 'count')).toEqual([1, 0, 0]);
    await completeTo(a, 1_201);
    expect(await values(a, 'count')).toEqual([0, 0, 0]);
  });
});

function gauge(concurrency: number, reserved: number) {
  return { functionKey: 'p1:default:hello', qualifier: '', concurrency, reserved, instances: concurrency };
}
