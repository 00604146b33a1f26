import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { kafkaSockets } from './kafka-socket.ts';

const LIMITS = { connections: 2, responseBytes: 1000 };
const LOCAL: ReadonlySet<string> = new Set(['127.0.0.1']);

let server: Server;
let port: number;
/** What the broker sends to each connection. */
let sends: readonly Buffer[];

beforeEach(async () => {
  sends = [];
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    for (const bytes of sends) socket.write(bytes);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  port = (server.address() as { port: number }).port;
});
afterEach(() => server.close());

const open = (make: ISocketFactory, host = '127.0.0.1', ssl?: object): Socket =>
  make({
    host,
    port,
    onConnect: () => undefined,
    ...(ssl === undefined ? {} : { ssl }),
  } as Parameters<ISocketFactory>[0]);
const errorOf = async (socket: Socket): Promise<string> => {
  const [error] = (await once(socket, 'error')) as [Error];
  return error.message;
};
const response = (length: number, body = length): Buffer => {
  const bytes = Buffer.alloc(4 + body);
  bytes.writeInt32BE(length);
  return bytes;
};

it('a broker that a cluster announces inside the own network is refused', async () => {
  const make = kafkaSockets(new Set(), LIMITS);
  expect(await errorOf(open(make))).toContain("inside the server's own network");
  expect(await errorOf(open(make, 'localhost'))).toContain("inside the server's own network");
  expect(await errorOf(open(make, 'no host/at all'))).toContain('announces a broker at "no host/at all"');
});

it('a cluster has a bounded number of connections', async () => {
  const make = kafkaSockets(LOCAL, LIMITS);
  const [first, second] = [open(make), open(make)];
  expect(await errorOf(open(make))).toContain('more than 2 brokers');
  first.destroy();
  await once(first, 'close');
  const third = open(make);
  await once(third, 'connect');
  second.destroy();
  third.destroy();
});

it.each([
  ['too large', response(1001, 0)],
  ['of a negative size', response(-1, 0)],
  ['too large after others', Buffer.concat([response(1000), response(5), response(2000, 0)])],
])('a response that is announced as %s ends the connection', async (_, bytes) => {
  // in pieces of any size
  sends = [bytes.subarray(0, 2), bytes.subarray(2, 1003), bytes.subarray(1003)];
  expect(await errorOf(open(kafkaSockets(LOCAL, LIMITS)))).toMatch(/announced a response of (1001|-1|2000) bytes/);
});
