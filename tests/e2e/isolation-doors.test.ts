import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import type { Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SandboxDoors } from '../../packages/server/src/instances/start/platform-doors.ts';
import { PATIENCE } from '../functions.ts';
import { inside } from './isolation/probing.ts';
import { bridgesOf, SandboxBench } from './isolation/sandbox-bench.ts';

const PROBE = ['/usr/bin/python3', '/opt/function/code/probe.py'];
const DOORS = { doors: [80, 81] };
const RESIDENT = { projectId: 'p', functionKey: 'p:default:f', instanceId: 'i', depths: () => [] };
const isRoot = process.getuid?.() === 0;

describe.each([
  ['root', {}],
  ['an ordinary user', { uid: 65_534 }],
])('a sandbox of an agent that runs as %s', (name, options) => {
  let bench: SandboxBench;
  /** Answers with the port that a connection came through. */
  let http: HttpServer;

  beforeAll(async () => {
    bench = await SandboxBench.open(options);
    http = createServer(({ socket }, response) => response.end(`port ${socket.localPort}`));
  });
  afterAll(() => bench?.dispose());

  /** Runs a probe whose sandbox has doors, which this process serves. */
  async function probe(...command: readonly string[]): Promise<string> {
    const sandbox = await bench.start([...PROBE, 'when_open', ...command], DOORS);
    sandbox.onDoor((_, server) => server.on('connection', (socket) => http.emit('connection', socket)));
    let text = '';
    sandbox.onOutput((output) => {
      text += output.text;
    });
    await sandbox.exited;
    await sandbox.stop();
    return text;
  }

  it.skipIf(!isRoot)('reaches the platform by name, at the ports of its doors and no other', async () => {
    expect(await probe('fetch', 'platform.internal', '80')).toContain('port 80');
    expect(await probe('fetch', 'platform.internal', '81')).toContain('port 81');
    for (const port of ['22', '82', '8080']) {
      expect(await probe('connect_tcp', 'platform.internal', port)).toContain('ECONNREFUSED');
    }
    expect(await probe('connect_tcp', '127.0.0.1', '80')).toContain('ECONNREFUSED');
  });

  it.skipIf(!isRoot)('reaches no door without having one, and no other sandbox reaches its doors', async () => {
    const owner = await bench.start(['/bin/sleep', '60'], DOORS);
    const opened = Promise.withResolvers<Server>();
    owner.onDoor((port, server) => (port === 80 ? opened.resolve(server) : undefined));
    const server = await opened.promise;
    server.on('connection', () => expect.unreachable('a connection from another sandbox'));
    expect(await inside(bench, 'connect_tcp', ['platform.internal', '80'])).toEqual({ errno: 'ECONNREFUSED' });
    expect(execFileSync('ss', ['-Hltn', 'src', '127.0.100.1'], { encoding: 'utf8' })).toBe('');
    await owner.stop();
  });

  it.skipIf(!isRoot || name !== 'root')('leaves no network behind when it ends with open connections', async () => {
    const { pid } = await bench.agent.ensureAgent();
    const wires = (): string[] =>
      bridgesOf(String(pid)).flatMap((bridge) => readdirSync(`/sys/class/net/${bridge}/brif`));
    expect(wires()).toEqual([]);
    const command = [...PROBE, 'when_open', 'hold_tcp', 'platform.internal', '80'];
    const sandbox = await bench.start(command, { ...DOORS, network: { kind: 'egress' } });
    const connected = new Promise<void>((resolve) => {
      const held = { exited: sandbox.exited, onDoor: sandbox.onDoor.bind(sandbox) };
      const accept = (): void => resolve();
      new SandboxDoors(held, { ports: DOORS.doors, debuggerPort: 83, env: {}, accept }).moveIn(RESIDENT);
    });
    await connected;
    expect(wires()).toHaveLength(1);
    await sandbox.stop();
    await expect.poll(wires, PATIENCE).toEqual([]);
  });

  it.skipIf(!isRoot)('refuses doors on ports on which functions may listen, and two on one port', async () => {
    await expect(bench.start(['/bin/true'], { doors: [1024] })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(bench.start(['/bin/sleep', '60'], { doors: [80, 80] })).rejects.toMatchObject({ code: 'DOOR_FAILED' });
  });

  it.skipIf(!isRoot)('opens doors again after its helper was killed', async () => {
    const helpers = execFileSync('pgrep', ['-f', 'native/build/doors'], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number);
    const { pid } = await bench.agent.ensureAgent();
    const own = helpers.find(
      (helper) => readFileSync(`/proc/${helper}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(pid),
    );
    expect(own).toBeDefined();
    process.kill(own ?? 0, 'SIGKILL');
    await expect
      .poll(() => probe('fetch', 'platform.internal', '80').catch((error: Error) => error.message))
      .toContain('port 80');
  });
});
