import { gzipSync } from 'node:zlib';
import Queue from 'kafkajs/src/network/requestQueue/index.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Secret } from '../../lib/secret.ts';
import type { BrokerBatch } from '../brokers/broker-session.ts';
import { ReadRoom, type ReadShare } from '../brokers/read-room.ts';
import {
  HostileKafka,
  kafkaBatch,
  kafkaBytes,
  kafkaMetadata,
  kafkaRecord,
  kafkaRecords,
  kafkaVersions,
  varint,
} from '../brokers/testing-hostile-kafka.ts';
import { int16 } from '../brokers/testing-kafka-frames.ts';
import { consumeKafka } from './consume-kafka.ts';

let kafka: HostileKafka;
let control = new AbortController();
let room: ReadRoom;
let share: ReadShare;
beforeEach(() => {
  room = new ReadRoom(512 * 1024 * 1024);
  share = room.enter('p');
});
afterEach(() => {
  control.abort();
  control = new AbortController();
  kafka.stop();
});

interface Options {
  readonly answers?: Parameters<typeof HostileKafka.start>[0] | undefined;
  readonly handle?: (batch: BrokerBatch) => Promise<void>;
  readonly user?: string;
  readonly answerMs?: number;
  readonly readyMs?: number;
  readonly failures?: number;
}

/** The error of a consumer of a cluster that answers so; `none` when it ended without one. */
async function read({
  answers = {},
  handle = () => Promise.resolve(),
  user = '',
  answerMs = 30_000,
  readyMs = 60_000,
  failures = 0,
}: Options): Promise<string> {
  kafka = await HostileKafka.start(answers);
  const connection = {
    brokers: [{ host: '127.0.0.1', port: kafka.port }],
    settings: { topics: ['orders'], tls: false, user, batchSize: 100 },
    password: user === '' ? undefined : new Secret('secret'),
    group: 'g',
    allowed: new Set(['127.0.0.1']),
    failures,
    share,
    answerMs,
    readyMs,
  };
  const { signal } = control;
  return consumeKafka(connection, { signal, onConnected: () => undefined, handle }).then(
    () => 'none',
    ({ message }: Error) => message,
  );
}

it.each([2 ** 31 - 1, 100_001])(
  'a login by SCRAM with %i iterations is refused, before any is computed',
  async (iterations) => {
    const login = (request: Buffer): Buffer => {
      const nonce = /r=([^,]*)/.exec(request.toString())?.[1];
      const text = Buffer.from(`r=${nonce}x,s=${Buffer.from('salt').toString('base64')},i=${iterations}`);
      return Buffer.concat([int16(0), int16(-1), kafkaBytes(text)]);
    };
    const error = await read({ answers: { login }, user: 'u' });
    expect(error).toContain(`the broker asks for ${iterations} iterations, more than 100000`);
    expect(kafka.seen.get('login')).toBe(1);
  },
);

/** Of brokers before Kafka 1.0, whose logins are no requests. */
const oldLogins = (oldLogin: () => Buffer | undefined): NonNullable<Options['answers']> => ({
  versions: () => kafkaVersions(0, 'login'),
  oldLogin,
});

it('an old broker that never answers a login ends the session, with an error that says so', async () => {
  const answers = oldLogins(() => undefined);
  expect(await read({ answers, user: 'u', answerMs: 3_000 })).toContain('the broker did not answer the login for 3 s');
  await expect.poll(() => kafka.sockets.size, { timeout: 10_000 }).toBe(0);
});

it('an old broker that cuts a login ends the session at once', async () => {
  const answers = oldLogins(() => {
    for (const socket of kafka.sockets) socket.resetAndDestroy();
    return undefined;
  });
  expect(await read({ answers, user: 'u' })).toMatch(/ECONNRESET|the connection was closed during the login/);
});

it('a session that ends during the login of an old broker leaves nothing', async () => {
  const requested = Promise.withResolvers<void>();
  const answers = oldLogins(() => {
    requested.resolve();
    return undefined;
  });
  const ended = read({ answers, user: 'u' });
  await requested.promise;
  control.abort();
  expect(await ended).toBe('none');
  await expect.poll(() => kafka.sockets.size, { timeout: 10_000 }).toBe(0);
});

it.each(['old', 'new'])('an answer of 65 KB to a login of an %s broker is refused', async (kind) => {
  const text = Buffer.alloc(65 * 1024, 'r=,');
  const login = () => Buffer.concat([int16(0), int16(-1), kafkaBytes(text)]);
  const answers = kind === 'old' ? oldLogins(() => text) : { login };
  expect(await read({ answers, user: 'u' })).toMatch(/the broker answered (the login|SaslAuthenticate) with \d+ bytes/);
});

