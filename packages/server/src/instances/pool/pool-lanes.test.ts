import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import type { InstanceAnswer } from '../instance/instance-types.ts';
import { type FakeFunction, type FakePeer, FakeSandboxDriver, HANG } from '../sandbox/fake/index.ts';
import type { LaunchSpec } from '../start/launch-spec.ts';
import { startInstance } from '../start/start-instance.ts';
import { NO_CREDENTIALS, testSpec as spec, TEST_LIMITS, testStartDeps } from '../testing.ts';
import type { Lease } from './lease.ts';
import { Pool } from './pool.ts';

const CLEAN = 100;

let dir: string;
let clock: ManualClock;
let pool: Pool;
let driver: FakeSandboxDriver;
/** What the instances got that they have not answered, in order. */
let held: { readonly id: string; readonly peer: FakePeer }[];
let recalls: FakePeer[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fgl-'));
  clock = new ManualClock();
  held = [];
  recalls = [];
});

afterEach(async () => {
  await pool.stop(AbortSignal.abort());
  rmSync(dir, { recursive: true, force: true });
});

/** Answers at once, but holds an event `"hold"` until the test answers it. */
const FUNCTION: FakeFunction = {
  pipeline: true,
  handler: (event, { requestId }, peer) => {
    if (event.toString().startsWith('"hold')) {
      held.push({ id: requestId, peer });
      return HANG;
    }
    if (event.toString() === '"throw"') throw new Error('no');
    if (event.toString() === '"exit"') peer.exit(7);
    return event;
  },
  onRecall: (peer) => recalls.push(peer),
};

function makePool(fn: FakeFunction = FUNCTION): void {
  driver = new FakeSandboxDriver(fn);
  const deps = testStartDeps(driver, dir, clock);
  pool = new Pool({
    start: (s, signal) => startInstance(s, deps, signal),
    clock,
    limits: { ...TEST_LIMITS, maxWaiting: 100 },
    log: pino({ level: 'silent' }),
  });
}

let ids = 0;

interface Called {
  readonly id: string;
  readonly lease: Lease;
  readonly answer: Promise<InstanceAnswer>;
}

/** Sends a request as the invoker does: with its lease, and released at its end. */
async function send(event = '"hold"', of: LaunchSpec = spec(), signal?: AbortSignal): Promise<Called> {
  const lease = await pool.acquire(of, undefined, event.length);
  ids += 1;
  const id = `r-${ids}`;
  const request = { requestId: id, event: Buffer.from(event), timeoutMs: 3000, invokeType: 'sync' as const };
  const more = signal === undefined ? {} : { signal };
  const answer = lease.instance.invoke({ ...request, credentials: NO_CREDENTIALS, ...more }).then((got) => {
    const failed = got.failure !== undefined && got.failure.outcome !== 'function_error';
    lease.release({ ownMs: got.ownMs, cpuMs: 0.1, isUnclean: got.notStarted !== 'returned' && failed });
    return got;
  });
  return { id, lease, answer };
}

/** One after the other, until the version counts as short and clean. */
async function warm(of: LaunchSpec = spec()): Promise<void> {
  for (let i = 0; i < CLEAN; i += 1) await (await send('{}', of)).answer;
}

async function sendHeld(count: number): Promise<Called[]> {
  const before = held.length;
  const calls: Called[] = [];
  for (let i = 0; i < count; i += 1) calls.push(await send());
  await expect.poll(() => held.length).toBe(before + count);
  return calls;
}

function answer({ id }: Called, ms = 0): void {
  const found = held.find((one) => one.id === id);
  if (found === undefined) throw new Error(`the instance does not have ${id}`);
  found.peer.send({ type: 'result', requestId: id, code: 0, ms }, 'ok');
}

const outcomes = async (calls: readonly Called[]): Promise<string[]> =>
  (await Promise.all(calls.map((call) => call.answer))).map(
    ({ failure, notStarted }) => notStarted ?? failure?.outcome ?? 'ok',
  );

const instances = (calls: readonly Called[]): number => new Set(calls.map(({ lease }) => lease.instance.id)).size;

