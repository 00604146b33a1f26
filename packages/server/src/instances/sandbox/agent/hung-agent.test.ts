import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnAgent } from '@funcgraph/agent';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SandboxSpec } from '../sandbox.ts';
import { AGENT_LIMITS, type AgentLimits } from './agent-limits.ts';
import { SandboxAgent } from './sandbox-agent.ts';

const NO_RULES = {
  ...{ code: [], images: [], links: '/nowhere', mounts: [], exports: [], interfaces: [], mountUsers: [] },
  ...{ withoutIsolation: false, serverUser: 0 },
};

const able = {
  driver: 'bubblewrap',
  usable: true,
  rootPrivileges: true,
  cgroup: 'v2',
  canAssign: true,
  networks: true,
  mounts: true,
  doors: true,
  degraded: [],
};

const spec: SandboxSpec = {
  id: 'one',
  command: ['/bin/true'],
  env: {},
  workingDir: '/',
  binds: [],
  linkSocket: '/tmp/none',
  memoryBytes: 1 << 27,
  cpuMillis: 100,
  tmpBytes: 1 << 20,
  maxProcesses: 10,
  maxFiles: 10,
};

/** Replaces the agent: does not answer the requests that the test names, and records all of them. */
const PROGRAM = `#!${process.execPath}
const fs = require('node:fs');
const socket = new (require('node:net').Socket)({ fd: 3 });
const dir = process.argv[process.argv.indexOf('--run-dir') + 1];
const silent = JSON.parse(fs.readFileSync(dir + '/silent.json', 'utf8'));
socket.on('end', () => silent.includes('end') || process.exit(0));
setInterval(() => {}, 1000);
let pending = '';
socket.on('data', (data) => {
  const lines = (pending + data).split('\\n');
  pending = lines.pop();
  for (const { seq, op } of lines.map((line) => JSON.parse(line))) {
    if (op !== 'ping') fs.appendFileSync(dir + '/requests', op + ' ');
    const value = op === 'capabilities' ? [${JSON.stringify(able)}] : op === 'start' ? { pid: 1, usage: {} } : {};
    if (!silent.includes(op)) socket.write(JSON.stringify({ seq, ok: true, value }) + '\\n');
  }
});
socket.write(JSON.stringify({ event: 'ready', version: '0', swept: 0 }) + '\\n');
`;

describe('an agent that does not answer', () => {
  let dir: string;
  let agent: SandboxAgent;

  function pretend(silent: readonly string[], limits: Partial<AgentLimits>): void {
    const program = join(dir, 'agent.cjs');
    writeFileSync(join(dir, 'silent.json'), JSON.stringify(silent));
    writeFileSync(join(dir, 'requests'), '');
    writeFileSync(program, PROGRAM);
    chmodSync(program, 0o755);
    agent = new SandboxAgent(
      () => spawnAgent({ runDir: dir, volumesDir: dir, rules: NO_RULES, launcher: [program], asRoot: false }),
      { ...AGENT_LIMITS, ...limits },
    );
  }

  const answerWithin = (op: keyof AgentLimits['answerMs'], ms: number): Partial<AgentLimits> => ({
    answerMs: { ...AGENT_LIMITS.answerMs, [op]: ms },
  });
  const start = () => agent.driver('bubblewrap').start(spec, new AbortController().signal);
  const requests = () => readFileSync(join(dir, 'requests'), 'utf8').trim().split(' ');

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'fgh-'));
  });

  afterEach(async () => {
    await agent.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('is killed when it is stopped, and the next one takes its place', async () => {
    pretend([], { pingMs: 200 });
    const first = await agent.ensureAgent();
    const sandbox = await start();
    const gone = new Promise<string>((resolve) => agent.onGone(resolve));
    process.kill(first.pid, 'SIGSTOP');
    const usage = sandbox.usage();
    await expect(usage).rejects.toMatchObject({ code: 'AGENT_GONE' });
    expect(await gone).toBe('it stopped answering');
    expect(await sandbox.exited).toMatchObject({ signal: 'AGENT' });
    const second = await agent.ensureAgent();
    expect(second.pid).not.toBe(first.pid);
  });

  it('is kept when it works but one request takes too long, and a sandbox that it started late is stopped', async () => {
    pretend(['start'], { pingMs: 100, ...answerWithin('start', 1_000) });
    const { pid } = await agent.ensureAgent();
    await expect(start()).rejects.toMatchObject({ code: 'AGENT_TIMEOUT' });
    await expect.poll(requests).toEqual(['capabilities', 'start', 'stop']);
    expect((await agent.ensureAgent()).pid).toBe(pid);
  });

  it('is killed at the deadline of a request when it sent no other message either', async () => {
    pretend([], answerWithin('usage', 50));
    const first = await agent.ensureAgent();
    const sandbox = await start();
    process.kill(first.pid, 'SIGSTOP');
    await expect(sandbox.usage()).rejects.toMatchObject({ code: 'AGENT_TIMEOUT' });
    // The hung agent no longer counts, although its process may still run.
    expect((await agent.ensureAgent()).pid).not.toBe(first.pid);
  });

  it('is killed when it is not ready in time', async () => {
    pretend([], { readyMs: 100 });
    writeFileSync(join(dir, 'agent.cjs'), `#!${process.execPath}\nsetInterval(() => {}, 1000);\n`);
    await expect(agent.ensureAgent()).rejects.toMatchObject({
      code: 'AGENT_FAILED',
      message: expect.stringContaining('not ready within 100 ms'),
    });
  });

  it('is killed when it does not end at the hang-up', async () => {
    pretend(['end'], { closeMs: 100 });
    const { pid } = await agent.ensureAgent();
    await agent.close();
    expect(() => process.kill(pid, 0)).toThrow();
  });
});
