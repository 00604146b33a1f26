import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Secret } from '../../lib/secret.ts';
import type { BrokerBatch } from '../brokers/broker-session.ts';
import { ReadRoom } from '../brokers/read-room.ts';
import { consumeRabbitmq } from './consume-rabbitmq.ts';

type Encode = (id: number, channel: number, ...fields: readonly unknown[]) => Buffer;

const require = createRequire(import.meta.url);
/** The package does not export how it writes frames. */
const defs = require(join(dirname(require.resolve('amqplib')), 'lib/defs.js')) as {
  readonly encodeMethod: Encode;
  readonly encodeProperties: Encode;
} & Record<string, number>;
const HEAD_BYTES = 7;
const METHOD = 1;
const BODY = 3;
const CHANNEL = 1;

type Answer = (socket: Socket) => Buffer | undefined;
const method = (name: string, fields: object): Buffer =>
  defs.encodeMethod(defs[name] ?? 0, name.startsWith('Connection') ? 0 : CHANNEL, fields);
const declared = (messageCount: number): Buffer =>
  method('QueueDeclareOk', { queue: 'q', messageCount, consumerCount: 0 });

/** By the request that it answers: as a broker in order with an empty queue. */
const USUAL: Record<string, Answer> = {
  ConnectionStartOk: () => method('ConnectionTune', { channelMax: 10, frameMax: 131_072, heartbeat: 0 }),
  ConnectionTuneOk: () => undefined,
  ConnectionOpen: () => method('ConnectionOpenOk', {}),
  ConnectionClose: () => method('ConnectionCloseOk', {}),
  ChannelOpen: () => method('ChannelOpenOk', {}),
  ChannelClose: () => method('ChannelCloseOk', {}),
  ExchangeDeclare: () => method('ExchangeDeclareOk', {}),
  QueueDeclare: () => declared(0),
  QueueBind: () => method('QueueBindOk', {}),
  BasicQos: () => method('BasicQosOk', {}),
  BasicConsume: () => method('BasicConsumeOk', { consumerTag: 'c' }),
  BasicCancel: () => method('BasicCancelOk', { consumerTag: 'c' }),
  BasicGet: () => method('BasicGetEmpty', {}),
  BasicAck: () => undefined,
};

let server: Server;
let control: AbortController;
let room: ReadRoom;
const sockets = new Set<Socket>();
beforeEach(() => {
  control = new AbortController();
  room = new ReadRoom(512 * 1024 * 1024);
});
afterEach(() => {
  control.abort();
  for (const socket of sockets) socket.destroy();
  server.close();
});

interface Options {
  readonly answers?: Record<string, Answer>;
  /** What it sends when a client connects. */
  readonly greet?: (socket: Socket) => void;
  readonly answerMs?: number;
  readonly batchSize?: number;
  readonly handle?: (batch: BrokerBatch) => Promise<void>;
}

const start = (): Buffer =>
  method('ConnectionStart', { serverProperties: {}, mechanisms: Buffer.from('PLAIN'), locales: Buffer.from('en_US') });

/** The error of a session with a broker that answers so; `none` when it ended without one. */
async function read({ answers = {}, greet, answerMs = 60_000, batchSize = 100, handle }: Options): Promise<string> {
  const all: Record<string, Answer> = { ...USUAL, ...answers };
  const byId = new Map(Object.entries(all).map(([name, answer]) => [defs[name], answer] as const));
  server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.on('close', () => sockets.delete(socket));
    let bytes = Buffer.alloc(0);
    let isGreeted = false;
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (!isGreeted) {
        isGreeted = true;
        bytes = bytes.subarray(8);
        if (greet === undefined) socket.write(start());
        else greet(socket);
      }
      while (bytes.length >= HEAD_BYTES && bytes.length > HEAD_BYTES + bytes.readUInt32BE(3)) {
        const end = HEAD_BYTES + bytes.readUInt32BE(3) + 1;
        const answer = bytes[0] === METHOD ? byId.get(bytes.readUInt32BE(HEAD_BYTES))?.(socket) : undefined;
        if (answer !== undefined) socket.write(answer);
        bytes = bytes.subarray(end);
      }
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return consumeRabbitmq(
    {
      broker: { host: '127.0.0.1', port },
      settings: { user: 'u', vhost: '/', exchange: 'orders', tls: false, batchSize },
      password: new Secret('secret'),
      queue: 'q',
      allowed: new Set(['127.0.0.1']),
      share: room.enter('p'),
      answerMs,
    },
    { signal: control.signal, onConnected: () => undefined, handle: handle ?? (() => Promise.resolve()) },
  ).then(
    () => 'none',
    ({ message }: Error) => message,
  );
}