it.each<[string, Options['answers'], string]>([
  [
    '65 brokers',
    {
      metadata: (_, port) =>
        kafkaMetadata(
          Array.from({ length: 65 }, () => port),
          1,
        ),
    },
    'the cluster has more than 64 brokers',
  ],
  [
    '2,001 partitions',
    { metadata: (_, port) => kafkaMetadata([port], 2_001) },
    'the topic orders has more than 2000 partitions',
  ],
  [
    'more than 4 MB about the topics',
    { metadata: (_, port) => Buffer.concat([kafkaMetadata([port], 1), Buffer.alloc(4 * 1024 * 1024)]) },
    'the broker answered Metadata with',
  ],
  ['one partition 2,001 times', { fetch: () => kafkaRecords([], 2_001) }, 'a list of 2001 elements'],
])('a cluster that announces %s is refused', async (_, answers, error) => {
  expect(await read({ answers })).toContain(error);
});

it('a broker that answers at once with no message is asked less and less often', async () => {
  const requested = Promise.withResolvers<void>();
  let times: number[] = [];
  const fetch = (): Buffer => {
    times = [...times, performance.now()];
    if (times.length === 7) requested.resolve();
    return kafkaRecords();
  };
  const ended = read({ answers: { fetch } });
  await requested.promise;
  // 10 + 20 + 40 + 80 + 160 + 320 ms
  expect((times[6] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(500);
  control.abort();
  expect(await ended).toBe('none');
});

it('a broker that has its client wait for hours delays no end of the session', { timeout: 60_000 }, async () => {
  const requested = Promise.withResolvers<void>();
  const versions = (): Buffer => {
    requested.resolve();
    return kafkaVersions(8 * 3600 * 1000);
  };
  const ended = read({ answers: { versions } });
  await requested.promise;
  control.abort();
  expect(await ended).toBe('none');
  await expect.poll(() => kafka.sockets.size, { timeout: 10_000 }).toBe(0);
});

it('requests wait for 30 s at most when a broker has them wait', () => {
  const queue = new Queue({ logger: { debug: () => undefined }, requestTimeout: 1_000 });
  queue.maybeThrottle(8 * 3600 * 1000);
  expect(queue.throttledUntil - Date.now()).toBeLessThanOrEqual(30_000);
});

it('a broker that never answers about its topics ends the session', async () => {
  expect(await read({ answers: { metadata: () => undefined }, readyMs: 300 })).toContain(
    'did not answer about the topics',
  );
});

it('a broker that never answers when a member leaves delays the end of the session by seconds', {
  timeout: 90_000,
}, async () => {
  const requested = Promise.withResolvers<void>();
  const fetch = (): Buffer => {
    requested.resolve();
    return kafkaRecords();
  };
  const ended = read({ answers: { fetch, leave: () => undefined } });
  await requested.promise;
  const from = performance.now();
  control.abort();
  expect(await ended).toBe('none');
  // 5 s; the client itself waits for 30
  expect(performance.now() - from).toBeLessThan(25_000);
  await expect.poll(() => kafka.sockets.size, { timeout: 10_000 }).toBe(0);
});

/** The first batch of a broker that has these records at each fetch; `onBatch` is called while it is in progress. */
async function firstBatch(records: readonly Buffer[], onBatch?: () => Promise<void>): Promise<BrokerBatch> {
  const batches = [kafkaBatch(Buffer.concat(records), records.length)];
  const received = Promise.withResolvers<BrokerBatch>();
  const ended = read({
    answers: { fetch: () => kafkaRecords(batches) },
    handle: async (batch) => {
      await onBatch?.();
      received.resolve(batch);
    },
  });
  const batch = await Promise.race([received.promise, ended.then((error) => Promise.reject(new Error(error)))]);
  control.abort();
  await ended;
  return batch;
}

it('a record with 100,000 headers is read in time that grows with their number', { timeout: 60_000 }, async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const header = (key: string, value: string): Buffer =>
    Buffer.concat([varint(key.length), Buffer.from(key), varint(value.length), Buffer.from(value)]);
  const many = Array.from({ length: 100_000 }, (_, at) => header(at.toString(36), ''));
  const headers = Buffer.concat([varint(many.length + 1), ...many, header('traceparent', traceparent)]);
  const { messages, traceparent: continued } = await firstBatch([kafkaRecord(Buffer.from('a'), 0, headers)]);
  expect({ messages, continued }).toEqual({ messages: ['"a"'], continued: traceparent });
});

it.each<[string, Buffer, number]>([
  ['of 9 MB', kafkaRecord(Buffer.alloc(9 * 1024 * 1024)), 1],
  [
    'of 30,000 records without a byte',
    Buffer.concat(Array.from({ length: 30_000 }, () => kafkaRecord(Buffer.alloc(0)))),
    30_000,
  ],
])(
  'a response with eight small batches %s each when they are unpacked is refused',
  { timeout: 60_000 },
  async (_, records, count) => {
    const batch = kafkaBatch(gzipSync(records), count, { attributes: 1 });
    expect(batch.length).toBeLessThan(20_000);
    const answers = { fetch: () => kafkaRecords(Array.from({ length: 8 }, () => batch)) };
    expect(await read({ answers })).toContain('the records of one response have more than 67108864 bytes');
    share.end();
    expect(room.used).toBe(0);
  },
);

it('a response holds memory until its messages are handled', async () => {
  const records = gzipSync(kafkaRecord(Buffer.alloc(1024 * 1024, 'a')));
  const fetches = [kafkaRecords([kafkaBatch(records, 1, { attributes: 1 })])];
  const [handled, gate, later] = [
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
  ];
  const ended = read({
    answers: {
      fetch: () => {
        const next = fetches.shift();
        if (next === undefined) later.resolve();
        return next ?? kafkaRecords();
      },
    },
    handle: () => {
      handled.resolve();
      return gate.promise;
    },
  });
  await handled.promise;
  // the records and the text of the message
  expect(room.used).toBeGreaterThan(2 * 1024 * 1024);
  expect(room.used).toBeLessThan(3 * 1024 * 1024);
  gate.resolve();
  await later.promise;
  expect(room.used).toBeLessThan(64 * 1024);
  control.abort();
  expect(await ended).toBe('none');
});

it('a consumer whose last session failed begins with small responses', async () => {
  const sizes: number[] = [];
  const enough = Promise.withResolvers<void>();
  const fetch = (request: Buffer): Buffer => {
    sizes.push(request.readInt32BE(12));
    if (sizes.length === 8) enough.resolve();
    return kafkaRecords([kafkaBatch(kafkaRecord(Buffer.from('a')), 1, { offset: sizes.length - 1 })]);
  };
  const ended = read({ answers: { fetch }, failures: 1 });
  await enough.promise;
  expect(sizes.slice(0, 8).map((bytes) => bytes / 1024)).toEqual([64, 128, 256, 512, 1024, 2048, 4096, 4096]);
  control.abort();
  expect(await ended).toBe('none');
});

it('of a message above 16 MB, only the beginning is delivered, with the reason', { timeout: 60_000 }, async () => {
  const value = Buffer.alloc(17 * 1024 * 1024, 'a');
  let used = 0;
  const { messages, refusal } = await firstBatch([kafkaRecord(value)], async () => {
    // what arrived is given back by then
    await new Promise(setImmediate);
    used = room.used;
  });
  // the response, and the text of the beginning
  expect(used).toBeGreaterThan(value.length + 64 * 1024);
  expect(used).toBeLessThan(18 * 1024 * 1024);
  expect(messages).toEqual([`"${'a'.repeat(64 * 1024)}… (cut: the message has ${value.length} bytes)"`]);
  expect(refusal).toBe(`the message has ${value.length} bytes, which is too large for an event`);
});

/** The room of a server with 256 MB. */
function enterSmallRoom(): void {
  room = new ReadRoom(64 * 1024 * 1024);
  share = room.enter('p');
}

it('a small server reads messages as large as an event may be', { timeout: 60_000 }, async () => {
  enterSmallRoom();
  const value = Buffer.alloc(6 * 1024 * 1024, 'a');
  const { messages, refusal } = await firstBatch([kafkaRecord(value)]);
  expect({ chars: messages[0]?.length, refusal }).toEqual({ chars: value.length + 2, refusal: undefined });
});

it('a response that a small server can never hold is refused at once, with both sizes', async () => {
  enterSmallRoom();
  const batch = kafkaBatch(kafkaRecord(Buffer.alloc(9 * 1024 * 1024)), 1);
  const error = await read({ answers: { fetch: () => kafkaRecords([batch]) } });
  expect(error).toMatch(/the broker announced a response of 94\d{5} bytes; the server can hold 8388608/);
  share.end();
  expect(room.used).toBe(0);
});

it('a small server asks for smaller responses', async () => {
  enterSmallRoom();
  const requested = Promise.withResolvers<number>();
  const fetch = (request: Buffer): Buffer => {
    requested.resolve(request.readInt32BE(12));
    return kafkaRecords();
  };
  const ended = read({ answers: { fetch } });
  expect(await requested.promise).toBe(1024 * 1024);
  control.abort();
  expect(await ended).toBe('none');
});
