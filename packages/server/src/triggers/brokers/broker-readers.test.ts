import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { KafkaSource } from '../kafka/consume-kafka.ts';
import { BrokerReaders } from './broker-readers.ts';
import type { BrokerBatch } from './broker-session.ts';
import { type HostileAnswer, HostileKafka, kafkaBatch, kafkaRecord, kafkaRecords } from './testing-hostile-kafka.ts';

const MB = 1024 * 1024;
const ENDED = 'the reader of the server ended; it starts again later';
const BLAMED = expect.stringMatching(/the most of it for this project \(\d+ MB\): it is read again after 1 min$/);
const SLOW = { timeout: 120_000 };

let logged: string[];
let readers: BrokerReaders;
let clusters: HostileKafka[];
let control: AbortController;

beforeEach(() => {
  [logged, clusters, control] = [[], [], new AbortController()];
  readers = make();
});
afterEach(async () => {
  control.abort();
  await readers.stop();
  for (const kafka of clusters) kafka.stop();
});

function make(heapMb?: number): BrokerReaders {
  return new BrokerReaders({
    roomBytes: 512 * MB,
    onLate: () => undefined,
    log: pino({ level: 'error' }, { write: (line) => void logged.push(line) }),
    ...(heapMb === undefined ? {} : { heapMb }),
  });
}

async function cluster(answers: Parameters<typeof HostileKafka.start>[0]): Promise<HostileKafka> {
  const kafka = await HostileKafka.start(answers);
  clusters.push(kafka);
  return kafka;
}

interface Reading {
  readonly handle?: (batch: BrokerBatch) => Promise<void>;
  readonly onConnected?: () => void;
  readonly login?: { readonly user: string; readonly password: string };
  readonly batchSize?: number;
  readonly project?: string;
}

/** The error with which reading ends; `none` without one. */
function read(
  kafka: HostileKafka,
  { handle, onConnected, login, batchSize = 1_000, project = 'p' }: Reading = {},
): Promise<string> {
  const connection: KafkaSource = {
    brokers: [{ host: '127.0.0.1', port: kafka.port }],
    settings: { topics: ['orders'], tls: false, user: login?.user ?? '', batchSize },
    password: login?.password,
    group: 'g',
    allowed: new Set(['127.0.0.1']),
    failures: 0,
  };
  const order = {
    triggerId: `trigger of ${project}`,
    owner: project,
    source: { client: 'kafka', connection },
  } as const;
  const session = {
    signal: control.signal,
    onConnected: onConnected ?? (() => undefined),
    handle: handle ?? (() => Promise.resolve()),
  };
  return readers.read(order, session).then(
    () => 'none',
    ({ message }: Error) => message,
  );
}

/** Resolves when the first batch is in progress, which lasts until `handled` is called. */
async function readHeld(kafka: HostileKafka, project = 'p') {
  const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let isOver = false;
  const ended = read(kafka, {
    project,
    handle: () => {
      begun.resolve();
      return gate.promise;
    },
  }).finally(() => {
    isOver = true;
  });
  await begun.promise;
  return { ended, isOver: () => isOver, handled: () => gate.resolve() };
}

/** Answers the first fetches so, and later ones with no message. */
function fetches(...answers: readonly Buffer[]): HostileAnswer {
  const left = [...answers];
  return () => left.shift() ?? kafkaRecords();
}

const message = (text: string, offset = 0): Buffer =>
  kafkaRecords([kafkaBatch(kafkaRecord(Buffer.from(text)), 1, { offset })]);

it('offsets are committed when the batch before them is handled, in the order of the partition', SLOW, async () => {
  const kafka = await cluster({ fetch: fetches(message('a', 0), message('b', 1), message('c', 2)) });
  const gate = Promise.withResolvers<void>();
  const [begun, done] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const handled: string[] = [];
  let connected = 0;
  const ended = read(kafka, {
    onConnected: () => {
      connected += 1;
    },
    handle: async ({ messages, place }) => {
      handled.push(...messages);
      begun.resolve();
      await gate.promise;
      if (handled.length === 3) done.resolve();
      expect(place).toContain('topic orders, partition 0');
    },
  });
  await begun.promise;
  // heartbeats go on meanwhile
  await expect.poll(() => kafka.seen.get('heartbeat') ?? 0, { timeout: 60_000 }).toBeGreaterThan(0);
  expect(kafka.seen.get('commit') ?? 0).toBe(0);
  expect(connected).toBeGreaterThan(0);
  gate.resolve();
  await done.promise;
  await expect.poll(() => kafka.seen.get('commit'), { timeout: 60_000 }).toBe(3);
  expect(handled).toEqual(['"a"', '"b"', '"c"']);
  control.abort();
  expect(await ended).toBe('none');
});

it('the offset of a batch that was not handled is not committed, and its reason ends the session', SLOW, async () => {
  // the client asks for it again some times
  const kafka = await cluster({ fetch: () => message('a') });
  expect(await read(kafka, { handle: () => Promise.reject(new Error('not now')) })).toContain('not now');
  expect(kafka.seen.get('commit') ?? 0).toBe(0);
});

it('a session that is to end waits for its batch in progress, and commits it', SLOW, async () => {
  const kafka = await cluster({ fetch: fetches(message('a')) });
  const reading = await readHeld(kafka);
  control.abort();
  await new Promise(setImmediate);
  expect(reading.isOver()).toBe(false);
  reading.handled();
  expect(await reading.ended).toBe('none');
  expect(kafka.seen.get('commit')).toBe(1);
});

