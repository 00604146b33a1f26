import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploy, invoke, runtimeOf } from '../functions.ts';
import { commandOf, ROOT, SERVER, TestServer } from '../server.ts';

const isRoot = process.getuid?.() === 0;
const SOURCE = { 'index.js': 'exports.handler = async (event, context) => "hello " + event.name;' };
const BOOTSTRAP = `#!/bin/sh
api="http://$RUNTIME_API_ADDR/v1/runtime/invocation"
while :; do
  id=$(curl -s -D - -o /dev/null "$api/request" | sed -n 's/^X-Cff-Request-Id: *//Ip' | tr -d '\\r')
  [ -n "$id" ] && curl -s -d 'from a shell' "$api/response/$id" >/dev/null
done
`;
const TOKEN = 'a token of some length';

/** A field of `/proc/<pid>/status`. */
function statusOf(pid: number, field: string): string {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${field}:`));
  return (
    line
      ?.slice(field.length + 1)
      .trim()
      .replaceAll(/\s+/g, ' ') ?? ''
  );
}

function uidOf(name: string): number {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${name}:`));
  return Number(line?.split(':')[2]);
}

/** A port below 1024 that is free now. */
async function lowPort(): Promise<number> {
  for (let port = 1023; port > 600; port -= 1) {
    const probe = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise((resolve) => probe.close(resolve));
    if (isFree) return port;
  }
  throw new Error('no port below 1024 is free');
}

async function sayHello(server: TestServer, urn: string): Promise<string> {
  return (await invoke(server, urn, { name: 'you' })).body.toString();
}

