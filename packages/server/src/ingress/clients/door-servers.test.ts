import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as listen, type Server } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Resident } from '../../domain/resident.ts';
import { ManualClock } from '../../lib/manual-clock.ts';
import { DoorServers } from './door-servers.ts';

const RESIDENT: Resident = { projectId: 'p', functionKey: 'p:default:f', instanceId: 'i', depths: () => [] };

let doors: DoorServers;
let sandbox: Server;

beforeEach(async () => {
  doors = new DoorServers(new ManualClock());
  sandbox = listen((socket) => doors.accept(80, socket, RESIDENT)).listen(0, '127.0.0.1');
  await once(sandbox, 'listening');
});
afterEach(() => {
  doors.stop();
  sandbox.close();
});

const open = () => connect((sandbox.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});

it('closes connections before the platform serves them', async () => {
  await once(open(), 'close');
});

it('cuts a head that arrives too slowly, on a server that listens on no port', async () => {
  const server = createServer({ headersTimeout: 50, connectionsCheckingInterval: 20 }, (_, response) => response.end());
  doors.serve('api', server);
  const socket = open();
  socket.write('GET / HTTP/1.1\r\nHost:');
  await once(socket.resume(), 'close');
});

it('names the address of each port in a variable of the function', () => {
  expect(doors.env).toEqual({
    RUNTIME_PLATFORM_ENDPOINT: 'http://platform.internal',
    RUNTIME_GATEWAY_ENDPOINT: 'http://platform.internal:81',
    RUNTIME_STORAGE_ENDPOINT: 'http://platform.internal:82',
  });
  expect(doors.ports).toEqual([80, 81, 82]);
});

it('breaks the remaining connections when it stops', async () => {
  doors.serve(
    'api',
    createServer((_, response) => response.end('x')),
  );
  const socket = open();
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'data');
  const closed = once(socket, 'close');
  doors.stop();
  await closed;
});
