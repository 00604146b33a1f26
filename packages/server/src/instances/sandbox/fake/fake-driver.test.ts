import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ConformanceHarness, describeSandboxDriver, PROGRAMS, type ProgramName } from '../conformance.ts';
import type { SandboxSpec } from '../sandbox.ts';
import { type FakeFunction, HANG } from './behaviour.ts';
import { FakeSandboxDriver } from './fake-driver.ts';
import type { FakePeer } from './fake-peer.ts';
import { encodeFrame, type Frame, FrameReader } from './frames.ts';

const IMITATIONS: Record<ProgramName, (peer: FakePeer) => void> = {
  endWithSeven: (peer) => peer.exit(7),
  endAtOnce: (peer) => peer.exit(0),
  waitForEver: () => {},
  ignoreSignals: () => {},
  greet: (peer) => {
    peer.output('hello\n');
    peer.output('trouble\n', 'stderr');
  },
  flood: (peer) => peer.output('x'.repeat(8192)),
  killItself: (peer) => peer.crash('SIGSEGV'),
  exhaustMemory: (peer) => peer.exhaustMemory(128 << 20),
};

const nothing: FakeFunction['handler'] = () => '';

function imitate({ command }: SandboxSpec): FakeFunction {
  const names = Object.keys(PROGRAMS) as ProgramName[];
  const name = names.find((candidate) => PROGRAMS[candidate] === command[2]) ?? 'waitForEver';
  return { handler: nothing, onStart: IMITATIONS[name], peakMemoryBytes: 1 };
}

async function listen(): Promise<{ server: Server; path: string; close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'funcgraph-fake-'));
  const path = join(folder, 'link.sock');
  const server = createServer().listen(path);
  await once(server, 'listening');
  const close = async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { server, path, close };
}

function specFor(linkSocket: string, id: string, script: string): SandboxSpec {
  const sizes = { memoryBytes: 128 << 20, cpuMillis: 300, tmpBytes: 512 << 20, maxProcesses: 1024, maxFiles: 1024 };
  return { id, command: ['/bin/sh', '-c', script], env: {}, workingDir: '/', binds: [], linkSocket, ...sizes };
}

async function makeHarness(): Promise<ConformanceHarness> {
  const { path, close, server } = await listen();
  server.on('connection', (socket) => socket.resume().on('error', () => {}));
  const driver = new FakeSandboxDriver(imitate);
  return {
    driver,
    spec: async (id, program) => specFor(path, id, PROGRAMS[program]),
    codelessSpec: async (id, program) => specFor(path, id, PROGRAMS[program]),
    assignment: () => ({ memoryBytes: 64 << 20, cpuMillis: 100, binds: [] }),
    leftovers: async () => [...driver.running.keys()],
    dispose: close,
  };
}

describeSandboxDriver('fake', makeHarness, { limitsMemory: true, canAssign: true });

describe('the link of a fake sandbox', () => {
  async function withFunction(fn: FakeFunction, use: (link: Link) => Promise<void>): Promise<void> {
    const { server, path, close } = await listen();
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const driver = new FakeSandboxDriver(fn);
    const sandbox = await driver.start(specFor(path, 'one', ''), new AbortController().signal);
    const [socket] = await connected;
    try {
      await use(new Link(socket));
    } finally {
      await sandbox.stop();
      socket.destroy();
      await close();
    }
  }

  it('sends hello, becomes ready and answers events', async () => {
    await withFunction({ handler: (event) => `got ${event}` }, async (link) => {
      expect(await link.next()).toMatchObject({ header: { type: 'hello', protocol: 1 } });
      link.send({ type: 'init' });
      expect(await link.next()).toMatchObject({ header: { type: 'ready' } });
      link.send({ type: 'invoke', requestId: 'r1' }, 'ping');
      const { header, body } = await link.next();
      expect(header).toEqual({ type: 'result', requestId: 'r1', code: 0 });
      expect(body.toString()).toBe('got ping');
    });
  });

  it('turns a thrown error into a result with its code', async () => {
    const handler = () => {
      throw new Error('boom');
    };
    await withFunction({ handler }, async (link) => {
      await link.next();
      link.send({ type: 'invoke', requestId: 'r2' }, '');
      const { header, body } = await link.next();
      expect(header).toMatchObject({ requestId: 'r2', code: 4002 });
      expect(body.toString()).toContain('boom');
    });
  });

  it('receives no frames while it is frozen', async () => {
    const heard: string[] = [];
    const { server, path, close } = await listen();
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const driver = new FakeSandboxDriver({ handler: (event) => `${heard.push(String(event))}` });
    const sandbox = await driver.start(specFor(path, 'one', ''), new AbortController().signal);
    const [socket] = await connected;
    const link = new Link(socket);
    await link.next();
    await sandbox.freeze();
    await new Promise<void>((resolve) => {
      socket.write(encodeFrame({ type: 'invoke', requestId: 'r1' }, Buffer.from('late')), () => resolve());
    });
    expect(heard).toEqual([]);
    const binds = [{ source: '/data/tree', target: '/opt/function/code' }];
    await sandbox.assign({ memoryBytes: 64 << 20, cpuMillis: 100, binds });
    expect(sandbox.assignment).toMatchObject({ binds });
    expect(await link.next()).toMatchObject({ header: { type: 'result', requestId: 'r1' } });
    expect(heard).toEqual(['late']);
    await sandbox.stop();
    socket.destroy();
    await close();
  });

  it('can hang, send garbage and crash', async () => {
    const handler: FakeFunction['handler'] = (event, _invoke, peer) => {
      if (String(event) === 'garbage') peer.sendRaw(Buffer.from('00000002ff', 'hex'));
      if (String(event) === 'crash') peer.crash();
      return HANG;
    };
    await withFunction({ handler }, async (link) => {
      await link.next();
      link.send({ type: 'invoke', requestId: 'r3' }, 'hang');
      link.send({ type: 'invoke', requestId: 'r4' }, 'garbage');
      expect((await link.raw()).toString('hex')).toBe('00000002ff');
      link.send({ type: 'invoke', requestId: 'r5' }, 'crash');
      await link.closed();
    });
  });
});

/** The server's end of a link, one frame or chunk at a time. */
class Link {
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #frames: Frame[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => {});
  }

  send(header: object, body = ''): void {
    this.#socket.write(encodeFrame(header, Buffer.from(body)));
  }

  async next(): Promise<Frame> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) return frame;
      this.#frames.push(...this.#reader.push(await this.raw()));
    }
  }

  async raw(): Promise<Buffer> {
    const [chunk] = (await once(this.#socket, 'data')) as [Buffer];
    return chunk;
  }

  async closed(): Promise<void> {
    if (!this.#socket.closed) await once(this.#socket.resume(), 'close');
  }
}
