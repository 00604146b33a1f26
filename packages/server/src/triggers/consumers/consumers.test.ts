import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Trigger } from '../../control/index.ts';
import type { SourceEvent } from '../../invocation/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Stream } from '../../services/index.ts';
import { openTestStreams, type TestStreams } from '../../services/streams/testing.ts';
import { type AtomicStatement, isGuard, Leases } from '../../storage/index.ts';
import type { BrokerState } from '../brokers/broker-state-store.ts';
import { readDis } from '../dis/dis-settings.ts';
import { DisSource } from '../dis/dis-source.ts';
import { BatchRoom } from './batch-room.ts';
import { CheckpointStore } from './checkpoint-store.ts';
import { Consumers } from './consumers.ts';
import { FunctionTargets } from './function-targets.ts';
import { StreamLags } from './stream-lags.ts';
import type { StreamSource } from './stream-source.ts';
import { TriggerHealth } from './trigger-health.ts';

interface Ran {
  readonly id: string;
  readonly texts: string[];
  readonly server: string;
}

let test: TestStreams;
let ran: Ran[];
let states: BrokerState[];
let servers: { stop(): Promise<void> }[];

beforeEach(async () => {
  test = await openTestStreams();
  ran = [];
  states = [];
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.stop();
  await test.storage.close();
});

const ID = '0f9a7c6e-1d2b-4c3a-8e5f-6a7b8c9d0e1f';

function triggerOf(changes: object = {}, more: Partial<Trigger> = {}): Trigger {
  const settings = readDis({ stream_name: 'clicks', batch_size: 2, ...changes });
  const fn = { projectId: 'p1', package: 'default', name: 'f' };
  const times = { since: 0, fired: undefined, createdAt: test.clock.now(), modifiedAt: 1 };
  return { id: ID, fn, functionId: 'f1', qualifier: 'latest', active: true, settings, ...times, ...more };
}

const targetsOf = (triggers: Trigger[], invocations: unknown = {}) => {
  const catalog = { facts: { on: () => () => {} }, allTriggers: () => triggers };
  return new FunctionTargets({ catalog, invocations, region: 'local-1' } as never);
};

/** A server of the database; `fails` rejects or delays what it runs. */
function start(server: string, trigger: Trigger, work: (ran: Ran) => Promise<void> = async () => {}) {
  const { storage, clock, streams, records } = test;
  const cut = new AbortController();
  const log = pino({ level: 'silent' });
  const note = async (_: string, state: BrokerState): Promise<void> => void states.push(state);
  const invocations = {
    run: async ({ event, requestId, cut: signal }: SourceEvent) => {
      const { Message } = JSON.parse(event.toString()) as { Message: { records: { data: string }[] } };
      const texts = Message.records.map(({ data }) => Buffer.from(data, 'base64').toString());
      const one = { id: requestId, texts, server };
      ran.push(one);
      await work(one);
      signal.throwIfAborted();
      return { letter: undefined, deliveries: [] };
    },
    store: async (_end: unknown, statements: readonly AtomicStatement[]) => {
      try {
        await storage.atomic(statements);
        return true;
      } catch (error) {
        if (isGuard(error)) return false;
        throw error;
      }
    },
  };
  const consumers = new Consumers({
    health: new TriggerHealth({ states: { note }, clock, log }),
    targets: [targetsOf([trigger], invocations)],
    sources: new Map([['DIS', new DisSource({ streams, records }) as never]]),
    member: { id: server, isLive: () => true, others: [], yields: false, onChange: () => () => {} },
    leases: new Leases(storage, { id: server, isLive: () => true }),
    // the trigger has no row
    checkpoints: Object.assign(new CheckpointStore(storage.db), { sweep: () => Promise.resolve() }),
    room: new BatchRoom(1e8),
    ...{ clock, log },
  });
  consumers.start();
  const made = {
    /** As when the process is killed: nothing more is stored. */
    kill: () => {
      cut.abort();
      void consumers.stop(cut.signal);
    },
    stop: () => consumers.stop(cut.signal),
  };
  servers.push(made);
  return made;
}

const texts = () => ran.map((one) => one.texts.join(''));
const count = (runs: number) =>
  expect
    .poll(() => {
      test.clock.advance(500);
      return ran.length;
    })
    .toBe(runs);

async function put(stream: Stream, ...all: string[]): Promise<void> {
  for (const text of all) await test.put(stream, text);
}

it('runs batches of a shard in their order, and goes on behind the last one', async () => {
  const stream = await test.stream();
  await put(stream, 'a', 'b', 'c');
  const first = start('one', triggerOf());
  await count(2);
  await put(stream, 'd');
  await count(3);
  await first.stop();
  await put(stream, 'e');
  start('two', triggerOf());
  await count(4);
  expect(texts()).toEqual(['ab', 'c', 'd', 'e']);
});

it('repeats the batch of a killed server with the same id, and no batch before it', async () => {
  const stream = await test.stream();
  await put(stream, 'a', 'b', 'c', 'd');
  const killed = start('one', triggerOf(), ({ texts: [text] }) =>
    text === 'c' ? new Promise(() => {}) : Promise.resolve(),
  );
  await count(2);
  killed.kill();
  start('two', triggerOf());
  await count(3);
  expect(texts()).toEqual(['ab', 'cd', 'cd']);
  expect(ran[2]?.id).toBe(ran[1]?.id);
  expect(ran[0]?.id).not.toBe(ran[1]?.id);
});

