import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect as connectTls, createSecureContext } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { limitHandshakes } from '../../lib/handshakes.ts';
import { tlsOptions } from './tls-options.ts';

let server: Server;
const silent: Socket[] = [];

beforeAll(async () => {
  const dir = mkdtempSync(join(tmpdir(), 'funcgraph-tls-'));
  const [keyFile, certFile] = [join(dir, 'key'), join(dir, 'cert')];
  const options = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=a'];
  execFileSync('openssl', [...options, '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' });
  const context = createSecureContext({ key: readFileSync(keyFile), cert: readFileSync(certFile) });
  rmSync(dir, { recursive: true });
  server = createServer(tlsOptions({ contextFor: (name) => (name === 'a.example' ? context : undefined) }));
  limitHandshakes(server, { all: 4, ofClient: 2 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  for (const socket of silent) socket.destroy();
  server.close();
});

const address = (): { host: string; port: number } => ({
  host: '127.0.0.1',
  port: (server.address() as AddressInfo).port,
});

async function openSilent(localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ ...address(), localAddress });
  socket.on('error', () => undefined).resume();
  silent.push(socket);
  await once(socket, 'connect');
  return socket;
}

function handshake(servername: string, localAddress = '127.0.0.1'): Promise<'done' | 'failed'> {
  return new Promise((resolve) => {
    const options: ConnectionOptions & { localAddress: string } = { ...address(), localAddress, servername };
    const socket = connectTls({ ...options, rejectUnauthorized: false }, () => {
      socket.destroy();
      resolve('done');
    });
    socket.on('error', () => resolve('failed'));
  });
}

it('closes connections beyond the number of unfinished handshakes, until one of these has ended', async () => {
  const first = await openSilent();
  await openSilent();
  expect(await handshake('a.example')).toBe('failed');
  // another client is served, until all together have too many
  expect(await handshake('a.example', '127.0.0.2')).toBe('done');
  await openSilent('127.0.0.3');
  await openSilent('127.0.0.4');
  expect(await handshake('a.example', '127.0.0.2')).toBe('failed');
  for (const socket of silent.splice(2)) socket.destroy();
  first.destroy();
  await expect.poll(() => handshake('a.example')).toBe('done');
  // each of them gives its place back, also one that fails
  for (let round = 0; round < 5; round += 1) {
    expect(await handshake('b.example')).toBe('failed');
    await expect.poll(() => handshake('a.example')).toBe('done');
  }
});
