import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LimitShare } from '../../cluster/index.ts';
import { TestShare } from '../../cluster/testing.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import { LEAVE_MS } from '../runtime-link/runtime-link.ts';
import { type FakeFunction, type FakePeer, FakeSandboxDriver, HANG } from '../sandbox/fake/index.ts';
import { StartFailed } from '../start/start-errors.ts';
import { startInstance } from '../start/start-instance.ts';
import { NO_CREDENTIALS, testSpec as spec, TEST_LIMITS, testStartDeps } from '../testing.ts';
import type { Lease } from './lease.ts';
import { Pool } from './pool.ts';
import type { PoolLimits } from './pool-limits.ts';

let dir: string;
let clock: ManualClock;
let pools: Pool[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fgp-'));
  clock = new ManualClock();
  pools = [];
});

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.stop(AbortSignal.abort())));
  rmSync(dir, { recursive: true, force: true });
});

function poolOf(
  fn: FakeFunction,
  limits: Partial<PoolLimits> = {},
  share?: LimitShare,
): { pool: Pool; driver: FakeSandboxDriver } {
  const driver = new FakeSandboxDriver(fn);
  // Instances measure with a clock that stands still unless the test moves it.
  const deps = testStartDeps(driver, dir, clock);
  const pool = new Pool({
    start: (s, signal) => startInstance(s, deps, signal),
    clock,
    limits: { ...TEST_LIMITS, ...limits },
    share,
    log: pino({ level: 'silent' }),
  });
  pools.push(pool);
  return { pool, driver };
}

const echo: FakeFunction = { handler: (event) => event };

/** Misbehaves through `act` and never answers. */
function misbehave(act: (peer: FakePeer) => void): FakeFunction['handler'] {
  return (_event, _invoke, peer) => {
    act(peer);
    return HANG;
  };
}

function call(lease: Lease, event = '{}', timeoutMs = 3000): ReturnType<Lease['instance']['invoke']> {
  return lease.instance.invoke({
    requestId: `r-${event}`,
    event: Buffer.from(event),
    timeoutMs,
    invokeType: 'sync',
    credentials: NO_CREDENTIALS,
  });
}

