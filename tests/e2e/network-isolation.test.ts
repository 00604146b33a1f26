import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { SandboxNetwork } from '../../packages/agent/src/index.ts';
import type { Outcome } from './isolation/probing.ts';
import { outside as onHost } from './isolation/probing.ts';
import { SandboxBench } from './isolation/sandbox-bench.ts';
import { assigned, assignment, frozenProbe, makeCode, outputOf } from './isolation/waiting.ts';
import { Outside } from './network/outside.ts';

const needed = ['/usr/sbin/nft', '/usr/sbin/ip'].filter((program) => !existsSync(program));
const isRoot = process.getuid?.() === 0;
/** Whether a table of the packet filter can belong to a process and stay after it. */
const canHold =
  isRoot &&
  spawnSync('nft', ['add table inet fgtestheld { flags owner, persist; }; delete table inet fgtestheld']).status === 0;
const EGRESS: SandboxNetwork = { kind: 'egress' };
const PATIENCE = { timeout: 120_000, interval: 50 };
/** Refused at once, so that a function need not wait for its own timeout. */
const REFUSED = { errno: 'EHOSTUNREACH' };
const NOWHERE = { errno: 'ENETUNREACH' };
const OK = { ok: null };
/** Claims its name and the first numbers on the network of the machine, as agents do. */
const CLAIMING = `
const { createServer } = require('node:net');
const names = ['agent-' + process.argv[1], ...Array.from({ length: 40 }, (_, n) => 'network-' + n)];
let left = names.length;
const done = () => --left === 0 && console.log('up');
for (const name of names)
  createServer().on('error', done).listen({ path: '\\0funcgraph-' + name }, done);
`;

