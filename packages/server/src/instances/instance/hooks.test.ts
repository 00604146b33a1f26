import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../lib/clock.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import type { Lease } from '../pool/lease.ts';
import { Pool } from '../pool/pool.ts';
import { type FakeFunction, FakeSandboxDriver, HANG } from '../sandbox/fake/index.ts';
import type { LaunchSpec } from '../start/launch-spec.ts';
import { startInstance } from '../start/start-instance.ts';
import { NO_CREDENTIALS, TEST_LIMITS, testSpec, testStartDeps } from '../testing.ts';

let dir: string;
let clock: ManualClock;
let pools: Pool[];
let logs: string[];
let driver: FakeSandboxDriver;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fgh-'));
  clock = new ManualClock();
  pools = [];
  logs = [];
});

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.stop(AbortSignal.abort())));
  rmSync(dir, { recursive: true, force: true });
});

function poolOf(fn: Partial<FakeFunction>): Pool {
  driver = new FakeSandboxDriver({ handler: (event) => event, ...fn });
  const bound: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after: (ms, run) => clock.after(ms, run),
    afterReads: (ms, run) => clock.afterReads(ms, run),
  };
  const onLog = (_id: string, _spec: LaunchSpec, log: { level: string; text: string }): void => {
    logs.push(`${log.level} ${log.text}`);
  };
  const deps = { ...testStartDeps(driver, dir, bound), onLog };
  const pool = new Pool({
    start: (spec, signal) => startInstance(spec, deps, signal),
    clock: bound,
    limits: TEST_LIMITS,
    log: pino({ level: 'silent' }),
  });
  pools.push(pool);
  return pool;
}

const call = (lease: Lease) =>
  lease.instance.invoke({
    requestId: 'r',
    event: Buffer.from('{}'),
    timeoutMs: 100_000,
    invokeType: 'sync',
    credentials: NO_CREDENTIALS,
  });

/** Lets messages in flight between the two halves of the link arrive. */
const settle = (until: () => boolean): Promise<void> => expect.poll(() => until()).toBe(true);

describe('an instance with a heartbeat', () => {
  const spec = testSpec({ heartbeat: 'demo.Life.heartbeat' });

  it('gets its entry point and is called while it serves', async () => {
    const seen: number[] = [];
    let heartbeat: string | undefined;
    const pool = poolOf({
      handler: () => HANG,
      onInit: (init) => {
        heartbeat = init.heartbeat;
        return true;
      },
      onHeartbeat: (seq) => seen.push(seq) > 0,
    });
    const lease = await pool.acquire(spec);
    void call(lease);
    clock.advance(5_000);
    await settle(() => seen.length === 1);
    clock.advance(5_000);
    await settle(() => seen.length === 2);
    expect([heartbeat, seen, lease.instance.state]).toEqual(['demo.Life.heartbeat', [1, 2], 'busy']);
  });

  it('is stopped at a bad answer: its requests, the log and the pool learn why', async () => {
    const pool = poolOf({
      handler: () => HANG,
      onHeartbeat: () => {
        throw new Error('no pulse');
      },
    });
    const lease = await pool.acquire(spec);
    const answer = call(lease);
    clock.advance(5_000);
    const { failure } = await answer;
    expect(failure).toMatchObject({ outcome: 'heartbeat', code: 4209, component: 'function' });
    expect(failure?.payload.toString()).toContain('answered badly: no pulse');
    expect(logs).toEqual(['ERROR the instance is stopped: the heartbeat function answered badly: no pulse']);
    lease.release();
    await settle(() => pool.gauges().instances === 0);
    expect(driver.running.size).toBe(0);
  });

  it('is stopped when it does not answer six times in a row', async () => {
    const seen: number[] = [];
    const pool = poolOf({
      handler: () => HANG,
      onHeartbeat: (seq) => {
        seen.push(seq);
        return HANG;
      },
    });
    const lease = await pool.acquire(spec);
    const answer = call(lease);
    for (let at = 1; at <= 6; at += 1) {
      clock.advance(5_000);
      await settle(() => seen.length === at);
    }
    clock.advance(3_000);
    expect((await answer).failure).toMatchObject({ outcome: 'heartbeat' });
    lease.release();
  });

  it('is left in peace while it is frozen and asked again after', async () => {
    const seen: number[] = [];
    const pool = poolOf({ onHeartbeat: (seq) => seen.push(seq) > 0 });
    const lease = await pool.acquire(spec);
    lease.release();
    clock.advance(3_000);
    await settle(() => lease.instance.isFrozen);
    clock.advance(40_000);
    expect(seen).toEqual([]);
    const again = await pool.acquire(spec);
    await call(again);
    clock.advance(5_000);
    await settle(() => seen.length === 1);
    again.release();
  });
});

