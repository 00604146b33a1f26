import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { FakeSandboxDriver } from '../sandbox/fake/index.ts';
import type { LaunchSpec } from '../start/launch-spec.ts';
import { startInstance } from '../start/start-instance.ts';
import { TEST_LIMITS, testSpec, testStartDeps } from '../testing.ts';
import type { Lease } from './lease.ts';
import { Pool } from './pool.ts';
import type { PoolLimits } from './pool-limits.ts';

const PATIENCE = { timeout: 120_000, interval: 5 };
const LIMITS = { ...TEST_LIMITS, maxWaiting: 1_000, firstStarts: 100 };
/** Measured use of a frozen instance. */
const FROZEN_MB = 10;

let dir: string;
let clock: ManualClock;
let pool: Pool;
/** Function of each start, in order. */
let starts: string[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fgf-'));
  clock = new ManualClock();
  starts = [];
});

afterEach(async () => {
  await pool.stop(AbortSignal.abort());
  rmSync(dir, { recursive: true, force: true });
});

function open(limits: Partial<PoolLimits>): void {
  const driver = new FakeSandboxDriver({ handler: (event) => event });
  const deps = testStartDeps(driver, dir, clock);
  pool = new Pool({
    async start(spec, signal) {
      starts.push(spec.functionKey);
      const instance = await startInstance(spec, deps, signal);
      vi.spyOn(instance, 'memoryBytes').mockReturnValue(FROZEN_MB << 20);
      return instance;
    },
    clock,
    limits: { ...LIMITS, ...limits },
    log: pino({ level: 'silent' }),
  });
}

const of = (functionKey: string, change: Partial<LaunchSpec> = {}): LaunchSpec =>
  testSpec({ key: `${functionKey}:1`, functionKey, ...change });

/** Sends requests of one function; records the order of the leases. */
function burst(functionKey: string, count: number, served: string[], held: Lease[]): Promise<void>[] {
  return Array.from({ length: count }, async () => {
    const lease = await pool.acquire(of(functionKey));
    served.push(functionKey);
    held.push(lease);
  });
}

async function release(held: Lease[]): Promise<void> {
  // starts need a moment of the event loop
  await new Promise(setImmediate);
  await expect.poll(() => held.length, PATIENCE).toBeGreaterThan(0);
  held.shift()?.release();
}

describe('a burst of one function', () => {
  it('does not hold up the start of another when the machine starts as many as it may', async () => {
    open({ maxStarts: 2, memoryMb: 100_000 });
    const [served, held]: [string[], Lease[]] = [[], []];
    const all = burst('a', 400, served, held);
    const other = burst('b', 1, served, held);
    await Promise.all(other);
    // two were under way when b came; b has the next
    expect(starts.slice(0, 4).filter((key) => key === 'b')).toHaveLength(1);
    await Promise.all(all);
    for (const lease of held) lease.release();
  });

  it('yields memory to another function that has none, before its own next request', async () => {
    open({ memoryMb: 512 });
    const [served, held]: [string[], Lease[]] = [[], []];
    const all = burst('a', 400, served, held);
    await expect.poll(() => held, PATIENCE).toHaveLength(4);
    const other = burst('b', 1, served, held);
    await release(held);
    await Promise.all(other);
    expect(served).toEqual(['a', 'a', 'a', 'a', 'b']);
    while (served.length < 401) await release(held);
    await Promise.all(all);
    for (const lease of held) lease.release();
  });

  it('and one of another function share the memory evenly, without trading it for ever', async () => {
    open({ memoryMb: 640 });
    const [served, held]: [string[], Lease[]] = [[], []];
    const all = burst('a', 100, served, held);
    await expect.poll(() => held, PATIENCE).toHaveLength(5);
    all.push(...burst('b', 100, served, held));
    while (served.length < 200) await release(held);
    await Promise.all(all);
    // the five of a, then two for b; trading the odd one would not help
    expect(starts.length).toBeLessThanOrEqual(12);
    // how many requests of a are served before b has started depends on the machine
    const first = served.indexOf('b');
    expect(served.slice(first, first + 40).filter((key) => key === 'b').length).toBeGreaterThan(7);
    for (const lease of held) lease.release();
  });
});

