import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { Pool } from '../pool/pool.ts';
import type { PoolLimits } from '../pool/pool-limits.ts';
import { LinkLimits } from '../runtime-link/index.ts';
import { type FakeFunction, type FakePeer, FakeSandboxDriver } from '../sandbox/fake/index.ts';
import type { LaunchSpec } from '../start/launch-spec.ts';
import { startInstance } from '../start/start-instance.ts';
import { testSpec } from '../testing.ts';
import { ReservedKeeper } from './reserved-keeper.ts';

const LIMITS: PoolLimits = {
  freezeMs: 2_000,
  idleMs: 60_000,
  maxWaitMs: 5_000,
  maxWaiting: 10,
  maxStarts: 8,
  firstStarts: 8,
  memoryMb: 2048,
};
const PATIENCE = { timeout: 120_000, interval: 5 };
const log = pino({ level: 'silent' });
const echo: FakeFunction = { handler: (event) => event };

let dir: string;
let clock: ManualClock;
let driver: FakeSandboxDriver;
let pool: Pool;
let keeper: ReservedKeeper;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fgr-'));
  clock = new ManualClock();
});

afterEach(async () => {
  keeper.stop();
  await pool.stop(AbortSignal.abort());
  rmSync(dir, { recursive: true, force: true });
});

function open(fn: FakeFunction, limits: Partial<PoolLimits> = {}): void {
  driver = new FakeSandboxDriver(fn);
  const deps = { driver, linkDir: dir, linkLimits: new LinkLimits(), clock, onLog: () => {}, httpStartMs: 10_000 };
  pool = new Pool({
    start: (spec, signal) => startInstance(spec, deps, signal),
    clock,
    limits: { ...LIMITS, ...limits },
    log,
  });
  keeper = new ReservedKeeper({ pool, clock, log });
}

const want = (count: number, change: Partial<LaunchSpec> = {}, idleMode = false): void =>
  keeper.want('r', { spec: testSpec(change), count, idleMode });
const settled = (state: object): Promise<void> => expect.poll(() => keeper.state('r'), PATIENCE).toMatchObject(state);
const ready = (count: number): Promise<void> => settled({ ready: count, starting: 0 });

