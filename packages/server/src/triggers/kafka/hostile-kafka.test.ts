import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { ReadRoom } from '../brokers/read-room.ts';
import { eachFrame, framed, int32 } from '../brokers/testing-kafka-frames.ts';
import { consumeKafka } from './consume-kafka.ts';

/** Bytes after the head of a request of Kafka: what it asks for, its version and its number. */
const NUMBER_AT = 4;

let server: Server;
afterEach(() => server.close());

/** Ends with the error of a consumer of a broker that answers each request so. An uncaught exception fails the test. */
async function errorOf(answer: (request: Buffer) => Buffer): Promise<string> {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    eachFrame(socket, (request) => void socket.write(answer(request)));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as { port: number };
  const connection = {
    brokers: [{ host: '127.0.0.1', port }],
    settings: { topics: ['orders'], tls: false, user: '', batchSize: 1 },
    password: undefined,
    group: 'g',
    allowed: new Set(['127.0.0.1']),
    failures: 0,
    share: new ReadRoom(1e9).enter('p'),
  };
  const { signal } = new AbortController();
  const handle = () => Promise.reject(new Error('no message arrives'));
  const failed = consumeKafka(connection, { signal, onConnected: () => undefined, handle });
  return failed.then(
    () => 'none',
    ({ message }: Error) => message,
  );
}

it.each([
  ['of no byte', framed(Buffer.alloc(0)), 'a response that cannot be read'],
  ['of one byte', framed(Buffer.alloc(1)), 'a response that cannot be read'],
  ['of three bytes', framed(Buffer.alloc(3)), 'a response that cannot be read'],
  ['of the length -1', int32(-1), 'announced a response of -1 bytes'],
  ['of a negative length with bytes behind', Buffer.concat([int32(-8), Buffer.alloc(64)]), 'a response of -8 bytes'],
])('a response %s ends its connection, with an error that says so', async (_, response, error) => {
  expect(await errorOf(() => response)).toContain(error);
});

it('a response without what it should have ends its connection', async () => {
  const number = (request: Buffer): Buffer => request.subarray(NUMBER_AT, NUMBER_AT + 4);
  expect(await errorOf((request) => framed(number(request)))).not.toBe('none');
});
