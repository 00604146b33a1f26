import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Trigger } from '../../control/index.ts';
import type { SourceEvent } from '../../invocation/index.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import { BatchRoom } from '../consumers/batch-room.ts';
import { FunctionTargets } from '../consumers/function-targets.ts';
import type { BrokerAccess, BrokerBatch } from './broker-session.ts';
import type { BrokerState } from './broker-state-store.ts';
import { BrokerTriggers } from './broker-triggers.ts';

const BATCH: BrokerBatch = { messages: ['"m"'], shard: '', place: 'topic t', id: 'b1', sharesId: false };
const KIND = 'TEST';

let clock: ManualClock;
let trigger: Trigger;
let changed: (fact: { functionId: string }) => void;
let waiting: BrokerBatch[];
let events: SourceEvent[];
let stored: number;
let states: BrokerState[];
let drain: { begun: AbortController; closed: AbortController };
let run: (event: SourceEvent) => Promise<void>;
let brokers: BrokerTriggers;

beforeEach(() => {
  clock = new ManualClock();
  [waiting, events, states, stored] = [[BATCH], [], [], 0];
  trigger = triggerOf(1);
  drain = { begun: new AbortController(), closed: new AbortController() };
  run = () => Promise.resolve();
  const targets = new FunctionTargets({
    catalog: {
      facts: {
        on: (_: string, listener: typeof changed) => {
          changed = listener;
          return () => undefined;
        },
      },
      allTriggers: () => [trigger],
    },
    invocations: {
      async run(event: SourceEvent) {
        events.push(event);
        await run(event);
        event.cut.throwIfAborted();
        return { letter: undefined, deliveries: [] };
      },
      store: async () => {
        stored += 1;
        return true;
      },
    },
    region: 'local-1',
  } as never);
  brokers = new BrokerTriggers({
    targets: [targets],
    kinds: new Map([[KIND, access]]),
    room: new BatchRoom(1e6),
    states: { note: async (_, state) => void states.push(state) },
    readBytes: 1e6,
    brokerHosts: new Set(),
    sealer: { open: () => '' },
    drain: { begun: drain.begun.signal, closed: drain.closed.signal },
    region: 'local-1',
    clock,
    log: pino({ level: 'silent' }),
  });
});
afterEach(async () => {
  drain.closed.abort();
  await brokers.stop();
});

function triggerOf(modifiedAt: number): Trigger {
  const fn = { projectId: 'p1', package: 'default', name: 'f' };
  const settings = { kind: KIND, name: 't' } as unknown as Trigger['settings'];
  const times = { since: 0, fired: undefined, createdAt: 0, modifiedAt };
  return { id: 't1', fn, functionId: 'f1', qualifier: 'latest', active: true, settings, ...times };
}

/** A broker that removes a batch when it is acknowledged. */
const access: BrokerAccess = {
  async consume(_, { signal, onConnected, handle }) {
    onConnected();
    while (!signal.aborted && waiting[0] !== undefined) {
      await handle(waiting[0]);
      waiting.shift();
    }
    await new Promise<void>((resolve) =>
      signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve()),
    );
  },
  event: (_, { messages }) => Buffer.from(`[${messages.join()}]`),
};

it('a batch runs, and is acknowledged when its end is stored', async () => {
  brokers.start();
  await expect.poll(() => waiting).toEqual([]);
  expect(stored).toBe(1);
  expect(events.map(({ event }) => event.toString())).toEqual(['["m"]']);
});

it('a batch whose end could not be stored runs again with the same id, and its trigger does not show the error', async () => {
  run = () => (events.length > 1 ? Promise.resolve() : Promise.reject(new Error('SQLITE_FULL at /secret')));
  brokers.start();
  await expect.poll(() => states.at(-1)?.error).toBe('the server failed; its log has the reason');
  expect(waiting).toEqual([BATCH]);
  clock.advance(1_000);
  await expect.poll(() => waiting).toEqual([]);
  expect(events[1]?.requestId).toBe(events[0]?.requestId);
});

it('a change of the trigger waits for the batch in progress, and does not repeat it', async () => {
  const gate = Promise.withResolvers<void>();
  run = () => gate.promise;
  brokers.start();
  await expect.poll(() => events.length).toBe(1);
  trigger = triggerOf(2);
  changed({ functionId: 'f1' });
  expect(events[0]?.ending.aborted).toBe(true);
  expect(events[0]?.cut.aborted).toBe(false);
  waiting.push({ ...BATCH, id: 'b2' });
  gate.resolve();
  await expect.poll(() => waiting).toEqual([]);
  expect(new Set(events.map(({ requestId }) => requestId)).size).toBe(2);
  expect(events).toHaveLength(2);
});

it('a trigger that is disabled begins no batch', async () => {
  brokers.start();
  await expect.poll(() => waiting).toEqual([]);
  trigger = { ...triggerOf(2), active: false };
  changed({ functionId: 'f1' });
  waiting.push({ ...BATCH, id: 'b2' });
  changed({ functionId: 'f1' });
  await new Promise(setImmediate);
  expect(events).toHaveLength(1);
});

it('a server that stops begins no batch, and leaves one unfinished that takes too long', async () => {
  run = () => new Promise(() => undefined);
  brokers.start();
  await expect.poll(() => events.length).toBe(1);
  drain.begun.abort();
  expect(events[0]?.ending.aborted).toBe(true);
  const stopped = brokers.stop();
  drain.closed.abort();
  await stopped;
  expect(waiting).toEqual([BATCH]);
  expect(stored).toBe(0);
});
