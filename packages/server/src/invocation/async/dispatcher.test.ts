import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../../lib/manual-clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { DeadLetterBox, Queue } from '../../queue/index.ts';
import type { Storage } from '../../storage/index.ts';
import { openTestStorage } from '../../storage/testing.ts';
import type { InvocationRequest, InvocationResult } from '../types.ts';
import { AsyncInvocations, type AsyncOptions } from './async-invocations.ts';
import { DELIVERY_TOPIC } from './delivery-message.ts';
import { Dispatcher } from './dispatcher.ts';
import { ASYNC_TOPIC, type AsyncAttributes, writeAttributes } from './message.ts';
import { Settlement } from './settlement.ts';

const URN = 'urn:fss:local-1:p:function:default:f';
const receipt = { function_urn: `${URN}:latest` };
const ok = { failure: undefined, payload: Buffer.from('1'), receipt } as unknown as InvocationResult;
const failed = {
  receipt,
  failure: { code: 4002 },
  payload: Buffer.from('{"errorMessage":"no"}'),
} as unknown as InvocationResult;

const PATIENCE = { timeout: 120_000, interval: 2 };

let clock: ManualClock;
let storage: Storage;
let queue: Queue;
let dispatchers: Dispatcher[];
let logged: string[];
let deliveries: number;

beforeEach(async () => {
  clock = new ManualClock();
  storage = await openTestStorage();
  queue = await Queue.open({ storage, now: () => clock.now() });
  dispatchers = [];
  logged = [];
  deliveries = 0;
});

afterEach(async () => {
  for (const dispatcher of dispatchers) await dispatcher.stop(AbortSignal.abort());
  await storage.close();
});

type Invoke = (request: InvocationRequest) => Promise<InvocationResult>;

async function start(invoke: Invoke, slots = 10): Promise<Dispatcher> {
  const deadLetters = new DeadLetterBox({ storage, queue, topics: [ASYNC_TOPIC], now: () => clock.now() });
  const settlement = new Settlement({
    queue,
    deadLetters,
    clock,
    wallTime: () => clock.now(),
    logs: { fromPlatform: (_instance, _spec, id, text) => logged.push(`${id} ${text}`) },
    newId: () => {
      deliveries += 1;
      return `delivery-${deliveries}`;
    },
  });
  const log = pino({ level: 'silent' });
  const dispatcher = new Dispatcher({ queue, invoker: { invoke }, settlement, clock, log, slots });
  dispatchers.push(dispatcher);
  await dispatcher.start();
  return dispatcher;
}

function enqueue(
  id: string,
  change: { maxRetries?: number; group?: string; expiresAt?: number; attributes?: Partial<AsyncAttributes> } = {},
): Promise<boolean> {
  return queue.enqueue({
    id,
    topic: ASYNC_TOPIC,
    group: change.group ?? 'f',
    payload: Buffer.from(id),
    attributes: writeAttributes({
      urn: URN,
      maxRetries: change.maxRetries ?? 1,
      memoryChoice: undefined,
      toAdditional: false,
      ...change.attributes,
    }),
    expiresAt: change.expiresAt ?? clock.now() + 3_600_000,
  });
}

const settled = (id: string, state: string): Promise<void> =>
  expect.poll(async () => (await queue.get(id))?.state, PATIENCE).toBe(state);

/** Its handler has it: it is stored as leased one turn before. */
async function begun(id: string): Promise<void> {
  await settled(id, 'leased');
  await new Promise((resolve) => setImmediate(resolve));
}

