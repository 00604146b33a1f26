import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { groupNameOf } from '../../packages/agent/src/cgroup/group-owner.ts';
import { AGENT_SIGNAL } from '../../packages/server/src/instances/sandbox/index.ts';
import {
  agentGroups,
  bridgesOf,
  groupsOfSandbox,
  processesMentioning,
  SandboxBench,
  subfolders,
} from './isolation/sandbox-bench.ts';

const isRoot = process.getuid?.() === 0;
const PATIENCE = { timeout: 120_000, interval: 20 };

describe.runIf(isRoot)('when a process of the platform is killed', () => {
  let bench: SandboxBench;
  let marker: string;

  beforeEach(async () => {
    bench = await SandboxBench.open();
    marker = `crash-${process.pid}-${Math.random().toString(36).slice(2)}`;
  });
  afterEach(() => bench.dispose());

  const command = () => ['/bin/sh', '-c', 'trap "" TERM INT HUP; while :; do sleep 1000; done', marker];
  const owners = () => subfolders(bench.runDir).filter((name) => name !== 'tmp');
  const groupsOf = (owner: string) => agentGroups().filter((group) => group.endsWith(groupNameOf(owner)));

  it('the agent: every sandbox ends at once, and the next agent removes what is left', async () => {
    const { pid } = await bench.agent.ensureAgent();
    const [owner = ''] = owners();
    const gone = new Promise<string>((resolve) => bench.agent.onGone(resolve));
    const sandboxes = await Promise.all([bench.start(command()), bench.start(command())]);
    expect(processesMentioning(marker).length).toBeGreaterThan(0);
    expect(groupsOf(owner).length).toBeGreaterThan(0);

    process.kill(pid, 'SIGKILL');
    await gone;
    for (const sandbox of sandboxes) {
      expect(await sandbox.exited).toMatchObject({ signal: AGENT_SIGNAL, exitCode: null });
      expect(await sandbox.stop()).toMatchObject({ signal: AGENT_SIGNAL });
    }
    await expect.poll(() => processesMentioning(marker), PATIENCE).toEqual([]);
    await expect.poll(() => loopFiles(bench.folder), PATIENCE).toEqual([]);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(bench.folder);
    await expect(bench.start(command())).rejects.toMatchObject({ code: 'AGENT_GONE' });
    expect(owners()).toEqual([owner]);

    const next = await bench.agent.ensureAgent();
    expect(next.swept).toBeGreaterThan(0);
    expect(groupsOf(owner)).toEqual([]);
    expect(owners()).not.toContain(owner);
    expect((await bench.run(['/bin/true'])).exit.exitCode).toBe(0);
  });

  it('the agent, with a sandbox that no parent death reaches: the next agent kills it', async () => {
    const { pid } = await bench.agent.ensureAgent();
    const sandbox = await bench.start(command());
    // Stands for hostile code that got hold of the init process: it leaves the monitor's family, but not its group.
    const joinFiles = groupsOfSandbox(sandbox.pid).map((group) => `${group}/cgroup.procs`);
    const script = `for f; do echo $$ > "$f"; done; echo up; while :; do sleep 1000; done # ${marker}-orphan`;
    const orphan = spawn('/bin/sh', ['-c', script, 'orphan', ...joinFiles], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(orphan.stdout, 'data');
    const ended = once(orphan, 'exit');
    process.kill(pid, 'SIGKILL');
    await sandbox.exited;
    // one of another test may have been the next
    await bench.agent.ensureAgent();
    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  it('the server: its agent stops everything, removes its own folder and ends', async () => {
    const spec = await bench.spec(command());
    const runDir = bench.makeFolder('run-of-killed');
    const server = spawn(
      process.execPath,
      [
        '--conditions=@funcgraph/source',
        fileURLToPath(new URL('isolation/server-process.ts', import.meta.url)),
        runDir,
        JSON.stringify(bench.rules),
        JSON.stringify(spec),
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    const { agent } = JSON.parse(String(line)) as { agent: number };
    const [owner = ''] = readdirSync(runDir);
    expect(processesMentioning(marker).length).toBeGreaterThan(1);

    server.kill('SIGKILL');
    await expect.poll(() => existsSync(`/proc/${agent}`), PATIENCE).toBe(false);
    expect(processesMentioning(marker).filter((found) => !found.includes('server-process'))).toEqual([]);
    expect(readdirSync(runDir)).toEqual([]);
    expect(groupsOf(owner)).toEqual([]);
    expect(loopFiles(runDir)).toEqual([]);
  });

  it.each([0, 50, 150, 400])(
    'the server, %i ms after it started an agent: the agent ends and leaves nothing',
    async (ms) => {
      const runDir = bench.makeFolder(`run-of-young-${ms}`);
      const spec = await bench.spec(command());
      const server = spawn(process.execPath, [
        '--conditions=@funcgraph/source',
        fileURLToPath(new URL('isolation/server-process.ts', import.meta.url)),
        runDir,
        JSON.stringify(bench.rules),
        JSON.stringify(spec),
      ]);
      await expect.poll(() => agentsOf(runDir), PATIENCE).toHaveLength(1);
      const [agent = ''] = agentsOf(runDir);
      await new Promise((resolve) => setTimeout(resolve, ms));
      server.kill('SIGKILL');
      await expect.poll(() => agentsOf(runDir), PATIENCE).toEqual([]);
      expect(processesMentioning(marker).filter((found) => !found.includes('server-process'))).toEqual([]);
      expect(subfolders(runDir)).toEqual([]);
      expect(agentGroups().filter((group) => group.includes(`funcgraph-${agent}-`))).toEqual([]);
      expect(bridgesOf(`${agent}-`)).toEqual([]);
    },
  );

  it('an agent that lives is left alone by the start of another one', async () => {
    const sandbox = await bench.start(command());
    const other = await SandboxBench.open();
    await other.dispose();
    expect(processesMentioning(marker).length).toBeGreaterThan(0);
    await sandbox.stop();
  });
});

/** Process ids of the agents that work in this folder. */
function agentsOf(runDir: string): string[] {
  return subfolders('/proc').filter((pid) => /^\d+$/.test(pid) && isAgentIn(pid, runDir));
}

function isAgentIn(pid: string, runDir: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`--run-dir\0${runDir}\0`);
  } catch {
    return false;
  }
}

/** Files below `folder` that back a loop device. */
function loopFiles(folder: string): string[] {
  return readdirSync('/sys/block')
    .filter((name) => name.startsWith('loop') && existsSync(`/sys/block/${name}/loop/backing_file`))
    .map((name) => readFileSync(`/sys/block/${name}/loop/backing_file`, 'utf8'))
    .filter((file) => file.startsWith(folder));
}