describe.runIf(isRoot)('a server that root starts', () => {
  let server: TestServer;
  let urn: string;
  let port: number;
  let configFolder: string;

  beforeAll(async () => {
    port = await lowPort();
    // only root can read these
    configFolder = await mkdtemp(join(tmpdir(), 'funcgraph-config-'));
    const tokenFile = join(configFolder, 'token');
    writeFileSync(tokenFile, `${TOKEN}\n`, { mode: 0o600 });
    const config = join(configFolder, 'config.json');
    writeFileSync(config, JSON.stringify({ metrics_token_file: tokenFile, region: 'only-root' }), { mode: 0o600 });
    server = await TestServer.start({ args: ['--config', config, '--gateway-port', String(port)] });
    const runtime = await runtimeOf(server, 'Node.js');
    urn = await deploy(server, { name: 'hello', runtime, files: SOURCE });
  });
  afterAll(async () => {
    await server?.stop();
    await rm(configFolder, { recursive: true, force: true });
  });

  it('runs as the user funcgraph, without any right of root and without a way to one', () => {
    const uid = uidOf('funcgraph');
    expect(uid).toBeGreaterThan(0);
    expect(statusOf(server.pid, 'Uid')).toBe(Array(4).fill(uid).join(' '));
    expect(statusOf(server.pid, 'NoNewPrivs')).toBe('1');
    // to listen on a port below 1024, and nothing else
    expect(statusOf(server.pid, 'CapEff')).toBe('0000000000000400');
    const agent = server.agentPid() ?? 0;
    expect([statusOf(agent, 'Uid'), statusOf(server.launcherPid, 'Uid')]).toEqual(['0 0 0 0', '0 0 0 0']);
    expect(statusOf(agent, 'PPid')).toBe(String(server.launcherPid));
  });

  it('runs functions, each as a user of its own, and takes a port below 1024', async () => {
    expect(await sayHello(server, urn)).toBe('hello you');
    expect(server.gateway).toBe(`http://127.0.0.1:${port}`);
    expect((await fetch(server.gateway)).status).toBe(404);
  });

  it('is given what only root can read: its configuration and the token of the scraper', async () => {
    expect(server.credentials.region).toBe('only-root');
    // as one that comes from another machine
    const scrape = async (token: string) =>
      (
        await fetch(`${server.endpoint}/metrics`, {
          headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': '203.0.113.7' },
        })
      ).status;
    expect([await scrape(TOKEN), await scrape('another token')]).toEqual([200, 401]);
  });

  it('owns its data, while the folder for what functions write is closed to it', () => {
    const uid = uidOf('funcgraph');
    const owners = readdirSync(server.dataDir).map((name) => [name, statSync(join(server.dataDir, name)).uid]);
    expect(Object.fromEntries(owners)).toEqual({
      ...Object.fromEntries(owners.map(([name]) => [name, uid])),
      volumes: 0,
    });
    expect(statSync(join(server.dataDir, 'volumes')).mode & 0o777).toBe(0o700);
  });

  it('sees of a closed folder only its own data', () => {
    const folder = dirname(server.dataDir);
    writeFileSync(join(folder, 'of-another'), 'secret');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(`/proc/${server.pid}/root${folder}`)).toEqual(['data']);
    expect(readdirSync(folder)).toContain('of-another');
  });

  it('is what doctor says it is', async () => {
    const { stdout } = await server.fgs(['doctor']);
    expect(stdout.toString()).toMatch(/rights +server: funcgraph; agent: root, within the rules it was started with/);
  });

  it('keeps its functions when it takes over the directory of a server that ran as root', async () => {
    const old = await TestServer.start({ args: ['--user', 'root'] });
    const runtime = await runtimeOf(old, 'Node.js');
    const oldUrn = await deploy(old, { name: 'old', runtime, files: SOURCE });
    expect(await sayHello(old, oldUrn)).toBe('hello you');
    expect(statusOf(old.pid, 'Uid')).toBe('0 0 0 0');
    expect((await old.fgs(['doctor'])).stdout.toString()).toMatch(/warn +rights +server: root/);
    await old.kill('SIGTERM');
    await using now = await TestServer.start({ folder: dirname(old.dataDir) });
    expect(statusOf(now.pid, 'Uid').split(' ')[0]).toBe(String(uidOf('funcgraph')));
    expect(await sayHello(now, oldUrn)).toBe('hello you');
  });

  it('serves from a clone in a closed folder such as /root', async () => {
    const closed = await mkdtemp(join(tmpdir(), 'funcgraph-closed-'));
    const home = join(closed, 'clone');
    mkdirSync(home);
    execFileSync('mount', ['--bind', ROOT, home]);
    try {
      await using own = await TestServer.start({ home });
      expect(commandOf(own.pid)).toContain(home);
      expect(readdirSync(`/proc/${own.pid}/root${closed}`)).toEqual(['clone']);
      const node = await deploy(own, { name: 'node', runtime: await runtimeOf(own, 'Node.js'), files: SOURCE });
      expect(await sayHello(own, node)).toBe('hello you');
      // supervised by the Node.js of the platform, which no sandbox can reach there
      const files = { bootstrap: BOOTSTRAP };
      const custom = await deploy(own, { name: 'custom', runtime: 'Custom', handler: 'bootstrap', files });
      expect(await sayHello(own, custom)).toBe('from a shell');
    } finally {
      execFileSync('umount', ['--lazy', home]);
      await rm(closed, { recursive: true });
    }
  });

  it('is the only one who may name another user', async () => {
    const ordinary = ['--reuid', '65534', '--regid', '65534', '--clear-groups', '--', process.execPath];
    const child = spawn('setpriv', [...ordinary, SERVER, '--data-dir', '/tmp/none', '--user', 'daemon'], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
    expect(await once(child, 'close')).toEqual([2, null]);
    expect(log).toContain('only root can start the server as another user');
  });

  it('ends with its launcher, however that ends, and leaves no process', async () => {
    const own = await TestServer.start();
    const { pid, launcherPid } = own;
    const agent = own.agentPid() ?? 0;
    process.kill(launcherPid, 'SIGKILL');
    await own.exited;
    const living = () => [pid, agent].filter((each) => existsSync(`/proc/${each}`));
    await expect.poll(living, { timeout: 120_000 }).toEqual([]);
    await own.restart();
    await own.stop();
  });
});

describe.runIf(!isRoot)('a server that an ordinary user starts', () => {
  it('runs as that user', async () => {
    await using server = await TestServer.start();
    expect(statusOf(server.pid, 'Uid').split(' ')[0]).toBe(String(userInfo().uid));
  });
});