describe('an instance with a pre-stop handler', () => {
  const spec = testSpec({ preStop: { handler: 'demo.Life.preStop', timeoutMs: 10_000 } });
  const idle = async (pool: Pool) => {
    const lease = await pool.acquire(spec);
    lease.release();
    return lease.instance;
  };

  it('runs it before it stops, even when it is frozen, and keeps its memory until then', async () => {
    let goodbye: (() => void) | undefined;
    const pool = poolOf({
      onPreStop: (peer) => {
        goodbye = () => peer.send({ type: 'preStopped', ok: true });
        return HANG;
      },
    });
    const instance = await idle(pool);
    clock.advance(3_000);
    await settle(() => instance.isFrozen);
    pool.retire('f', () => true);
    await settle(() => goodbye !== undefined);
    expect(pool.gauges()).toMatchObject({ instances: 0 });
    expect(pool.gauges().promisedMemoryMb).toBeGreaterThan(0);
    goodbye?.();
    await instance.exited;
    await settle(() => pool.gauges().promisedMemoryMb === 0);
    expect(logs).toEqual([expect.stringMatching(/^INFO the pre-stop handler was done after/)]);
  });

  it('is stopped at its time limit', async () => {
    let requested = false;
    const pool = poolOf({
      onPreStop: () => {
        requested = true;
        return HANG;
      },
    });
    const instance = await idle(pool);
    pool.retire('f', () => true);
    await settle(() => requested);
    clock.advance(9_999);
    expect(driver.running.has(instance.id)).toBe(true);
    clock.advance(1);
    await instance.exited;
    expect(logs).toEqual(['WARN the pre-stop handler was not done within 10 seconds']);
  });

  it('is called when an idle instance is released, and after the last request of a draining one', async () => {
    let calls = 0;
    const pool = poolOf({
      onPreStop: () => {
        calls += 1;
        return undefined;
      },
    });
    const released = await idle(pool);
    clock.advance(TEST_LIMITS.idleMs + 2_000);
    await released.exited;
    const lease = await pool.acquire(spec);
    pool.retire('f', () => true);
    expect((await call(lease)).failure).toBeUndefined();
    expect(calls).toBe(1);
    lease.release();
    await lease.instance.exited;
    expect(calls).toBe(2);
  });

  it('is not called before a kill', async () => {
    let calls = 0;
    const pool = poolOf({
      handler: () => HANG,
      onPreStop: () => {
        calls += 1;
        return undefined;
      },
    });
    const lease = await pool.acquire(spec);
    const answer = call(lease);
    clock.advance(100_000);
    expect((await answer).failure).toMatchObject({ outcome: 'timeout' });
    lease.release();
    await lease.instance.exited;
    expect(calls).toBe(0);
  });

  it('runs when the server stops, until the server can wait no longer', async () => {
    let requested = false;
    const pool = poolOf({
      onPreStop: () => {
        requested = true;
        return HANG;
      },
    });
    const instance = await idle(pool);
    const deadline = new AbortController();
    const stopped = pool.stop(deadline.signal);
    await settle(() => requested);
    expect(driver.running.has(instance.id)).toBe(true);
    deadline.abort();
    await stopped;
    expect(driver.running.size).toBe(0);
  });
});
