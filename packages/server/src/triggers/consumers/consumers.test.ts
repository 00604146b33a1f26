import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Trigger } from '../../control/index.ts';
import type { SourceEvent } from '../../invocation/index.ts';
import type { Stream } from '../../services/index.ts';
import { openTestStreams, type TestStreams } from '../../services/streams/testing.ts';
import { isGuard, Leases } from '../../storage/index.ts';
import { readDis } from '../dis/dis-settings.ts';
import { DisSource } from '../dis/dis-source.ts';
import { BatchRoom } from './batch-room.ts';
import { CheckpointStore } from './checkpoint-store.ts';
import { Consumers } from './consumers.ts';

interface Ran {
  readonly id: string;
  readonly texts: string[];
  readonly server: string;
}

let test: TestStreams;
let ran: Ran[];
let servers: { stop(): Promise<void> }[];

beforeEach(async () => {
  test = await openTestStreams();
  ran = [];
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

/** A server of the database; `fails` rejects or delays what it runs. */
function start(server: string, trigger: Trigger, work: (ran: Ran) => Promise<void> = async () => {}) {
  const { storage, clock, streams, records } = test;
  const cut = new AbortController();
  const consumers = new Consumers({
    catalog: { facts: { on: () => () => {} }, allTriggers: () => [trigger] } as never,
    sources: new Map([['DIS', new DisSource({ streams, records }) as never]]),
    member: { id: server, isLive: () => true, others: [], onChange: () => () => {} },
    leases: new Leases(storage, { id: server, isLive: () => true }),
    // the trigger has no row
    checkpoints: Object.assign(new CheckpointStore(storage.db), { sweep: () => Promise.resolve() }),
    room: new BatchRoom(1e8),
    invocations: {
      run: async ({ event, requestId, signal }: SourceEvent) => {
        const { Message } = JSON.parse(event.toString()) as { Message: { records: { data: string }[] } };
        const texts = Message.records.map(({ data }) => Buffer.from(data, 'base64').toString());
        const one = { id: requestId, texts, server };
        ran.push(one);
        await work(one);
        signal.throwIfAborted();
        return { letter: undefined, deliveries: [] };
      },
      store: async (_end, statements) => {
        try {
          await storage.atomic(statements);
          return true;
        } catch (error) {
          if (isGuard(error)) return false;
          throw error;
        }
      },
    },
    ...{ region: 'local-1', clock, log: pino({ level: 'silent' }) },
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