describe('pool', () => {
  it('starts as many instances as processors for a burst of an unknown function, and more while none of them is ready', async () => {
    const { pool } = poolOf(echo, { firstStarts: 2, maxWaiting: 16 });
    const begun = clock.monotonic();
    const start = vi
      .spyOn(FakeSandboxDriver.prototype, 'start')
      .mockImplementation(
        (_, signal) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
      );
    const waiting = Array.from({ length: 8 }, () => pool.acquire(spec()).catch(() => {}));
    const seen = [pool.gauges().starting];
    while (clock.monotonic() < begun + 450) {
      clock.advance(50);
      seen.push(pool.gauges().starting);
    }
    expect([...new Set(seen)]).toEqual([2, 4, 6]);
    start.mockRestore();
    await pool.stop(AbortSignal.abort());
    await Promise.all(waiting);
  });

  it('starts as many instances as its share of the limit allows, and more when that grows', async () => {
    const share = new TestShare(0);
    const { pool, driver } = poolOf(echo, {}, share);
    const first = pool.acquire(spec({ maxInstances: 4 }));
    expect([driver.started.length, share.requests]).toEqual([0, 1]);
    expect([...pool.uses()]).toEqual([{ key: 'f', limit: 4, used: 0, waiting: 1, keepsLast: true }]);
    share.parts = 1;
    pool.onMore();
    const lease = await first;
    const second = pool.acquire(spec({ maxInstances: 4 }));
    await expect.poll(() => [driver.started.length, share.requests > 1]).toEqual([1, true]);
    expect([...pool.uses()]).toEqual([{ key: 'f', limit: 4, used: 1, waiting: 1, keepsLast: true }]);
    share.parts = 4;
    pool.onMore();
    (await second).release();
    lease.release();
    expect(driver.started).toHaveLength(2);
  });

  it('starts an instance for the first request and reuses it for the next', async () => {
    const { pool, driver } = poolOf(echo);
    const first = await pool.acquire(spec());
    expect((await call(first, '{"a":1}')).payload.toString()).toBe('{"a":1}');
    first.release();
    const second = await pool.acquire(spec());
    expect([first.cold, second.cold, second.instance.id === first.instance.id, driver.started.length]).toEqual([
      true,
      false,
      true,
      1,
    ]);
    second.release();
  });

  it('gives no further request to an instance whose program has ended, and does not freeze it', async () => {
    const { pool, driver } = poolOf({
      handler: (event, _invoke, peer) => {
        peer.send({ type: 'leaving' });
        return event;
      },
    });
    const first = await pool.acquire(spec());
    expect((await call(first)).payload.toString()).toBe('{}');
    first.release();
    expect(await first.instance.freeze()).toBe(false);
    const second = await pool.acquire(spec());
    expect([second.cold, second.instance.id === first.instance.id, driver.started.length]).toEqual([true, false, 2]);
    second.release();
    clock.advance(LEAVE_MS);
    await first.instance.exited;
  });

  it.each<[string, (peer: FakePeer) => void]>([
    ['closed its link', (peer) => peer.hangUp()],
    [
      'broke its protocol',
      (peer) => {
        peer.stay();
        peer.sendRaw(Buffer.alloc(8, 0xff));
      },
    ],
  ])('stops an instance that %s and stays', async (_, act) => {
    let peer: FakePeer | undefined;
    const { pool } = poolOf({
      handler: (event, _invoke, own) => {
        peer = own;
        return event;
      },
    });
    const lease = await pool.acquire(spec());
    await call(lease);
    lease.release();
    if (peer !== undefined) act(peer);
    await expect
      .poll(() => {
        clock.advance(100);
        return pool.gauges().instances;
      })
      .toBe(0);
    await lease.instance.exited;
  });

  it('reports a request as not started when its program ended before it', async () => {
    const { pool } = poolOf({
      handler: misbehave((peer) => {
        peer.send({ type: 'leaving' });
        setImmediate(() => peer.hangUp());
      }),
    });
    const lease = await pool.acquire(spec());
    expect(await call(lease)).toMatchObject({ notStarted: 'lost' });
    lease.release();
  });

  it('serves two requests at once with two instances, and a third waits at the limit until one is free', async () => {
    const { pool, driver } = poolOf(echo);
    const [one, two] = await Promise.all([
      pool.acquire(spec({ maxInstances: 2 })),
      pool.acquire(spec({ maxInstances: 2 })),
    ]);
    const third = pool.acquire(spec({ maxInstances: 2 }));
    expect(pool.gauges()).toMatchObject({ instances: 2, waiting: 1 });
    one.release();
    const lease = await third;
    expect([lease.instance.id, driver.started.length]).toEqual([one.instance.id, 2]);
    lease.release();
    two.release();
  });

  it('refuses a request that waited too long, and at once one that finds the queue full', async () => {
    const { pool } = poolOf(echo);
    const held = await pool.acquire(spec({ maxInstances: 1 }));
    const waiting = [0, 1, 2].map(() => pool.acquire(spec({ maxInstances: 1 })));
    await expect(pool.acquire(spec({ maxInstances: 1 }))).rejects.toMatchObject({ code: 'overloaded' });
    clock.advance(TEST_LIMITS.maxWaitMs);
    for (const one of waiting) await expect(one).rejects.toMatchObject({ code: 'overloaded' });
    held.release();
    (await pool.acquire(spec({ maxInstances: 1 }))).release();
  });

  it('refuses a function with zero instances', async () => {
    const { pool } = poolOf(echo);
    await expect(pool.acquire(spec({ maxInstances: 0 }))).rejects.toMatchObject({
      code: 'overloaded',
      hint: expect.stringContaining('disabled'),
    });
  });

  it('stops idle instances after their time and keeps the ones in use', async () => {
    const { pool, driver } = poolOf(echo);
    const [idle, used] = await Promise.all([pool.acquire(spec()), pool.acquire(spec())]);
    idle.release();
    clock.advance(TEST_LIMITS.idleMs + 2_000);
    await idle.instance.exited;
    expect(pool.gauges()).toMatchObject({ instances: 1, promisedMemoryMb: 128 });
    expect(driver.running.has(used.instance.id)).toBe(true);
    used.release();
  });

  it('never answers new code from an old instance: idle ones go at once, busy ones after their request', async () => {
    const { pool } = poolOf(echo);
    const [idle, busy] = await Promise.all([pool.acquire(spec()), pool.acquire(spec())]);
    idle.release();
    pool.retire('f', (key) => key === 'f:1');
    await idle.instance.exited;
    const fresh = await pool.acquire(spec({ key: 'f:2' }));
    expect(fresh.instance.id).not.toBe(busy.instance.id);
    expect((await call(busy)).failure).toBeUndefined();
    busy.release();
    await busy.instance.exited;
    fresh.release();
  });

  it('ends a start of replaced code when its last request has gone, and starts the new code in its place', async () => {
    let starts = 0;
    const { pool } = poolOf({ ...echo, onInit: () => ++starts > 1 });
    const caller = new AbortController();
    const broken = pool.acquire(spec({ key: 'f:1', maxInstances: 1 }), caller.signal);
    await expect.poll(() => starts).toBe(1);
    pool.retire('f', (key) => key === 'f:1');
    const mended = pool.acquire(spec({ key: 'f:2', maxInstances: 1 }));
    expect(pool.gauges()).toMatchObject({ waiting: 2 });
    caller.abort(new Error('it has waited long enough'));
    await expect(broken).rejects.toThrow('long enough');
    (await mended).release();
    expect(starts).toBe(2);
  });

  it('makes room for another function by ending the longest idle instance', async () => {
    const { pool } = poolOf(echo, { memoryMb: 256 });
    const old = await pool.acquire(spec());
    old.release();
    clock.advance(1);
    const newer = await pool.acquire(spec({ key: 'g:1', functionKey: 'g' }));
    newer.release();
    const third = await pool.acquire(spec({ key: 'h:1', functionKey: 'h' }));
    await old.instance.exited;
    expect(newer.instance.state).toBe('ready');
    third.release();
  });

  it('gives a waiting request the memory that another function frees', async () => {
    const { pool } = poolOf(echo, { memoryMb: 128 });
    const held = await pool.acquire(spec());
    const waiting = pool.acquire(spec({ key: 'g:1', functionKey: 'g' }));
    held.release();
    (await waiting).release();
  });

  it('reports a failing load to the request that waited for it and leaves no sandbox behind', async () => {
    const payload = '{"errorMessage":"no such module"}';
    const { pool, driver } = poolOf({
      ...echo,
      onInit: (_, peer) => {
        peer.send({ type: 'failed', phase: 'load', code: 4001 }, payload);
        return false;
      },
    });
    const failure = await pool.acquire(spec()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartFailed);
    expect((failure as StartFailed).failure).toMatchObject({
      outcome: 'load_failed',
      code: 4001,
      payload: Buffer.from(payload),
    });
    expect([driver.running.size, pool.gauges().promisedMemoryMb]).toEqual([0, 0]);
  });

  it('ends a call at its timeout, together with the instance', async () => {
    const { pool } = poolOf({ handler: () => HANG });
    const lease = await pool.acquire(spec());
    const answer = call(lease);
    clock.advance(3000);
    expect((await answer).failure).toMatchObject({ outcome: 'timeout', code: 4010, component: 'timeout' });
    lease.release();
    await lease.instance.exited;
    expect(pool.gauges().instances).toBe(0);
  });

  it('ends a call that was taken back, together with the instance', async () => {
    const { pool } = poolOf({ handler: () => HANG });
    const lease = await pool.acquire(spec());
    const abort = new AbortController();
    const answer = lease.instance.invoke({
      requestId: 'r',
      event: Buffer.from('{}'),
      timeoutMs: 3000,
      invokeType: 'async',
      credentials: NO_CREDENTIALS,
      signal: abort.signal,
    });
    abort.abort();
    expect((await answer).failure).toMatchObject({ outcome: 'cancelled', code: 4208 });
    lease.release();
    await lease.instance.exited;
  });

  it.each<[string, FakeFunction['handler'], object]>([
    ['memory', misbehave((peer) => peer.exhaustMemory(2 ** 27)), { outcome: 'memory_exceeded', code: 4205 }],
    ['a full /tmp', misbehave((peer) => peer.fillTmp()), { outcome: 'disk_exceeded', code: 4207 }],
    ['a crash', misbehave((peer) => peer.crash('SIGSEGV')), { outcome: 'crashed', code: 4002 }],
    ['an exit', misbehave((peer) => peer.exit(3)), { outcome: 'crashed', code: 4002 }],
    ['garbage on its link', misbehave((peer) => peer.sendRaw(Buffer.alloc(64, 0xff))), { outcome: 'system_error' }],
    [
      'a result without a request',
      misbehave((peer) => peer.send({ type: 'result', requestId: 'other', code: 0 })),
      { outcome: 'system_error' },
    ],
    ['an error of its own', () => Promise.reject(new Error('mine')), { outcome: 'function_error', code: 4002 }],
  ])('distinguishes %s', async (_, handler, expected) => {
    const { pool } = poolOf({ handler });
    const lease = await pool.acquire(spec());
    expect((await call(lease)).failure).toMatchObject(expected);
    lease.release();
  });

  it('freezes an idle instance and thaws it for the next request', async () => {
    const { pool, driver } = poolOf(echo);
    const first = await pool.acquire(spec());
    const sandbox = driver.running.get(first.instance.id);
    first.release();
    clock.advance(3_000);
    await expect.poll(() => sandbox?.isFrozen).toBe(true);
    const second = await pool.acquire(spec());
    expect(second.instance.id).toBe(first.instance.id);
    expect((await call(second)).failure).toBeUndefined();
    expect(sandbox?.isFrozen).toBe(false);
    second.release();
  });

  it('serves as many requests at once in one instance as the function allows, then another', async () => {
    const { pool, driver } = poolOf(echo);
    const shared = spec({ concurrency: 2 });
    const leases = await Promise.all([pool.acquire(shared), pool.acquire(shared), pool.acquire(shared)]);
    expect(new Set(leases.map((lease) => lease.instance.id)).size).toBe(2);
    const answers = await Promise.all(leases.map((lease, i) => call(lease, `{"i":${i}}`)));
    expect(answers.map((answer) => answer.payload.toString())).toEqual(['{"i":0}', '{"i":1}', '{"i":2}']);
    for (const lease of leases) lease.release();
    expect(driver.started.length).toBe(2);
  });

  it('reports the reason to a request whose instance was stopped for another one', async () => {
    const { pool } = poolOf({ handler: () => HANG });
    const shared = spec({ concurrency: 2 });
    const [slow, other] = [await pool.acquire(shared), await pool.acquire(shared)];
    const answers = [call(slow, '1', 1000), call(other, '2', 60_000)] as const;
    clock.advance(1000);
    expect((await answers[0]).failure).toMatchObject({ outcome: 'timeout' });
    const { failure } = await answers[1];
    expect(failure).toMatchObject({ outcome: 'crashed', component: 'instance' });
    expect(failure?.payload.toString()).toContain('another of its requests timed out');
    slow.release();
    other.release();
  });

  it('replaces an instance that died while idle', async () => {
    const { pool, driver } = poolOf(echo);
    const first = await pool.acquire(spec());
    first.release();
    await driver.running.get(first.instance.id)?.stop();
    await first.instance.exited;
    const second = await pool.acquire(spec());
    expect(second.instance.id).not.toBe(first.instance.id);
    second.release();
  });

  it('lets a running request finish when it stops and refuses new ones', async () => {
    const { pool } = poolOf(echo);
    const lease = await pool.acquire(spec());
    const stopped = pool.stop(new AbortController().signal);
    await expect(pool.acquire(spec())).rejects.toMatchObject({ code: 'unavailable' });
    expect((await call(lease)).failure).toBeUndefined();
    lease.release();
    await stopped;
    expect(pool.gauges().instances).toBe(0);
  });
});