function delivery(tag: number, properties: object = {}): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head[0] = BODY;
  head.writeUInt16BE(CHANNEL, 1);
  head.writeUInt32BE(1, 3);
  return Buffer.concat([
    method('BasicDeliver', { consumerTag: 'c', deliveryTag: tag, redelivered: false, exchange: 'e', routingKey: '' }),
    defs.encodeProperties(defs.BasicProperties ?? 0, CHANNEL, 1, properties),
    ...[head, Buffer.from('a'), Buffer.from([0xce])],
  ]);
}

it('a handshake that arrives byte by byte ends when its time is over', async () => {
  const greet = (socket: Socket): void => {
    const bytes = start();
    let at = 0;
    const drip = setInterval(() => {
      socket.write(bytes.subarray(at, at + 1));
      at = (at + 1) % (bytes.length - 1);
    }, 20);
    socket.on('close', () => clearInterval(drip));
  };
  expect(await read({ greet, answerMs: 500 })).toBe('the broker did not end the handshake for 0.5 s');
  await expect.poll(() => sockets.size, { timeout: 10_000 }).toBe(0);
});

it('a session that ends during the handshake ends at once', async () => {
  const greeted = Promise.withResolvers<void>();
  const ended = read({ greet: () => greeted.resolve() });
  await greeted.promise;
  control.abort();
  expect(await ended).not.toBe('none');
  await expect.poll(() => sockets.size, { timeout: 10_000 }).toBe(0);
});

it.each(['ChannelOpen', 'ExchangeDeclare', 'QueueDeclare', 'BasicConsume'])(
  'a broker that never answers %s ends the session',
  { timeout: 30_000 },
  async (request) => {
    const error = await read({ answers: { [request]: () => undefined }, answerMs: 500 });
    expect(error).toBe('the broker did not answer for 0.5 s');
  },
);

it('a broker that sends more messages than fit into a batch ends the session, and they are not held', async () => {
  const sent = 5_000;
  const answers = {
    BasicConsume: (socket: Socket) => {
      socket.write(method('BasicConsumeOk', { consumerTag: 'c' }));
      return Buffer.concat(Array.from({ length: sent }, (_, at) => delivery(at + 1)));
    },
  };
  expect(await read({ answers, batchSize: 10 })).toBe('the broker sent more than 20 messages for one batch');
});

it('a broker that says that messages are coming, and sends none, is asked less and less often', async () => {
  const requested: number[] = [];
  const enough = Promise.withResolvers<void>();
  let consumers = 0;
  const answers = {
    QueueDeclare: () => {
      if (consumers > 1) requested.push(performance.now());
      if (requested.length === 9) enough.resolve();
      return declared(5);
    },
    // a full first batch is followed by messages that arrive by themselves
    BasicConsume: () => {
      consumers += 1;
      return Buffer.concat([method('BasicConsumeOk', { consumerTag: 'c' }), delivery(consumers)]);
    },
    BasicGet: () =>
      Buffer.concat([
        method('BasicGetOk', { deliveryTag: 9, redelivered: false, exchange: 'e', routingKey: '', messageCount: 5 }),
        delivery(9).subarray(
          method('BasicDeliver', {
            consumerTag: 'c',
            deliveryTag: 9,
            redelivered: false,
            exchange: 'e',
            routingKey: '',
          }).length,
        ),
      ]),
  };
  const ended = read({ answers, batchSize: 2 });
  await enough.promise;
  // 2 + 4 + 8 + 16 + 32 + 64 + 128 + 256 ms
  expect((requested[8] ?? 0) - (requested[0] ?? 0)).toBeGreaterThan(400);
  control.abort();
  expect(await ended).toBe('none');
});

it('a table of arguments that is nested thousands of times ends the session', async () => {
  const depth = 20_000;
  const levels = Buffer.concat(Array.from({ length: depth }, () => Buffer.from([0x41, 0, 1, 0xff, 0xff])));
  const table = Buffer.concat([Buffer.from([1, 0x61]), levels]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(table.length);
  const head = defs.encodeProperties(defs.BasicProperties ?? 0, CHANNEL, 1, { headers: {} });
  // its headers are empty, with a length of four bytes before the end of the frame
  const frame = Buffer.concat([head.subarray(0, -5), size, table, Buffer.from([0xce])]);
  frame.writeUInt32BE(frame.length - HEAD_BYTES - 1, 3);
  const deliver = method('BasicDeliver', {
    ...{ consumerTag: 'c', deliveryTag: 1, redelivered: false, exchange: 'e', routingKey: '' },
  });
  const answers = {
    BasicConsume: () => Buffer.concat([method('BasicConsumeOk', { consumerTag: 'c' }), deliver, frame]),
  };
  expect(await read({ answers })).toMatch(/call stack/);
});