describe.skipIf(!isRoot || needed.length > 0)(`the network of a sandbox (needs root; missing: ${needed})`, () => {
  let bench: SandboxBench;
  let outside: Outside;
  let code: string;
  const reach = (host: string, port: number, network: SandboxNetwork | undefined): Promise<Outcome> =>
    assigned(bench, code, 'connect_tcp', [host, port], network === undefined ? {} : { network });

  beforeAll(async () => {
    outside = await Outside.open('outsidetest0', '198.51.100.2/30', '198.51.100.1/30', '169.254.169.254');
    bench = await SandboxBench.open({ interfaces: ['vpctest0', 'outsidetest0', 'missing0'] });
    code = makeCode(bench, 'code');
  });
  afterAll(async () => {
    await bench?.dispose();
    await outside?.[Symbol.asyncDispose]();
  });

  it('leads to the outside, under the address of the machine', async () => {
    expect(await reach(outside.address, 80, EGRESS)).toEqual(OK);
    const sandbox = await frozenProbe(bench, 'fetch', [outside.address, 80]);
    const said = outputOf(sandbox);
    await sandbox.assign({ ...assignment(code), network: EGRESS });
    await sandbox.exited;
    expect(JSON.parse(said.text)).toEqual({ ok: '198.51.100.1' });
  });

  it('leads nowhere when none is given', async () => {
    expect(onHost('connect_tcp', [outside.address, 80])).toEqual(OK);
    expect(await reach(outside.address, 80, undefined)).toEqual(NOWHERE);
    expect(await reach(outside.address, 80, { kind: 'none' })).toEqual(NOWHERE);
  });

  it('never leads to the machine itself, under any of its addresses', async () => {
    await using host = await listening('0.0.0.0');
    const own = Object.values(networkInterfaces())
      .flat()
      .filter((found) => found?.family === 'IPv4' && !found.internal)
      .map((found) => found?.address ?? '');
    expect(own.length).toBeGreaterThan(1);
    for (const address of own) {
      expect(onHost('connect_tcp', [address, host.port])).toEqual(OK);
      expect(await reach(address, host.port, EGRESS)).toEqual(REFUSED);
    }
    expect(await reach('127.0.0.1', host.port, EGRESS)).toEqual({ errno: 'ECONNREFUSED' });
  });

  it('never leads to an address that the machine gets later, nor to what another program translates it to', async () => {
    await using host = await listening('0.0.0.0');
    execFileSync('ip', ['address', 'add', '203.0.113.9/32', 'dev', 'lo']);
    execFileSync('nft', ['-f', '-'], {
      input: `table ip fgtesttranslate {
        chain in { type nat hook prerouting priority dstnat; ip daddr 203.0.113.9 dnat to ${outside.address}; }
      }`,
    });
    try {
      expect(onHost('connect_tcp', ['203.0.113.9', host.port])).toEqual(OK);
      expect(await reach('203.0.113.9', host.port, EGRESS)).toEqual(REFUSED);
      expect(await reach('203.0.113.9', 80, EGRESS)).toEqual(REFUSED);
    } finally {
      execFileSync('nft', ['delete', 'table', 'ip', 'fgtesttranslate']);
      execFileSync('ip', ['address', 'delete', '203.0.113.9/32', 'dev', 'lo']);
    }
  });

  it('never leads to addresses where clouds keep credentials', async () => {
    expect(onHost('connect_tcp', ['169.254.169.254', 80])).toEqual(OK);
    expect(await reach('169.254.169.254', 80, EGRESS)).toEqual(REFUSED);
  });

  it('never leads from one sandbox to another', async () => {
    const listener = await frozenProbe(bench, 'serve_tcp', [8080]);
    const said = outputOf(listener);
    await listener.assign({ ...assignment(code), network: EGRESS });
    await expect.poll(() => said.text, PATIENCE).toContain('"listening": "');
    const address = /"listening": "([0-9.]+)"/.exec(said.text)?.[1] ?? '';
    expect(address).toMatch(/^1(0|00)\./);
    expect(await reach(address, 8080, EGRESS)).toEqual(REFUSED);
    // Nor does anybody on the machine get in.
    expect(onHost('connect_tcp', [address, 8080])).not.toEqual(OK);
    await listener.stop();
  });

  it('has no version 6', async () => {
    expect(await reach('fd00::1', 80, EGRESS)).not.toEqual(OK);
    expect(await assigned(bench, code, 'ipv6_addresses', [], { network: EGRESS })).toEqual({ ok: [] });
  });

  it('is not the sandbox’s to change', async () => {
    expect(await assigned(bench, code, 'add_address', ['eth0'], { network: EGRESS })).toEqual({ errno: 'EPERM' });
    expect(await assigned(bench, code, 'socket', [17, 3, 0], { network: EGRESS })).not.toEqual(OK);
  });

  it('is there from the start for a sandbox with code', async () => {
    const { stdout } = await bench.run(
      ['/usr/bin/python3', '/opt/function/code/probe.py', 'when_connected', 'connect_tcp', outside.address, '80'],
      { network: EGRESS },
    );
    expect(JSON.parse(stdout)).toEqual(OK);
  });

  it('knows the name servers of the machine', async () => {
    // One that ends before it has its network fails its start.
    const command = 'until grep -q eth0 /proc/net/dev; do :; done; cat /etc/resolv.conf';
    const { stdout } = await bench.run(['/bin/sh', '-c', command], { network: EGRESS });
    expect(stdout).toMatch(/^nameserver \S+$/m);
  });

  describe('of the administrator', () => {
    const vpc = (changes: object): SandboxNetwork => ({
      kind: 'vpc',
      network: { id: 'a1b2c3d4', cidr: '10.77.0.0/24', nat: false, hostInterface: 'vpctest0', ...changes },
    });

    it('leads to its own machines and, without NAT, to nothing else', async () => {
      await using inner = await Outside.open('vpctest0', '10.77.0.5/24');
      expect(await reach(inner.address, 80, vpc({}))).toEqual(OK);
      expect(await reach(outside.address, 80, vpc({}))).toEqual(NOWHERE);
      await using host = await listening('0.0.0.0');
      expect(onHost('connect_tcp', ['10.77.0.1', host.port])).toEqual(OK);
      expect(await reach('10.77.0.1', host.port, vpc({}))).toEqual(REFUSED);
      // No other function can reach it.
      expect(await reach(inner.address, 80, EGRESS)).toEqual(REFUSED);
      await closeNetwork('a1b2c3d4');
    });

    it('leads on to the outside with NAT', async () => {
      const network = vpc({ id: 'a1b2c3d5', cidr: '10.78.0.0/24', nat: true, hostInterface: undefined });
      expect(await reach(outside.address, 80, network)).toEqual(OK);
      expect(await reach('169.254.169.254', 80, network)).toEqual(REFUSED);
      await closeNetwork('a1b2c3d5');
    });

    it('is refused where it would hide what the machine reaches, or take an interface it uses', async () => {
      const taken = (changes: object) =>
        reach('10.0.0.1', 80, vpc({ id: 'a1b2c3d6', hostInterface: undefined, ...changes }));
      const refusal = { code: 'NETWORK_TAKEN' };
      await expect(taken({ cidr: '198.51.100.0/24' })).rejects.toMatchObject(refusal);
      await expect(taken({ hostInterface: 'outsidetest0' })).rejects.toMatchObject(refusal);
      await expect(taken({ hostInterface: 'missing0' })).rejects.toMatchObject(refusal);
      const notNamed = { code: 'NOT_ALLOWED', hint: expect.stringContaining('host_interfaces') };
      await expect(taken({ hostInterface: 'eth0' })).rejects.toMatchObject(notNamed);
    });

    async function closeNetwork(id: string): Promise<void> {
      await bench.agent.closeNetwork(id);
      expect(existsSync(`/sys/class/net/fgn${id}`)).toBe(false);
    }
  });

  describe.runIf(canHold)('on a kernel where a table can belong to a process', () => {
    it.each([
      ['empties the packet filter', ['flush', 'ruleset'], ''],
      ['deletes them', ['delete', 'table', 'inet', 'TABLE'], 'Operation not permitted'],
      ['empties them', ['flush', 'table', 'inet', 'TABLE'], 'Operation not permitted'],
      ['opens them', ['insert', 'rule', 'inet', 'TABLE', 'to_machine', 'accept'], 'Operation not permitted'],
    ])('keeps its rules without a gap when another program %s', async (_, command, complaint) => {
      await using host = await listening('0.0.0.0');
      const table = tableOf(bench);
      const before = listed(table);
      using events = tableEvents(table);
      await events.started;
      const said = spawnSync(
        'nft',
        command.map((word) => word.replace('TABLE', table)),
        { encoding: 'utf8' },
      );
      expect(said.stderr).toContain(complaint);
      expect(listed(table)).toBe(before);
      expect(await reach('198.51.100.1', host.port, EGRESS)).toEqual(REFUSED);
      expect(events.seen).toEqual([]);
    });

    it('holds its rules again when the process that held them was killed', async () => {
      const table = tableOf(bench);
      const before = listed(table);
      const holder = await holderOf(bench);
      process.kill(holder, 'SIGKILL');
      await expect.poll(() => holderOf(bench), PATIENCE).not.toBe(holder);
      await expect.poll(() => attempt(() => listed(table)), PATIENCE).toBe(before);
    });
  });

  it('gets the guard of a machine that did not forward back when another program removes it', async () => {
    // Any agent of the machine may install it again, with the interfaces that it found at its own start.
    const guarded = () =>
      [...attempt(() => listed('funcgraph-guard')).matchAll(/iifname "(.+)" oifname != /g)]
        .map(([, name]) => name)
        .filter((name) => name !== 'outsidetest0');
    const before = guarded();
    execFileSync('nft', ['flush', 'ruleset']);
    await expect.poll(guarded, PATIENCE).toEqual(before);
  });

  it('gets its bridge back, with the sandboxes on it, when another program deletes it', async () => {
    const owner = agentOwner(bench);
    const sandbox = await frozenProbe(bench, 'sleep_forever');
    await sandbox.assign({ ...assignment(code), network: EGRESS });
    const [before, ports] = [bridges(owner), portsOf(owner)];
    expect([before.length, ports.length]).toEqual([1, 1]);
    const [bridge = ''] = before;
    execFileSync('ip', ['link', 'delete', bridge]);
    expect(await reach(outside.address, 80, EGRESS)).toEqual(OK);
    expect(bridges(owner)).toEqual(before);
    expect(portsOf(owner)).toContain(ports[0]);
    execFileSync('ip', ['link', 'delete', bridge]);
    await expect.poll(() => attempt(() => portsOf(owner).join()), PATIENCE).toBe(ports.join());
    const shown = execFileSync('bridge', ['-d', 'link', 'show', 'dev', ports[0] ?? ''], { encoding: 'utf8' });
    expect(shown).toContain('isolated on');
    await sandbox.stop();
  });

  it('is closed to a sandbox as long as there can be no rules', async () => {
    const table = tableOf(bench);
    const { pid } = await bench.agent.ensureAgent();
    const holder = canHold ? await holderOf(bench) : undefined;
    process.kill(pid, 'SIGSTOP');
    if (holder !== undefined) process.kill(holder, 'SIGKILL');
    // Stands for a kernel that takes no rules any more: a table of this name belongs to another process.
    const owner = spawn('nft', ['-i'], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...process.env, HOME: '/dev/null' },
    });
    owner.stdin.write(`delete table inet ${table}\nadd table inet ${table} { flags owner; }\n`);
    await expect.poll(() => attempt(() => listed(table)).includes('out_of_'), PATIENCE).toBe(false);
    await expect.poll(() => attempt(() => listed(table)), PATIENCE).toContain('owner');
    process.kill(pid, 'SIGCONT');
    await expect(reach(outside.address, 80, EGRESS)).rejects.toMatchObject({ code: 'NETWORK_FAILED' });
    owner.stdin.end();
    await expect.poll(() => attempt(() => listed(table)), PATIENCE).toContain('out_of_');
    expect(await reach(outside.address, 80, EGRESS)).toEqual(OK);
  });

  it('is shared with agents that live in other process namespaces: their bridges and numbers stay theirs', async () => {
    const foreign = '1-1-00000000';
    const holder = spawn(process.execPath, ['-e', CLAIMING, foreign], { stdio: ['ignore', 'pipe', 'inherit'] });
    // else the run of the tests would not end when this one fails
    onTestFinished(() => void holder.kill('SIGKILL'));
    await once(holder.stdout, 'data');
    execFileSync('ip', ['link', 'add', 'fg05e0', 'type', 'bridge']);
    execFileSync('ip', ['link', 'set', 'dev', 'fg05e0', 'alias', `funcgraph:${foreign}`]);
    const other = await SandboxBench.open();
    expect(existsSync('/sys/class/net/fg05e0')).toBe(true);
    await other.dispose();
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const last = await SandboxBench.open();
    expect(existsSync('/sys/class/net/fg05e0')).toBe(false);
    await last.dispose();
  });

  it('leaves nothing: no interface after a sandbox, no bridge and no rule after the agent, whatever its end', async () => {
    const other = await SandboxBench.open();
    const owner = agentOwner(other);
    const sandbox = await frozenProbe(other, 'sleep_forever');
    await sandbox.assign({ ...assignment(makeCode(other, 'code')), network: EGRESS });
    expect(traces(owner)).toHaveLength(2);
    expect(portsOf(owner)).toHaveLength(1);
    await sandbox.stop();
    await expect.poll(() => portsOf(owner), PATIENCE).toEqual([]);

    const { pid } = await other.agent.ensureAgent();
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => existsSync(`/proc/${pid}`), PATIENCE).toBe(false);
    expect(traces(owner)).toHaveLength(2);
    await other.agent.ensureAgent();
    // another agent of this machine may be the one that sweeps
    await expect.poll(() => traces(owner), PATIENCE).toEqual([]);
    const next = agentOwner(other);
    await other.dispose();
    expect(traces(next)).toEqual([]);
  });
});

