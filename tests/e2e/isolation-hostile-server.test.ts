import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type AgentProcess, spawnAgent } from '@funcgraph/agent';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { groupNameOf } from '../../packages/agent/src/cgroup/group-owner.ts';
import { hostileOrders, type Order } from './isolation/hostile-orders.ts';
import { agentGroups, bridgesOf, MIB, SandboxBench, subfolders } from './isolation/sandbox-bench.ts';

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
    // `expect.poll` works inside tests only
    await vi.waitFor(() => expect(replies[0]?.event).toBe('ready'), { timeout: 120_000 });
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
    chmodSync(dirname(bench.makeFolder('system/closed/inner')), 0o700);
    for (const place of ['code', 'links/s', 'shared', 'images'].map((name) => bench.makeFolder(name))) {
      for (const [name, target] of Object.entries(TRAPS)) symlinkSync(target, join(place, name));
      symlinkSync(secretFolder(), join(place, 'to-secret'));
    }
  }

  // Beside the bench: nothing below it is out of reach by itself.
  const secretFolder = () => `${bench.folder}-secret`;

  /** Sends all at once; resolves with the replies when all have one. */
  async function answers(orders: readonly Order[]): Promise<(Order & { reply: Reply | undefined })[]> {
    const first = 1_000 + replies.length * 1_000;
    orders.forEach(({ request }, at) => {
      const line = typeof request === 'string' ? request : JSON.stringify({ ...request, seq: first + at });
      agent.socket.write(`${line}\n`);
    });
    const numbered = orders
      .map((order, at) => ({ ...order, seq: first + at }))
      .filter(({ request }) => typeof request !== 'string');
    const answered = () => numbered.filter(({ seq }) => replies.some((reply) => reply.seq === seq)).length;
    await expect.poll(answered, { timeout: 120_000, interval: 50 }).toBe(numbered.length);
    return numbered.map((order) => ({ ...order, reply: replies.find(({ seq }) => seq === order.seq) }));
  }

  async function refused(orders: readonly Order[]): Promise<void> {
    const wrong = (await answers(orders)).filter(
      ({ reply, code }) => reply?.ok !== false || (code !== undefined && reply.code !== code),
    );
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
    expect(existsSync(`/proc/${agent.pid}`)).toBe(true);
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

  const open = (id: string, cidr = '10.99.1.0/28') => ({
    what: `opens ${id} with ${cidr}`,
    request: { op: 'open-network', network: { id, cidr, nat: true } },
  });
  const close = (id: string) => ({ what: `closes ${id}`, request: { op: 'close-network', id } });

  it('holds back each network by rules, however networks are opened and closed', async () => {
    const [one, other, alike] = ['0a1b2c3d', '0b1b2c3d', '0a1b2c3d99'] as const;
    for (let round = 0; round < 5; round++) {
      await answers([open(one), open(other), open(alike), open(one, '10.99.2.0/28')]);
      expect(
        heldBack()
          .filter((bridge) => bridge.startsWith('fgn'))
          .sort(),
      ).toEqual(bridges().sort());
      const closing = answers([close(one), close(other)]);
      // One comes at each moment of the removal.
      for (let n = 0; n < 30; n++) {
        const { request } = open(n % 2 ? one : other);
        agent.socket.write(`${JSON.stringify({ ...request, seq: 10 })}\n`);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await closing;
      await answers([open(one)]);
      expect(bridges().filter((bridge) => !heldBack().includes(bridge))).toEqual([]);
      expect(bridges()).toHaveLength(1);
    }
    await answers([one, other, alike].map(close));
    expect(bridges()).toEqual([]);
  });

  it('touches no network of another server', async () => {
    const bridge = 'fgnfeed0123';
    execFileSync('ip', ['link', 'add', 'name', bridge, 'type', 'bridge']);
    execFileSync('ip', ['link', 'set', 'dev', bridge, 'alias', 'of-another-server']);
    try {
      const code = 'NETWORK_TAKEN';
      await refused(['feed0123', 'feed0123feed'].map((id) => ({ ...open(id), code })));
      await answers(['feed0123', 'feed0123feed'].map(close));
      expect(readFileSync(`/sys/class/net/${bridge}/ifalias`, 'utf8')).toBe('of-another-server\n');
    } finally {
      execFileSync('ip', ['link', 'delete', 'dev', bridge]);
    }
  });

  const ownerOf = () => subfolders(runDir)[0] ?? '';
  /** Networks of this agent that are up. */
  const bridges = () => bridgesOf(ownerOf()).filter((name) => name.startsWith('fgn'));
  /** Networks for which the kernel has rules of this agent. */
  function heldBack(): string[] {
    const table = `funcgraph_${ownerOf().replaceAll('-', '_')}`;
    const text = execFileSync('nft', ['list', 'table', 'inet', table], { encoding: 'utf8' });
    return [...text.matchAll(/chain out_of_(\S+)/g)].map(([, bridge]) => bridge ?? '');
  }

  it('writes for functions where it opened its folder, even if that name leads elsewhere now', async () => {
    const { volumesDir } = bench;
    renameSync(volumesDir, `${volumesDir}-moved`);
    symlinkSync(secretFolder(), volumesDir);
    try {
      // of a size that no volume was made for yet
      const script = 'echo written > /tmp/file && cat /tmp/file';
      const ended = await bench.run(['/bin/sh', '-c', script], { tmpBytes: 48 * MIB });
      expect(ended.stdout).toBe('written\n');
      expect(readdirSync(secretFolder())).toEqual(['secret']);
    } finally {
      rmSync(volumesDir);
      renameSync(`${volumesDir}-moved`, volumesDir);
    }
  });

  it('ends at a frame without end, and leaves nothing', async () => {
    const owners = subfolders(runDir);
    expect(owners).toHaveLength(1);
    const groups = () => agentGroups().filter((group) => owners.some((owner) => group.endsWith(groupNameOf(owner))));
    const ofSandboxes = groups().flatMap((group) => subfolders(group).filter((name) => !name.startsWith('waiting-')));
    expect(ofSandboxes).toEqual([]);
    agent.socket.on('error', () => {});
    agent.socket.write('x'.repeat(5 << 20));
    expect(await agent.ended).toBe('it ended with 0');
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
