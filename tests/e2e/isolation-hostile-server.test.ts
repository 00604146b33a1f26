import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type AgentProcess, spawnAgent } from '../../packages/server/src/instances/sandbox/agent/agent-process.ts';
import { hostileOrders, type Order } from './isolation/hostile-orders.ts';
import { agentGroups, SandboxBench, subfolders } from './isolation/sandbox-bench.ts';

const isRoot = process.getuid?.() === 0;
const SECRET = 'the-secret-of-another-tenant';

interface Reply {
  readonly seq?: number;
  readonly ok?: boolean;
  readonly code?: string;
  readonly error?: string;
  readonly event?: string;
}

/** Swaps a folder and a symbolic link at one name, as fast as it can. */
const SWAPPER = `
const fs = require('node:fs');
const [name, folder, link] = process.argv.slice(1);
for (;;) {
  fs.renameSync(folder, name); fs.renameSync(name, folder);
  fs.renameSync(link, name); fs.renameSync(name, link);
}`;

describe.runIf(isRoot)('an agent whose server was taken over', () => {
  let bench: SandboxBench;
  let agent: AgentProcess;
  let runDir: string;
  const replies: Reply[] = [];

  beforeAll(async () => {
    bench = await SandboxBench.open();
    runDir = bench.makeFolder('run-of-hostile');
    agent = spawnAgent({ runDir, volumesDir: bench.makeFolder('volumes-of-hostile'), rules: bench.rules });
    let pending = '';
    agent.socket.setEncoding('utf8');
    agent.socket.on('data', (chunk: string) => {
      const lines = (pending + chunk).split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) replies.push(JSON.parse(line) as Reply);
    });
    await vi.waitFor(() => expect(replies[0]?.event).toBe('ready'), { timeout: 30_000 });
    makeTraps();
  });
  afterAll(async () => {
    await bench.dispose();
    rmSync(secretFolder(), { recursive: true, force: true });
  });

  /** What a server that is the owner of its folders could put there. */
  function makeTraps(): void {
    mkdirSync(secretFolder(), { mode: 0o700 });
    writeFileSync(join(secretFolder(), 'secret'), SECRET, { mode: 0o600 });
    for (const place of ['code', 'links/s', 'shared', 'images'].map((name) => bench.makeFolder(name))) {
      for (const [name, target] of Object.entries(TRAPS)) symlinkSync(target, join(place, name));
      symlinkSync(secretFolder(), join(place, 'to-secret'));
    }
  }

  // Beside the bench: nothing below it is out of reach by itself.
  const secretFolder = () => `${bench.folder}-secret`;

  async function refused(orders: readonly Order[]): Promise<void> {
    const first = 1_000 + replies.length * 1_000;
    orders.forEach(({ request }, at) => {
      const line = typeof request === 'string' ? request : JSON.stringify({ ...request, seq: first + at });
      agent.socket.write(`${line}\n`);
    });
    const numbered = orders
      .map((order, at) => ({ ...order, seq: first + at }))
      .filter(({ request }) => typeof request !== 'string');
    const answered = () => numbered.filter(({ seq }) => replies.some((reply) => reply.seq === seq)).length;
    await expect.poll(answered, { timeout: 40_000, interval: 50 }).toBe(numbered.length);
    const wrong = numbered.filter(({ seq, code }) => {
      const reply = replies.find((one) => one.seq === seq);
      return reply?.ok !== false || (code !== undefined && reply.code !== code);
    });
    expect(wrong.map(({ what, request }) => ({ what, request }))).toEqual([]);
  }

  it('refuses hostile orders of all kinds, more than 200 of them', async () => {
    const before = statSync(join(secretFolder(), 'secret'));
    const orders = hostileOrders({
      spec: await bench.spec(['/bin/true']),
      folder: bench.folder,
      secret: secretFolder(),
    });
    expect(orders.length).toBeGreaterThan(200);
    await refused(orders);
    expect(agent.child.exitCode).toBe(null);
    const after = statSync(join(secretFolder(), 'secret'));
    expect([after.uid, after.gid, after.mode, after.nlink]).toEqual([
      before.uid,
      before.gid,
      before.mode,
      before.nlink,
    ]);
    expect(replies.filter(({ ok }) => ok === true)).toEqual([]);
  });

  it('shows nothing else while names change under its eyes', async () => {
    const at = join(bench.folder, 'code');
    const harmless = join(at, 'harmless');
    mkdirSync(harmless, { mode: 0o755 });
    writeFileSync(join(harmless, 'secret'), 'harmless', { mode: 0o644 });
    symlinkSync(secretFolder(), join(at, 'swapped-link'));
    const swapper: ChildProcess = spawn(process.execPath, [
      ...['-e', SWAPPER, join(at, 'swap'), harmless, join(at, 'swapped-link')],
    ]);
    const seen = { refused: 0, harmless: 0 };
    try {
      for (let round = 0; round < 25; round++) {
        const binds = [{ source: join(at, 'swap'), target: '/opt/function/code' }];
        const ended = await bench.run(['/bin/cat', '/opt/function/code/secret'], { binds }).catch(() => undefined);
        expect(JSON.stringify(ended ?? '')).not.toContain(SECRET);
        seen[ended?.stdout === 'harmless' ? 'harmless' : 'refused'] += 1;
      }
    } finally {
      swapper.kill('SIGKILL');
      await once(swapper, 'exit');
    }
    expect(seen.harmless + seen.refused).toBe(25);
  });

  it('ends at a frame without end, and leaves nothing', async () => {
    const owners = subfolders(runDir);
    expect(owners).toHaveLength(1);
    const groups = () => agentGroups().filter((group) => owners.some((owner) => group.endsWith(`funcgraph-${owner}`)));
    expect(groups().flatMap((group) => subfolders(group))).toEqual([]);
    const exited = once(agent.child, 'exit');
    agent.socket.on('error', () => {});
    agent.socket.write('x'.repeat(5 << 20));
    expect(await exited).toEqual([0, null]);
    expect([readdirSync(runDir), readdirSync(bench.makeFolder('volumes-of-hostile'))]).toEqual([[], []]);
    expect(groups()).toEqual([]);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(runDir);
    expect(existsSync(join(secretFolder(), 'secret'))).toBe(true);
  });
});

const TRAPS = {
  'to-root': '/',
  'to-etc': '/etc',
  'to-shadow': '/etc/shadow',
  'to-proc': '/proc/self/root',
  'to-up': '../..',
};
