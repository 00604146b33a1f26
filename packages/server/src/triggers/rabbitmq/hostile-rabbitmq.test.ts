import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Secret } from '../../lib/secret.ts';
import type { BrokerBatch } from '../brokers/broker-session.ts';
import { ReadRoom } from '../brokers/read-room.ts';
import {
  HostileRabbitmq,
  RABBITMQ_HEAD_BYTES,
  type RabbitmqAnswer,
  rabbitmqContent,
  rabbitmqDelivery,
  rabbitmqMethod,
  rabbitmqProperties,
  rabbitmqQueue,
  rabbitmqStart,
} from '../brokers/testing-hostile-rabbitmq.ts';
import { consumeRabbitmq } from './consume-rabbitmq.ts';

let rabbitmq: HostileRabbitmq;
let control: AbortController;
let room: ReadRoom;
beforeEach(() => {
  control = new AbortController();
  room = new ReadRoom(512 * 1024 * 1024);
});
afterEach(() => {
  control.abort();
  rabbitmq.stop();
});

interface Options {
  readonly answers?: Record<string, RabbitmqAnswer>;
  /** What it sends when a client connects. */
  readonly greet?: (socket: Socket) => void;
  readonly answerMs?: number;
  readonly batchSize?: number;
  readonly handle?: (batch: BrokerBatch) => Promise<void>;
}

/** The error of a session with a broker that answers so; `none` when it ended without one. */
async function read({ answers = {}, greet, answerMs = 60_000, batchSize = 100, handle }: Options): Promise<string> {
  rabbitmq = await HostileRabbitmq.start({ answers, greet });
  return consumeRabbitmq(
    {
      broker: { host: '127.0.0.1', port: rabbitmq.port },
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

it('a handshake that arrives byte by byte ends when its time is over', async () => {
  const greet = (socket: Socket): void => {
    const bytes = rabbitmqStart();
    let at = 0;
    const drip = setInterval(() => {
      socket.write(bytes.subarray(at, at + 1));
      at = (at + 1) % (bytes.length - 1);
    }, 20);
    socket.on('close', () => clearInterval(drip));
  };
  expect(await read({ greet, answerMs: 500 })).toBe('the broker did not end the handshake for 0.5 s');
  await expect.poll(() => rabbitmq.sockets.size, { timeout: 10_000 }).toBe(0);
});

it('a session that ends during the handshake ends at once', async () => {
  const greeted = Promise.withResolvers<void>();
  const ended = read({ greet: () => greeted.resolve() });
  await greeted.promise;
  control.abort();
  expect(await ended).not.toBe('none');
  await expect.poll(() => rabbitmq.sockets.size, { timeout: 10_000 }).toBe(0);
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
      socket.write(rabbitmqMethod('BasicConsumeOk', { consumerTag: 'c' }));
      return Buffer.concat(Array.from({ length: sent }, (_, at) => rabbitmqDelivery(at + 1)));
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
      return rabbitmqQueue(5);
    },
    // a full first batch is followed by messages that arrive by themselves
    BasicConsume: () => {
      consumers += 1;
      return Buffer.concat([rabbitmqMethod('BasicConsumeOk', { consumerTag: 'c' }), rabbitmqDelivery(consumers)]);
    },
    BasicGet: () =>
      Buffer.concat([
        rabbitmqMethod('BasicGetOk', {
          deliveryTag: 9,
          redelivered: false,
          exchange: 'e',
          routingKey: '',
          messageCount: 5,
        }),
        rabbitmqContent(),
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
  const head = rabbitmqProperties({ headers: {} });
  // its headers are empty, with a length of four bytes before the end of the frame
  const frame = Buffer.concat([head.subarray(0, -5), size, table, Buffer.from([0xce])]);
  frame.writeUInt32BE(frame.length - RABBITMQ_HEAD_BYTES - 1, 3);
  const deliver = rabbitmqMethod('BasicDeliver', {
    ...{ consumerTag: 'c', deliveryTag: 1, redelivered: false, exchange: 'e', routingKey: '' },
  });
  const answers = {
    BasicConsume: () => Buffer.concat([rabbitmqMethod('BasicConsumeOk', { consumerTag: 'c' }), deliver, frame]),
  };
  expect(await read({ answers })).toMatch(/call stack/);
});
