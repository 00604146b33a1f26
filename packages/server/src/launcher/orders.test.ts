import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LauncherMessage } from './messages.ts';
import { Orders } from './orders.ts';

const RULES = {
  code: [],
  images: [],
  links: '/nowhere',
  mounts: [],
  exports: [],
  interfaces: [],
  mountUsers: [],
  withoutIsolation: false,
  serverUser: 0,
};

describe('orders of the server', () => {
  let dir: string;
  let orders: Orders;
  let sent: LauncherMessage[];
  let sockets: Socket[];

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'funcgraph-orders-'));
    // stands for the agent: answers each line until the socket ends
    const program = join(dir, 'agent.cjs');
    writeFileSync(
      program,
      `#!${process.execPath}
const socket = new (require('node:net').Socket)({ fd: 3 });
socket.on('data', (data) => socket.write('heard ' + data));
socket.on('end', () => process.exit(0));
`,
    );
    chmodSync(program, 0o755);
    sent = [];
    sockets = [];
    const server = {
      connected: true,
      send: (message: unknown, socket?: unknown) => {
        sent.push(message as LauncherMessage);
        if (socket !== undefined) sockets.push(socket as Socket);
        return true;
      },
    };
    const runDir = join(dir, 'run');
    mkdirSync(join(runDir, 'links/s'), { recursive: true });
    orders = new Orders({ runDir, volumesDir: dir, rules: RULES, launcher: [program], asRoot: false }, server);
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    rmSync(dir, { recursive: true, force: true });
  });

  const ended = () => expect.poll(() => sent.at(-1)?.event).toBe('agent-ended');

  it('start an agent, whose socket is passed on, and another one when it has ended', async () => {
    expect(orders.take({ order: 'start-agent' })).toBe(true);
    const [socket] = sockets;
    const answer = new Promise((resolve) => socket?.once('data', (data) => resolve(data.toString())));
    socket?.write('hello');
    expect(await answer).toBe('heard hello');
    orders.take({ order: 'start-agent' });
    expect(sent.at(-1)).toEqual({ event: 'agent-failed', reason: 'another agent still runs' });
    expect(sockets).toHaveLength(1);
    orders.take({ order: 'kill-agent' });
    await ended();
    expect(sent.at(-1)).toMatchObject({ reason: 'it ended with SIGKILL' });
    orders.take({ order: 'start-agent' });
    expect(sockets).toHaveLength(2);
    sockets[1]?.end();
    await ended();
  });

  it('kill nothing when there is no agent', () => {
    expect(orders.take({ order: 'kill-agent' })).toBe(true);
    expect(sent).toEqual([]);
  });

  it('remove the run folder, and nothing that still holds something', async () => {
    const removed = () => expect.poll(() => sent.at(-1)).toEqual({ event: 'run-dir-removed' });
    writeFileSync(join(dir, 'run/links/s/socket'), '');
    orders.take({ order: 'remove-run-dir' });
    await removed();
    expect(existsSync(join(dir, 'run/links/s/socket'))).toBe(true);
    rmSync(join(dir, 'run/links/s/socket'));
    sent = [];
    orders.take({ order: 'remove-run-dir' });
    await removed();
    expect(existsSync(join(dir, 'run'))).toBe(false);
  });

  it.each([undefined, null, 1, 'start-agent', {}, { order: 'start' }, { order: ['start-agent'] }, { event: 'ready' }])(
    'are not %j',
    (message) => {
      expect(orders.take(message)).toBe(false);
      expect(sent).toEqual([]);
    },
  );
});