function agentOwner(bench: SandboxBench): string {
  const names = execFileSync('ls', [bench.runDir], { encoding: 'utf8' }).split('\n');
  return names.filter((name) => /^\d+-\d+-[0-9a-f]{8}$/.test(name)).at(-1) ?? 'no agent';
}

/** Bridges and tables that carry the name of an agent. */
function traces(owner: string): string[] {
  const tables = execFileSync('nft', ['list', 'tables'], { encoding: 'utf8' }).split('\n');
  return [...bridges(owner), ...tables.filter((line) => line.includes(owner.replaceAll('-', '_')))];
}

function bridges(owner: string): string[] {
  return Object.entries(aliases()).flatMap(([name, alias]) => (alias === `funcgraph:${owner}` ? [name] : []));
}

function portsOf(owner: string): string[] {
  return bridges(owner).flatMap((name) =>
    execFileSync('ls', [`/sys/class/net/${name}/brif`], { encoding: 'utf8' })
      .split('\n')
      .filter(Boolean),
  );
}

function aliases(): Record<string, string> {
  const names = execFileSync('ls', ['/sys/class/net'], { encoding: 'utf8' }).split('\n').filter(Boolean);
  return Object.fromEntries(names.map((name) => [name, read(`/sys/class/net/${name}/ifalias`)]));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

async function listening(host: string): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer((_, response) => response.end('host')).listen(0, host);
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function tableOf(bench: SandboxBench): string {
  return `funcgraph_${agentOwner(bench).replaceAll('-', '_')}`;
}

/** The process of the agent that owns its table. */
async function holderOf(bench: SandboxBench): Promise<number> {
  const { pid } = await bench.agent.ensureAgent();
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  const holders = children.filter((child) => read(`/proc/${child}/cmdline`).includes('--interactive'));
  expect(holders).toHaveLength(1);
  return holders[0] ?? Number.NaN;
}

/** Changes of a table, as the kernel reports them; it listens once another table is made and `started` resolves. */
function tableEvents(table: string) {
  const monitor = spawn('nft', ['monitor'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const seen: string[] = [];
  const started = once(monitor.stdout, 'data');
  monitor.stdout.on('data', (chunk: Buffer) => {
    seen.push(
      ...chunk
        .toString()
        .split('\n')
        .filter((line) => line.includes(table)),
    );
  });
  const knock = setInterval(
    () => execFileSync('nft', ['add table inet fgtestknock; delete table inet fgtestknock']),
    50,
  );
  return {
    seen,
    started: started.then(() => clearInterval(knock)),
    [Symbol.dispose]: () => void monitor.kill(),
  };
}

function listed(table: string): string {
  const text = execFileSync('nft', ['list', 'table', 'inet', table], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  // nft does not always find the name of the owner's process
  return text.replace(/ # progname \S+$/m, '');
}

/** Empty when it fails. */
function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