it('refuses the result of a server that lost its lane', async () => {
  const stream = await test.stream();
  await put(stream, 'a');
  const late = Promise.withResolvers<void>();
  start('one', triggerOf(), () => (ran.length === 1 ? late.promise : Promise.resolve()));
  await count(1);
  const two = start('two', triggerOf());
  await count(2);
  await put(stream, 'b');
  await count(3);
  await two.stop();
  late.resolve();
  await put(stream, 'c');
  await count(4);
  // the first server reads the position again before it goes on
  expect(texts()).toEqual(['a', 'a', 'b', 'c']);
  expect(ran[3]?.server).toBe('one');
});

it('begins with the records put since the creation of the trigger', async () => {
  const stream = await test.stream();
  await put(stream, 'old');
  test.clock.advance(1);
  const trigger = triggerOf({ sharditerator_type: 'LATEST' });
  await put(stream, 'new');
  start('one', trigger);
  await count(1);
  expect(texts()).toEqual(['new']);
});

it('reads all shards of a serial trigger in the order of time, one batch at once', async () => {
  const stream = await test.stream({ shards: 2 });
  for (const [at, shardId] of ['0', '1', '1', '0'].entries()) {
    test.clock.advance(10);
    const data = Buffer.from(String(at)).toString('base64');
    await test.records.put(stream, [{ data, key: 'k', shardId, hashKey: undefined }]);
  }
  let running = 0;
  start('one', triggerOf({ is_serial: 'true', batch_size: 10 }), async () => {
    running += 1;
    expect(running).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  });
  await count(3);
  expect(texts()).toEqual(['0', '12', '3']);
});

it('waits for a stream, and reads a new one of its name from the beginning', async () => {
  start('one', triggerOf());
  test.clock.advance(10_000);
  const old = await test.stream();
  await put(old, 'a', 'b');
  await count(1);
  await test.streams.delete(old);
  await put(await test.stream(), 'c');
  await count(2);
  expect(texts()).toEqual(['ab', 'c']);
});

it('shows why a batch waits, and once that it goes on', async () => {
  await put(await test.stream({ shards: 2 }), 'a');
  const refusal = new PlatformError('unavailable', 'the function cannot run now');
  start('one', triggerOf(), () => (ran.length > 1 ? Promise.resolve() : Promise.reject(refusal)));
  await count(2);
  const errors = () => states.map(({ error }) => error);
  // one shard has nothing to read
  await expect.poll(() => errors().filter((error) => error !== undefined)).toEqual(['the function cannot run now']);
  await expect.poll(() => errors().at(-1)).toBe(undefined);
  expect(states.length).toBeLessThan(4);
});

it('shows that the stream does not exist', async () => {
  start('one', triggerOf());
  await expect.poll(() => states).toEqual([{ error: 'the stream does not exist', since: test.clock.now() }]);
  await test.stream();
  await expect
    .poll(() => {
      test.clock.advance(5_000);
      return states.at(-1)?.error;
    })
    .toBe(undefined);
});

it('counts the records of all shards that did not run and are not expired', async () => {
  const { streams, records, storage, clock } = test;
  const source: unknown = new DisSource({ streams, records });
  const lags = new StreamLags({
    sources: new Map([['DIS', source as StreamSource]]),
    targets: [targetsOf([triggerOf(), triggerOf({}, { id: 'off', active: false })])],
    checkpoints: new CheckpointStore(storage.db),
    logs: { lag: async () => 7 },
  });
  expect(await lags.of({ ...triggerOf(), settings: { kind: 'LTS', name: 'lines' } })).toBe(7);
  expect(await lags.of(triggerOf())).toBe(undefined);
  const stream = await test.stream({ shards: 2, retentionHours: 24 });
  await put(stream, 'old');
  clock.advance(1);
  const latest = triggerOf({ sharditerator_type: 'LATEST' });
  expect(await lags.of(latest)).toBe(0);
  for (const shardId of ['0', '1']) {
    await records.put(stream, [{ data: 'YQ==', key: 'k', shardId, hashKey: undefined }]);
  }
  expect([await lags.of(triggerOf()), await lags.of(latest)]).toEqual([3, 2]);
  const server = start('one', triggerOf());
  await count(2);
  await server.stop();
  expect(await lags.of(triggerOf())).toBe(0);
  await put(stream, 'd');
  expect(await lags.of(triggerOf())).toBe(1);
  expect(await lags.first(2)).toMatchObject([{ trigger: { id: ID }, lag: 1 }]);
  expect(await lags.first(0)).toEqual([]);
  clock.advance(25 * 3_600_000);
  expect(await lags.of(triggerOf())).toBe(0);
});

it('removes what deleted triggers left', async () => {
  const stream = await test.stream();
  await put(stream, 'a');
  const server = start('one', triggerOf());
  await count(1);
  await server.stop();
  await new CheckpointStore(test.storage.db).sweep();
  expect(await test.storage.db.selectFrom('trigger_checkpoint').selectAll().execute()).toEqual([]);
  expect(await test.storage.db.selectFrom('lease').where('name', 'like', 'consumer:%').selectAll().execute()).toEqual(
    [],
  );
});