describe('slow calls of one function that never end', () => {
  it('leave memory to a quick one', async () => {
    open({ memoryMb: 20 * 128, maxStarts: 100 });
    const [served, held]: [string[], Lease[]] = [[], []];
    const all = burst('slow', 100, served, held).map((one) => one.catch(() => {}));
    await expect.poll(() => held.length, PATIENCE).toBe(19);
    const quick = await pool.acquire(of('quick'));
    quick.release();
    expect(held.length).toBe(19);
    clock.advance(LIMITS.maxWaitMs);
    await Promise.all(all);
    for (const lease of held) lease.release();
  });

  it('leave a start to a quick one', async () => {
    open({ memoryMb: 100_000, maxStarts: 16 });
    // Starts that never end.
    const driver = vi.spyOn(FakeSandboxDriver.prototype, 'start');
    driver.mockImplementation(
      (_, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
    );
    const all = burst('slow', 100, [], []).map((one) => one.catch(() => {}));
    await expect.poll(() => driver, PATIENCE).toHaveBeenCalledTimes(15);
    driver.mockRestore();
    const quick = await pool.acquire(of('quick'));
    quick.release();
    expect(starts.filter((key) => key === 'slow')).toHaveLength(15);
    await pool.stop(AbortSignal.abort());
    await Promise.all(all);
  });
});

describe('the memory budget', () => {
  const freeze = async (count: number): Promise<void> => {
    clock.advance(3_000);
    await expect
      .poll(() => pool.gauges(), PATIENCE)
      .toMatchObject({ frozen: count, promisedMemoryMb: count * FROZEN_MB });
  };

  it('charges a frozen instance with its use, and with its limit when it runs again', async () => {
    open({ memoryMb: 300 });
    for (const key of ['a', 'b', 'c']) {
      (await pool.acquire(of(key))).release();
      await freeze(starts.length);
    }
    expect(starts).toHaveLength(3);
    const lease = await pool.acquire(of('b'));
    expect([lease.cold, pool.gauges().promisedMemoryMb]).toEqual([false, 128 + 2 * FROZEN_MB]);
    lease.release();
  });

  it('ends the longest idle instances when a frozen one runs again, and none without need', async () => {
    open({ memoryMb: 260 });
    for (const key of ['b', 'c']) {
      (await pool.acquire(of(key))).release();
      await freeze(starts.length);
    }
    const held = await pool.acquire(of('a'));
    expect(pool.gauges().promisedMemoryMb).toBe(128 + 2 * FROZEN_MB);
    const lease = await pool.acquire(of('c'));
    expect([lease.cold, pool.gauges().instances, pool.gauges().promisedMemoryMb]).toEqual([false, 2, 256]);
    lease.release();
    held.release();
  });

  it('lets a request for a frozen instance wait until its memory is available', async () => {
    open({ memoryMb: 140 });
    (await pool.acquire(of('a'))).release();
    await freeze(1);
    const other = await pool.acquire(of('b'));
    const waiting = pool.acquire(of('a'));
    expect(pool.gauges()).toMatchObject({ waiting: 1 });
    other.release();
    const lease = await waiting;
    expect([lease.cold, pool.gauges().promisedMemoryMb]).toEqual([false, 128]);
    lease.release();
  });

  it('is kept by freezing idle instances at once while it is nearly used up', async () => {
    open({ memoryMb: 512 });
    const held = [await pool.acquire(of('a')), await pool.acquire(of('b'))];
    (await pool.acquire(of('c'))).release();
    await expect.poll(() => pool.gauges().frozen, PATIENCE).toBe(0);
    held.push(await pool.acquire(of('d')));
    (await pool.acquire(of('e'))).release();
    await expect.poll(() => pool.gauges(), PATIENCE).toMatchObject({ frozen: 1 });
    for (const lease of held) lease.release();
  });

  it('reports that a request waited in vain for memory', async () => {
    open({ memoryMb: 128 });
    const held = await pool.acquire(of('a'));
    const refused = pool.acquire(of('b')).catch((error: unknown) => error);
    clock.advance(LIMITS.maxWaitMs);
    expect(await refused).toMatchObject({
      code: 'overloaded',
      message: 'Your request has been controlled by overload sdk, please retry later',
      hint: expect.stringContaining('memory budget of this server, 128 MB'),
    });
    held.release();
  });

  it('reports that a request met the limit of its function', async () => {
    open({});
    const held = await pool.acquire(of('a', { maxInstances: 1 }));
    const refused = pool.acquire(of('a', { maxInstances: 1 })).catch((error: unknown) => error);
    clock.advance(LIMITS.maxWaitMs);
    expect(await refused).toMatchObject({ hint: expect.stringContaining('has 1 instances, as many as it may have') });
    held.release();
  });
});

it('a request that was postponed for faster ones gets an instance within its wait, even with slow starts', async () => {
  open({ maxWaitMs: 1_000 });
  const slow = pool.acquire(of('a'));
  await expect.poll(() => starts, PATIENCE).toHaveLength(1);
  // the first start is measured as ten seconds
  clock.advance(10_000);
  (await slow).release();
  const held = await pool.acquire(of('a'));
  const second = pool.acquire(of('a'));
  for (let n = 0; n < 9; n += 1) clock.advance(100);
  expect((await second).cold).toBe(true);
  (await second).release();
  held.release();
});