describe('requests of a short and clean version', () => {
  it('wait in an instance for those before them, and are answered in order', async () => {
    makePool();
    await warm();
    const calls = await sendHeld(16);
    expect([instances(calls), driver.started.length]).toEqual([1, 1]);
    expect(pool.gauges()).toMatchObject({ instances: 1, idle: 0, inFlight: 16, waiting: 0 });
    for (const call of calls) answer(call);
    expect(await outcomes(calls)).toEqual(Array(16).fill('ok'));
    expect(calls[0]?.lease.instance.inFlight).toBe(0);
  });

  it('wait nowhere before enough have succeeded, and not in a runtime that does not know lanes', async () => {
    makePool();
    for (let i = 1; i < CLEAN; i += 1) await (await send('{}')).answer;
    const few = await sendHeld(2);
    expect(instances(few)).toBe(2);
    for (const call of few) answer(call);
    await outcomes(few);
    await pool.stop(AbortSignal.abort());
    const { pipeline: _, ...plain } = FUNCTION;
    makePool(plain);
    await warm();
    expect(instances(await sendHeld(2))).toBe(2);
  });

  it('run alone when they stream, can be cancelled, or are large together', async () => {
    makePool();
    await warm();
    const [first] = await sendHeld(1);
    const alone = await pool.acquire(spec());
    expect(alone.instance.id).not.toBe(first?.lease.instance.id);
    alone.release();
    const big = `"hold${'x'.repeat(60 * 1024)}"`;
    const large: Called[] = [];
    for (let i = 0; i < 4 * Math.min(2, availableParallelism()); i += 1) large.push(await send(big));
    const byInstance = new Map<string, number>();
    for (const { lease } of large) byInstance.set(lease.instance.id, (byInstance.get(lease.instance.id) ?? 0) + 1);
    expect(Math.max(...byInstance.values())).toBe(4);
  });

  it('run alone for ten seconds after a failure that damages an instance, not after an error of the code', async () => {
    makePool();
    await warm();
    expect(await outcomes([await send('"throw"')])).toEqual(['function_error']);
    const shared = await sendHeld(2);
    expect(instances(shared)).toBe(1);
    for (const call of shared) answer(call);
    await outcomes(shared);
    expect(await outcomes([await send('"exit"')])).toEqual(['crashed']);
    await warm();
    const alone = await sendHeld(2);
    expect(instances(alone)).toBe(2);
    for (const call of alone) answer(call);
    await outcomes(alone);
    clock.advance(10_000);
    expect(instances(await sendHeld(2))).toBe(1);
  });

  it('run alone while another function waits for memory, which then gets it', async () => {
    makePool();
    const all = spec({ memoryMb: 1024 });
    await warm(all);
    const first = await send('"hold-1"', all);
    const other = send('"hold-2"', spec({ functionKey: 'g', key: 'g:1' }));
    const second = send('"hold-3"', all);
    await expect.poll(() => held.length).toBe(1);
    answer(first);
    expect(await outcomes([first])).toEqual(['ok']);
    const { lease } = await other;
    expect(lease.instance.spec.functionKey).toBe('g');
    await pool.stop(AbortSignal.abort());
    await expect(second).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('wait for an instance with a full lane rather than crowd the processors with another one', async () => {
    makePool();
    const workers = availableParallelism();
    const leases = await Promise.all(Array.from({ length: workers + 1 }, () => pool.acquire(spec())));
    for (const lease of leases) lease.release();
    await warm();
    const calls = await sendHeld(16 * workers);
    expect(instances(calls)).toBe(workers);
    const last = send();
    expect(pool.gauges()).toMatchObject({ instances: workers + 1, idle: 1, waiting: 1 });
    for (const call of calls) answer(call);
    expect(instances([...calls, await last])).toBe(workers);
    await expect.poll(() => held.length).toBe(16 * workers + 1);
    answer(await last);
    expect(await outcomes([...calls, await last])).toEqual(Array(16 * workers + 1).fill('ok'));
    expect(driver.started.length).toBe(workers + 1);
  });

  it('go to a reserved instance first', async () => {
    makePool();
    await warm();
    const first = await sendHeld(1);
    const kept = await pool.acquire(spec());
    kept.release();
    await pool.reserve(spec(), { awake: true });
    const reserved = [...pool.census()].filter((one) => one.reserved).length;
    expect(reserved).toBe(1);
    const next = await sendHeld(2);
    expect(next.map(({ lease }) => lease.reserved)).toEqual([true, true]);
    expect(first.length).toBe(1);
  });
});

describe('a lane', () => {
  beforeEach(async () => {
    makePool();
    await warm();
  });

  it('counts the timeout of a request from when it begins', async () => {
    const [first, second] = (await sendHeld(2)) as [Called, Called];
    clock.advance(2_900);
    answer(first);
    expect((await first.answer).failure).toBeUndefined();
    clock.advance(2_900);
    let ended = false;
    void second.answer.then(() => {
      ended = true;
    });
    await new Promise(setImmediate);
    expect(ended).toBe(false);
    clock.advance(100);
    expect(await second.answer).toMatchObject({ failure: { outcome: 'timeout' }, queuedMs: 2_900 });
  });

  it('sends requests that have not begun to other instances when the one that runs crashes', async () => {
    const calls = await sendHeld(4);
    answer(calls[0] as Called);
    await calls[0]?.answer;
    held[0]?.peer.crash();
    expect(await outcomes(calls)).toEqual(['ok', 'crashed', 'returned', 'returned']);
  });

  it('reads the results that were written before the end', async () => {
    const calls = await sendHeld(4);
    answer(calls[0] as Called);
    answer(calls[1] as Called);
    held[0]?.peer.exit(1);
    expect(await outcomes(calls)).toEqual(['ok', 'ok', 'crashed', 'returned']);
  });

  it('reads the result of an only request that was written before the end', async () => {
    const calls = await sendHeld(1);
    answer(calls[0] as Called);
    held[0]?.peer.exit(1);
    expect(await outcomes(calls)).toEqual(['ok']);
  });

  it('sends requests that have not begun to other instances when the one that runs times out', async () => {
    const calls = await sendHeld(3);
    clock.advance(3_000);
    expect(await outcomes(calls)).toEqual(['timeout', 'returned', 'returned']);
  });

  it('fails what may have begun when the instance broke its protocol', async () => {
    const calls = await sendHeld(3);
    held[0]?.peer.sendRaw(Buffer.alloc(8, 0xff));
    expect(await outcomes(calls)).toEqual(['system_error', 'crashed', 'crashed']);
    expect((await calls[1]?.answer)?.payload.toString()).toContain('another of its requests failed');
  });

  it('kills an instance that answers out of order', async () => {
    const calls = await sendHeld(3);
    answer(calls[1] as Called);
    expect(await outcomes(calls)).toEqual(['system_error', 'crashed', 'crashed']);
    expect((await calls[0]?.answer)?.payload.toString()).toContain('whose turn has not come');
    await calls[0]?.lease.instance.exited;
  });

  it('recalls requests that have not begun when the first one takes long, and takes no more meanwhile', async () => {
    const calls = await sendHeld(3);
    clock.advance(5);
    await expect.poll(() => recalls.length).toBe(1);
    expect(instances([...calls, ...(await sendHeld(1))])).toBe(2);
    recalls[0]?.send({ type: 'returned', requestIds: calls.slice(1).map(({ id }) => id) });
    expect(await outcomes(calls.slice(1))).toEqual(['returned', 'returned']);
    answer(calls[0] as Called);
    expect(await outcomes(calls)).toEqual(['ok', 'returned', 'returned']);
  });

  it('recalls a request that is cancelled while it waits, and ends with one that is cancelled while it runs', async () => {
    const [waiting, running] = [new AbortController(), new AbortController()];
    const calls = [await send('"hold-1"', spec(), running.signal), await send('"hold-2"', spec(), waiting.signal)];
    await expect.poll(() => held.length).toBe(2);
    waiting.abort();
    await expect.poll(() => recalls.length).toBe(1);
    recalls[0]?.send({ type: 'returned', requestIds: [calls[1]?.id ?? ''] });
    expect((await calls[1]?.answer)?.notStarted).toBe('returned');
    const [last] = await sendHeld(1);
    running.abort();
    expect(await outcomes(calls)).toEqual(['cancelled', 'returned']);
    expect((await last?.answer)?.notStarted).toBe('returned');
  });

  it('kills an instance that returns what it does not have', async () => {
    const calls = await sendHeld(2);
    held[0]?.peer.send({ type: 'returned', requestIds: ['r-0'] });
    expect(await outcomes(calls)).toEqual(['system_error', 'crashed']);
  });

  it('kills an instance that answers a request which it returned', async () => {
    const calls = await sendHeld(3);
    held[0]?.peer.send({ type: 'returned', requestIds: [calls[1]?.id ?? ''] });
    answer(calls[1] as Called);
    expect(await outcomes(calls)).toEqual(['system_error', 'returned', 'crashed']);
  });

  it('serves the requests that wait for an instance, in order, as soon as it has room', async () => {
    const limited = spec({ maxInstances: 1 });
    const calls = await sendHeld(16);
    const late = [send('"hold-17"', limited), send('"hold-18"', limited)];
    answer(calls[0] as Called);
    answer(calls[1] as Called);
    const served = await Promise.all(late);
    expect(instances([...calls, ...served])).toBe(1);
    await expect.poll(() => held.map(({ id }) => id)).toEqual([...calls, ...served].map(({ id }) => id));
  });
});