it('what brokers send is decoded in the thread: the server computes for a small part of it', SLOW, async () => {
  const small = Buffer.concat(Array.from({ length: 20_000 }, (_, at) => kafkaRecord(Buffer.alloc(100, 97), at)));
  const batch = (at: number): Buffer => kafkaBatch(gzipSync(small), 20_000, { attributes: 1, offset: at * 20_000 });
  const answers = Array.from({ length: 5 }, (_, at) => kafkaRecords([0, 1, 2, 3].map((one) => batch(at * 4 + one))));
  const warm = await cluster({ fetch: fetches(message('a')) });
  const kafka = await cluster({ fetch: fetches(...answers) });
  const isWarm = Promise.withResolvers<void>();
  void read(warm, { handle: async () => isWarm.resolve() });
  await isWarm.promise;
  const [all, own] = [process.cpuUsage(), process.threadCpuUsage()];
  let count = 0;
  const done = Promise.withResolvers<void>();
  const ended = read(kafka, {
    handle: async ({ messages }) => {
      count += messages.length;
      if (count === 400_000) done.resolve();
    },
  });
  await Promise.race([done.promise, ended.then((error) => Promise.reject(new Error(error)))]);
  const [allAfter, ownAfter] = [process.cpuUsage(all), process.threadCpuUsage(own)];
  expect((ownAfter.user + ownAfter.system) / (allAfter.user + allAfter.system)).toBeLessThan(0.5);
  control.abort();
  expect(await ended).toBe('none');
});

it('a batch of 150,000 records is read', SLOW, async () => {
  const records = Buffer.concat(Array.from({ length: 150_000 }, (_, at) => kafkaRecord(Buffer.alloc(10, 97), at)));
  const kafka = await cluster({
    fetch: fetches(kafkaRecords([kafkaBatch(gzipSync(records), 150_000, { attributes: 1 })])),
  });
  let count = 0;
  const done = Promise.withResolvers<void>();
  const handle = async ({ messages }: BrokerBatch): Promise<void> => {
    count += messages.length;
    if (count === 150_000) done.resolve();
  };
  const ended = read(kafka, { handle });
  await Promise.race([done.promise, ended.then((error) => Promise.reject(new Error(error)))]);
  control.abort();
  expect(await ended).toBe('none');
});

it('when the thread dies, a session ends after its batch; another thread leaves the culprit out', SLOW, async () => {
  readers = make(32);
  const steady = await cluster({ fetch: fetches(message('a')) });
  const first = await readHeld(steady, 'steady');
  // their objects take more than the heap has
  const many = Buffer.concat(Array.from({ length: 150_000 }, (_, at) => kafkaRecord(Buffer.alloc(10, 97), at)));
  const greedy = await cluster({
    fetch: () => kafkaRecords([kafkaBatch(gzipSync(many), 150_000, { attributes: 1 })]),
  });
  let greedyBatch = 0;
  const failed = await read(greedy, {
    project: 'greedy',
    handle: async () => {
      greedyBatch += 1;
    },
  });
  expect({ failed, isOver: first.isOver(), greedyBatch }).toEqual({ failed: BLAMED, isOver: false, greedyBatch: 0 });
  first.handled();
  expect(await first.ended).toBe(ENDED);
  expect(steady.seen.get('commit') ?? 0).toBe(0);
  const [entry = '{}'] = logged;
  expect(JSON.parse(entry)).toMatchObject({
    msg: 'the thread that reads from brokers ended; it starts again',
    blamed: ['trigger of greedy'],
    held: [
      { triggerId: 'trigger of greedy', owner: 'greedy' },
      { triggerId: 'trigger of steady', owner: 'steady' },
    ],
  });
  const connections = greedy.seen.get('versions');
  expect(await read(greedy, { project: 'greedy' })).toEqual(BLAMED);
  expect(greedy.seen.get('versions')).toBe(connections);
  // another one begins after a pause
  const again = await cluster({ fetch: () => message('a') });
  const handled = Promise.withResolvers<string>();
  const handle = async ({ messages }: BrokerBatch): Promise<void> => handled.resolve(messages.join());
  await expect
    .poll(() => Promise.race([read(again, { handle }), handled.promise]), { timeout: 100_000, interval: 200 })
    .toBe('"a"');
});

it('the thread ends at once also while it decodes', SLOW, async () => {
  const bomb = kafkaBatch(gzipSync(kafkaRecord(Buffer.alloc(9 * MB))), 1, { attributes: 1 });
  const requested = Promise.withResolvers<void>();
  const kafka = await cluster({
    fetch: () => {
      requested.resolve();
      return kafkaRecords(Array.from({ length: 7 }, () => bomb));
    },
  });
  const ended = read(kafka);
  await requested.promise;
  await readers.stop();
  expect(await ended).toBe(ENDED);
  expect(logged).toEqual([]);
});

it('a password is in no error', SLOW, async () => {
  const kafka = await cluster({});
  const error = await read(kafka, { login: { user: 'ann', password: 'secret-1' } });
  expect(error).toMatch(/SASL|login|refused/i);
  expect(error + logged.join('')).not.toContain('secret-1');
});
