import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnAgent } from '@funcgraph/agent';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isLessAble, SandboxAgent } from './sandbox-agent.ts';

const NO_RULES = {
  ...{ code: [], images: [], links: '/nowhere', mounts: [], exports: [], interfaces: [], mountUsers: [] },
  ...{ withoutIsolation: false, serverUser: 0 },
};

const able = {
  driver: 'bubblewrap' as const,
  usable: true,
  rootPrivileges: true,
  cgroup: 'v2' as const,
  canAssign: true,
  networks: true,
  mounts: true,
  doors: true,
  degraded: [],
};

describe('the capabilities of an agent', () => {
  it.each([
    ['the same', able, false],
    ['no networks', { ...able, networks: false }, true],
    ['nothing at all', { ...able, usable: false }, true],
    ['one more gap', { ...able, degraded: ['no volumes'] }, true],
  ])('with %s is compared with the first', (_, now, less) => {
    expect(isLessAble([now], [able])).toBe(less);
  });

  it('may become more', () => {
    expect(isLessAble([able], [{ ...able, networks: false, degraded: ['no networks'] }])).toBe(false);
  });

  it('is less when a driver is missing', () => {
    expect(isLessAble([], [able])).toBe(true);
  });
});

describe('an agent that died', () => {
  let dir: string;
  let agent: SandboxAgent;

  /** A program that replaces the agent: it reads its capabilities from a file, one line for each start. */
  function pretend(networks: readonly boolean[]): void {
    const program = join(dir, 'agent.cjs');
    writeFileSync(join(dir, 'networks.json'), JSON.stringify(networks));
    writeFileSync(join(dir, 'starts'), '');
    writeFileSync(
      program,
      `#!${process.execPath}
const fs = require('node:fs');
const socket = new (require('node:net').Socket)({ fd: 3 });
const start = fs.readFileSync('${dir}/starts', 'utf8').length;
fs.appendFileSync('${dir}/starts', '.');
const networks = JSON.parse(fs.readFileSync('${dir}/networks.json', 'utf8'))[start];
const able = { ...${JSON.stringify(able)}, networks };
socket.on('end', () => process.exit(0));
socket.on('data', (data) => {
  for (const line of data.toString().trim().split('\\n'))
    socket.write(JSON.stringify({ seq: JSON.parse(line).seq, ok: true, value: [able] }) + '\\n');
});
socket.write(JSON.stringify({ event: 'ready', version: '0', swept: 0 }) + '\\n');
`,
    );
    chmodSync(program, 0o755);
    agent = new SandboxAgent(() =>
      spawnAgent({ runDir: dir, volumesDir: dir, rules: NO_RULES, launcher: [program], asRoot: false }),
    );
  }

  const starts = (): number => readFileSync(join(dir, 'starts'), 'utf8').length;

  async function killed(): Promise<void> {
    const gone = new Promise((resolve) => agent.onGone(resolve));
    process.kill((await agent.ensureAgent()).pid, 'SIGKILL');
    await gone;
  }

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'fga-'));
  });

  afterEach(async () => {
    await agent.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('is replaced by an agent that can do as much', async () => {
    pretend([true, false, true]);
    await agent.ensureAgent();
    await killed();
    await agent.ensureAgent();
    expect(starts()).toBe(3);
    expect((await agent.driver('bubblewrap').capabilities()).networks).toBe(true);
  });

  it('is replaced by a weaker one when the machine lets none do more', async () => {
    pretend([true, false, false, false]);
    await agent.ensureAgent();
    await killed();
    await agent.ensureAgent();
    expect(starts()).toBe(4);
    expect((await agent.driver('bubblewrap').capabilities()).networks).toBe(false);
  });

  it('is taken as it is when it is the first', async () => {
    pretend([false]);
    await agent.ensureAgent();
    expect(starts()).toBe(1);
  });
});