describe('dispatcher', () => {
  it('runs enqueued messages with their own id and event, and records success', async () => {
    const seen: string[] = [];
    await start(async (request) => {
      seen.push(`${request.requestId} ${request.event.toString()} ${request.mode} ${request.attempt}`);
      return ok;
    });
    await enqueue('a');
    await settled('a', 'done');
    expect(seen).toEqual(['a a async 1']);
  });

  it('tries a failing function as often as it may, then keeps the event as a dead letter', async () => {
    const attempts: number[] = [];
    await start(async (request) => {
      attempts.push(request.attempt);
      return failed;
    });
    await enqueue('a', { maxRetries: 2 });
    await vi.waitFor(async () => {
      clock.advance(500);
      expect((await queue.get('a'))?.state).toBe('dead');
    }, PATIENCE);
    expect(attempts).toEqual([1, 2, 3]);
    expect(await queue.get('a')).toMatchObject({ outcome: { code: 4002 }, payload: Buffer.from('a') });
  });

  it('waits for room without using a retry', async () => {
    let refusals = 3;
    await start(async () => {
      refusals -= 1;
      if (refusals >= 0) throw new PlatformError('overloaded', 'no room');
      return ok;
    });
    await enqueue('a', { maxRetries: 0 });
    await vi.waitFor(async () => {
      clock.advance(500);
      expect((await queue.get('a'))?.state).toBe('done');
    }, PATIENCE);
    expect(refusals).toBe(-1);
  });

  it.each([
    ['the database is unavailable', new PlatformError('unavailable', 'away')],
    ['the disk is full', Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })],
  ])('keeps an outcome while %s, and does not run the function again for it', async (_, failure) => {
    let runs = 0;
    let away = 3;
    const { finish } = queue;
    vi.spyOn(queue, 'finish').mockImplementation((step) => {
      away -= 1;
      return away < 0 ? finish.call(queue, step) : Promise.reject(failure);
    });
    await start(async () => {
      runs += 1;
      return ok;
    });
    await enqueue('a');
    await vi.waitFor(async () => {
      clock.advance(500);
      expect((await queue.get('a'))?.state).toBe('done');
    }, PATIENCE);
    expect({ runs, away }).toEqual({ runs: 1, away: -1 });
  });

  it('takes over the leases of a killed server, under the same id', async () => {
    await enqueue('a');
    await queue.lease({ topic: ASYNC_TOPIC, limit: 1, leaseMs: 3_600_000 });
    const seen: string[] = [];
    await start(async (request) => {
      seen.push(request.requestId);
      return ok;
    });
    await settled('a', 'done');
    expect(seen).toEqual(['a']);
  });

  it('counts waiting and running invocations without a database query', async () => {
    let end = (): void => {};
    const dispatcher = await start(() => new Promise((resolve) => (end = () => resolve(ok))), 1);
    const deadLetters = { count: () => Promise.resolve(3) };
    const invocations = new AsyncInvocations({ queue, dispatcher, deadLetters } as unknown as AsyncOptions);
    await enqueue('a');
    await enqueue('b');
    await begun('a');
    const query = vi.spyOn(storage.db, 'executeQuery');
    expect(await invocations.gauges()).toEqual({ waiting: 1, running: 1, deliveries: 0, deadLetters: 3 });
    expect(query).not.toHaveBeenCalled();
    end();
    await begun('b');
    await expect.poll(() => invocations.gauges()).toMatchObject({ waiting: 0, running: 1 });
    end();
    await settled('b', 'done');
    await expect.poll(() => invocations.gauges()).toMatchObject({ waiting: 0, running: 0 });
  });

  it('says of invocations that no instance has taken that they wait, of its function alone', async () => {
    const requests: InvocationRequest[] = [];
    let end = (): void => {};
    const held = new Promise<InvocationResult>((resolve) => (end = () => resolve(ok)));
    const dispatcher = await start((request) => {
      requests.push(request);
      return held;
    });
    await enqueue('a');
    await enqueue('other', { group: 'g' });
    await expect.poll(() => requests.length, PATIENCE).toBe(2);
    expect([dispatcher.notBegun('f'), dispatcher.notBegun('g')]).toEqual([['a'], ['other']]);
    requests.find(({ requestId }) => requestId === 'a')?.onBegin?.();
    expect([dispatcher.notBegun('f'), dispatcher.notBegun('g')]).toEqual([[], ['other']]);
    end();
    await settled('other', 'done');
    await expect.poll(() => dispatcher.notBegun('g'), PATIENCE).toEqual([]);
  });

  it('leaves slots for others while one function has a backlog', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const running = new Map<string, number>();
    for (let i = 0; i < 40; i += 1) await enqueue(`busy-${i}`, { group: 'busy' });
    await start(async (request) => {
      const group = request.requestId.split('-')[0] ?? '';
      running.set(group, (running.get(group) ?? 0) + 1);
      if (group === 'busy') await held;
      return ok;
    }, 8);
    await expect.poll(() => running.get('busy')).toBeGreaterThan(0);
    release();
    await settled('busy-39', 'done');
    expect(running.get('busy')).toBe(40);
  });

  it('stops a running invocation on request and records it as cancelled', async () => {
    const dispatcher = await start(
      (request) =>
        new Promise((resolve) => {
          request.signal?.addEventListener('abort', () => resolve(failed));
        }),
    );
    await enqueue('a');
    await begun('a');
    expect(await queue.cancel('a')).toBe('running');
    expect(dispatcher.cancel('a')).toBe(true);
    await settled('a', 'cancelled');
  });

  it('discards an event that waited longer than its maximum age', async () => {
    await start(async () => {
      throw new PlatformError('overloaded', 'no room');
    });
    await enqueue('a', { expiresAt: clock.now() + 2_000 });
    await vi.waitFor(async () => {
      clock.advance(500);
      expect((await queue.get('a'))?.state).toBe('dead');
    }, PATIENCE);
    expect((await queue.get('a'))?.outcome).toMatchObject({ reason: 'expired', code: 429 });
  });

  describe('an outcome with a destination', () => {
    const onSuccess = { destination: 'HTTP', param: '{"url":"https://example.com/yes"}' };
    const onFailure = { destination: 'HTTP', param: '{"url":"https://example.com/no"}' };
    const delivered = async () =>
      (await queue.lease({ topic: DELIVERY_TOPIC, limit: 10, leaseMs: 1000 })).map(({ payload, attributes }) => ({
        event: JSON.parse(Buffer.from(payload).toString()) as Record<string, unknown>,
        attributes,
      }));

    it('is to be delivered once it is stored, and not before', async () => {
      await start(async () => ok);
      await enqueue('a', { attributes: { onSuccess, onFailure, chain: ['first'] } });
      await settled('a', 'done');
      expect(await delivered()).toEqual([
        {
          event: expect.objectContaining({ request_payload: 'a', response_payload: '1' }),
          attributes: expect.objectContaining({
            requestId: 'a',
            result: 'success',
            destination: onSuccess,
            chain: ['first', `${URN}:latest`],
          }),
        },
      ]);
    });

    it('is one after the last attempt, not after each', async () => {
      await start(async () => failed);
      await enqueue('a', { maxRetries: 1, attributes: { onSuccess, onFailure } });
      await vi.waitFor(async () => {
        clock.advance(500);
        expect((await queue.get('a'))?.state).toBe('dead');
      }, PATIENCE);
      const [only, ...more] = await delivered();
      expect(more).toEqual([]);
      expect(only?.attributes.destination).toEqual(onFailure);
      expect(only?.event).toMatchObject({
        request_context: { approximate_invoke_count: 2, condition: 'UnhandledInvocationError' },
        response_payload: '{"errorMessage":"no"}',
      });
    });

    it('is a failure when the event became too old or the function was deleted', async () => {
      await start(async (request) => {
        if (request.requestId === 'gone') throw new PlatformError('function_not_found', 'there is no function f');
        throw new PlatformError('overloaded', 'no room');
      });
      await enqueue('gone', { attributes: { onFailure } });
      await enqueue('old', { expiresAt: clock.now() + 2_000, attributes: { onFailure } });
      await vi.waitFor(async () => {
        clock.advance(500);
        expect((await queue.get('old'))?.state).toBe('dead');
      }, PATIENCE);
      expect(
        (await delivered()).map(({ event }) => (event.request_context as { condition: string }).condition),
      ).toEqual(['InvocationRefused', 'EventAgeExceeded']);
    });

    it('is none when the invocation was cancelled', async () => {
      await start(async () => ok);
      await enqueue('a', { attributes: { onSuccess, onFailure } });
      await queue.cancel('a');
      await expect.poll(async () => (await queue.get('a'))?.state).not.toBe('ready');
      if ((await queue.get('a'))?.state === 'cancelled') expect(await delivered()).toEqual([]);
    });
  });

  it('logs each change of status for a function with a status log', async () => {
    let left = 1;
    await start(async () => {
      left -= 1;
      return left < 0 ? ok : failed;
    });
    await enqueue('a', { attributes: { statusLog: true } });
    await enqueue('quiet');
    await vi.waitFor(async () => {
      clock.advance(500);
      expect((await queue.get('a'))?.state).toBe('done');
    }, PATIENCE);
    await expect.poll(() => logged).toHaveLength(4);
    expect(logged).toEqual([
      "a Async invocation 'a': RUNNING, attempt 1",
      "a Async invocation 'a': WAIT, next attempt in 1000 ms",
      "a Async invocation 'a': RUNNING, attempt 2",
      "a Async invocation 'a': SUCCESS",
    ]);
  });

  it('finishes running invocations before it stops and leases no more', async () => {
    let finish = (): void => {};
    const dispatcher = await start(
      () =>
        new Promise((resolve) => {
          finish = () => resolve(ok);
        }),
    );
    await enqueue('a');
    await begun('a');
    const stopped = dispatcher.stop(new AbortController().signal);
    await enqueue('b');
    finish();
    await stopped;
    expect([(await queue.get('a'))?.state, (await queue.get('b'))?.state]).toEqual(['done', 'ready']);
  });
});