describe('reserved instances', () => {
  it('are started before any request, serve before on-demand ones, and outlive the idle time', async () => {
    open(echo);
    want(2);
    await ready(2);
    const leases = await Promise.all([0, 1, 2].map(() => pool.acquire(testSpec())));
    expect(leases.map(({ reserved, cold }) => [reserved, cold])).toEqual([
      [true, false],
      [true, false],
      [false, true],
    ]);
    for (const lease of leases) lease.release();
    const next = await pool.acquire(testSpec());
    expect(next.reserved).toBe(true);
    next.release();
    for (let seconds = 0; seconds < 120; seconds += 1) clock.advance(1_000);
    await expect.poll(() => driver.running.size, PATIENCE).toBe(2);
    expect(pool.gauges()).toMatchObject({ instances: 2, reserved: 2 });
  });

  it('are frozen between requests in idle mode only', async () => {
    open(echo);
    want(1, {}, true);
    await ready(1);
    clock.advance(3_000);
    const frozen = (): boolean[] => [...driver.running.values()].map((sandbox) => sandbox.isFrozen);
    await expect.poll(() => frozen(), PATIENCE).toEqual([true]);
    want(1, {}, false);
    await expect.poll(() => frozen(), PATIENCE).toEqual([false]);
    for (let seconds = 0; seconds < 10; seconds += 1) clock.advance(1_000);
    expect(frozen()).toEqual([false]);
    want(1, {}, true);
    clock.advance(3_000);
    await expect.poll(() => frozen(), PATIENCE).toEqual([true]);
  });

  it('adopt running instances, and leave busy ones when there are too many', async () => {
    open(echo);
    const lease = await pool.acquire(testSpec());
    want(1);
    await ready(1);
    expect(driver.started).toHaveLength(1);
    want(0);
    await settled({ desired: 0, ready: 0 });
    expect(driver.running.size).toBe(1);
    lease.release();
    expect((await pool.acquire(testSpec())).instance.id).toBe(lease.instance.id);
  });

  it('go at once when they are too many and idle', async () => {
    open(echo);
    want(3);
    await ready(3);
    want(1);
    await expect.poll(() => driver.running.size, PATIENCE).toBe(1);
    keeper.drop('r');
    await expect.poll(() => driver.running.size, PATIENCE).toBe(0);
    expect([keeper.state('r'), pool.gauges().promisedMemoryMb]).toEqual([undefined, 0]);
  });

  it('are replaced when the launch changes; the old one finishes its request', async () => {
    open(echo);
    want(1);
    await ready(1);
    const lease = await pool.acquire(testSpec());
    pool.retire('f', (key) => key === 'f:1');
    want(1, { key: 'f:2' });
    await ready(1);
    expect(lease.instance.state).toBe('draining');
    const fresh = await pool.acquire(testSpec({ key: 'f:2' }));
    expect([fresh.reserved, fresh.instance.id === lease.instance.id]).toEqual([true, false]);
    lease.release();
    await lease.instance.exited;
  });

  it('are remade at once when a request killed them', async () => {
    open(echo);
    want(1);
    await ready(1);
    const lease = await pool.acquire(testSpec());
    await driver.running.get(lease.instance.id)?.stop();
    lease.release();
    await lease.instance.exited;
    await ready(1);
    expect([driver.started.length, keeper.state('r')?.failing]).toEqual([2, undefined]);
  });

  it('that die without a request are remade after longer and longer pauses, and say why', async () => {
    const peers: FakePeer[] = [];
    open({ ...echo, onInit: (_, peer) => peers.push(peer) > 0 });
    want(1);
    for (const [n, pauseMs] of [1_000, 2_000, 4_000].entries()) {
      await ready(1);
      peers[n]?.exit(7);
      await settled({ ready: 0, failing: { failures: n + 1 } });
      expect(keeper.state('r')?.failing?.reason).toContain('exited with code 7');
      clock.advance(pauseMs - 1);
      expect(driver.started).toHaveLength(n + 1);
      clock.advance(1);
    }
    await ready(1);
    clock.advance(60_000);
    await settled({ ready: 1, failing: undefined });
  });

  it('whose start fails are retried after a pause, and report the error of the function', async () => {
    let works = false;
    open({
      ...echo,
      onInit(_, peer) {
        if (!works) peer.send({ type: 'failed', phase: 'init', code: 4009 }, '{"errorMessage":"no\\nlicence"}');
        return works;
      },
    });
    want(2);
    await settled({ ready: 0, starting: 0, failing: { failures: 1, reason: 'init_failed: no licence' } });
    expect(driver.started.length).toBeLessThanOrEqual(2);
    clock.advance(1_000);
    await settled({ ready: 0, starting: 0, failing: { failures: 2 } });
    works = true;
    clock.advance(2_000);
    await settled({ ready: 2, failing: undefined });
  });

  it('report missing memory, evict idle instances, and are never evicted themselves', async () => {
    open(echo, { memoryMb: 256 });
    const other = testSpec({ key: 'g:1', functionKey: 'g' });
    const busy = await pool.acquire(other);
    const idle = await pool.acquire(testSpec({ key: 'h:1', functionKey: 'h' }));
    want(2);
    await settled({ ready: 0, failing: { reason: expect.stringContaining('memory budget') } });
    idle.release();
    clock.advance(1_000);
    await settled({ ready: 1 });
    await idle.instance.exited;
    busy.release();
    clock.advance(60_000);
    await ready(2);
    const refused = pool.acquire(other).catch((error: unknown) => error);
    await expect.poll(() => pool.gauges().waiting, PATIENCE).toBe(1);
    clock.advance(5_000);
    expect(await refused).toMatchObject({ code: 'overloaded', hint: expect.stringContaining('memory budget') });
    expect(keeper.state('r')).toMatchObject({ ready: 2 });
  });

  it('count as instances of the function', async () => {
    open(echo);
    want(3, { maxInstances: 2 });
    await settled({ ready: 2, failing: { reason: expect.stringContaining('its maximum number of instances') } });
  });

  it('that are released during their start are stopped when they are ready', async () => {
    open(echo);
    want(2);
    keeper.drop('r');
    await expect.poll(() => pool.gauges(), PATIENCE).toMatchObject({ instances: 0, starting: 0 });
    expect(driver.running.size).toBe(0);
  });
});
