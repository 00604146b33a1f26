import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPostgres, NO_POSTGRES, type PostgresCluster } from '../../packages/server/src/storage/testing-cluster.ts';
import { PATIENCE, type Tenant } from '../functions.ts';
import { ClusterAccount } from '../machines/account.ts';
import { listeningPostgres, urlOver, whyNoMachines, writableFolder } from '../machines/machines.ts';
import { MachineNetwork } from '../machines/network.ts';
import { type Credentials, connect, ofPrograms, placeCli, ROOT } from '../server.ts';

const GUIDE = readFileSync(join(ROOT, 'docs/guides/several-machines.md'), 'utf8');
const NAMES = ['node1', 'node2', 'node3'] as const;
const LIMIT = 12;
/** A first start looks at every interpreter of the machine; the machine may be busy. */
const LONG = { timeout: 400_000 };
const whyNot = findPostgres() === undefined ? NO_POSTGRES : whyNoMachines();

/** Code blocks of a section in their order. */
function blocks(heading: string, language: string): string[] {
  const section = GUIDE.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const found = [...section.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))];
  if (found.length === 0) throw new Error(`several-machines.md has no ${language} below ${heading}`);
  return found.map(([, text = '']) => text);
}

describe.skipIf(whyNot !== undefined)(`the guide for several machines${whyNot ? ` (${whyNot})` : ''}`, () => {
  let network: MachineNetwork;
  let cluster: PostgresCluster;
  let account: ClusterAccount;
  /** Behind the balancer. */
  let tenant: Tenant;
  let balancer: ChildProcess | undefined;
  const running = new Map<string, ChildProcess>();
  const logs: string[] = [];
  const file = (...names: string[]): string => join(network.folder, ...names);

  /** A text of the guide, which is about 10.0.0.5 and 10.0.0.6, as it is for a machine here. */
  const asOn = (name: string, text: string): string => {
    const other = network.addressOf(name === 'node1' ? 'node2' : name);
    return text
      .replaceAll('10.0.0.5', network.addressOf('node1'))
      .replaceAll('10.0.0.6', other)
      .replaceAll('/etc/funcgraph-database-url', file('database-url'))
      .replaceAll('/srv/funcgraph/artifacts', file('artifacts'))
      .replaceAll('npx fgs', file('fgs'));
  };
  const spawned = (name: string, script: string): ChildProcess => {
    const [program = '', ...words] = network.on(name);
    const env = {
      ...ofPrograms(),
      FGS_DATA_DIR: file(name, 'data'),
      FGS_CREDENTIALS: file('node1', 'data', 'credentials.json'),
      FGS_SANDBOX: 'process',
      FGS_ROOT_WITHOUT_ISOLATION: 'allow',
      FGS_ACCOUNT_CONCURRENCY: String(LIMIT),
    };
    const child = spawn(program, [...words, '/bin/bash', '-euc', asOn(name, script)], {
      cwd: file(name),
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => logs.push(`${name}: ${chunk.toString()}`));
    return child;
  };
  /** Runs commands of the guide to their end. */
  const run = async (name: string, script: string): Promise<string> => {
    const child = spawned(name, script);
    let out = '';
    child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code, `${script}\n${logs.slice(-20).join('')}`).toBe(0);
    return out;
  };
  const ready = (name: string): Promise<boolean> =>
    fetch(`http://${network.addressOf(name)}:8080/v1/ready`).then(
      ({ status }) => status === 200,
      () => false,
    );
  /** Starts a server by the last command of the guide that does, and waits until the balancer would take it. */
  const start = async (name: string, script: string): Promise<void> => {
    const child = spawned(name, `exec ${script.slice(script.indexOf('npx fgs start'))}`);
    running.set(name, child);
    const state = async (): Promise<unknown> => child.exitCode ?? ((await ready(name)) ? 'ready' : 'starts');
    await expect.poll(state, LONG).not.toBe('starts');
    expect(await state(), logs.slice(-20).join('')).toBe('ready');
  };
  const end = async (name: string, signal: NodeJS.Signals): Promise<unknown> => {
    const child = running.get(name);
    if (child === undefined || child.exitCode !== null) return child?.exitCode;
    const exit = once(child, 'exit');
    if (signal === 'SIGKILL') network.powerOff(name);
    else child.kill(signal);
    return (await exit)[0];
  };
  const [added = ''] = blocks('Add a server', 'sh');
  const [onFirst = '', onNew = ''] = added.split(/^# on the new machine.*$/m);
  const startOf = (name: string): string =>
    name === 'node1' ? (blocks('The first server', 'sh')[0] ?? '') : onNew.slice(onNew.indexOf('npx fgs start'));

  beforeAll(async () => {
    network = new MachineNetwork(NAMES);
    cluster = await listeningPostgres(network);
    const url = urlOver(network, cluster, await cluster.create());
    writeFileSync(file('database-url'), `${url.reveal()}\n`, { mode: 0o600 });
    writableFolder(network, 'artifacts');
    for (const name of NAMES) mkdirSync(file(name), { mode: 0o755 });
    await placeCli(network.folder);
  }, LONG.timeout);
  afterAll(async () => {
    await Promise.all([...running.keys()].map((name) => end(name, 'SIGTERM')));
    balancer?.kill('SIGKILL');
    await cluster?.stop();
    network?.[Symbol.dispose]();
  }, LONG.timeout);

  it('leads to a first server and two that join it by tokens', LONG, async () => {
    await start('node1', startOf('node1'));
    for (const name of ['node2', 'node3']) {
      await run('node1', onFirst);
      copyFileSync(file('node1', 'join-token'), file(name, 'join-token'));
      await run(name, onNew.slice(0, onNew.indexOf('npx fgs start')));
      await start(name, startOf(name));
    }
    const status = await run('node1', 'npx fgs cluster status');
    for (const name of NAMES) expect(status).toContain(`${network.addressOf(name)}:8090`);
  });

  it('has a balancer before them', LONG, async () => {
    const [config = ''] = blocks('The balancer', 'text');
    const third = `  server node3 ${network.addressOf('node3')}:8080\n`;
    writeFileSync(file('haproxy.cfg'), asOn('node2', config) + third);
    const [program = '', ...words] = network.on('switch');
    balancer = spawn(program, [...words, 'haproxy', '-f', file('haproxy.cfg')], { stdio: 'ignore' });
    const credentials = JSON.parse(readFileSync(file('node1', 'data', 'credentials.json'), 'utf8')) as Credentials;
    const endpoint = `http://${network.addressOf('switch')}:8080`;
    tenant = { endpoint, credentials, api: connect({ ...credentials, endpoint }) };
    await expect
      .poll(
        () =>
          fetch(`${endpoint}/v1/ready`).then(
            ({ status }) => status,
            () => 0,
          ),
        LONG,
      )
      .toBe(200);
    account = await ClusterAccount.open(tenant, writableFolder(network, 'account'));
    for (let n = 0; n < 30; n += 1) await expect.poll(() => account.call(tenant, 0), PATIENCE).toBe('ok');
  });

  it('loses nothing when one is killed, and each is drained and restarted in order', LONG, async () => {
    let isOver = false;
    const work = async (): Promise<void> => {
      while (!isOver) {
        await (Math.random() < 0.5 ? account.call(tenant, 50) : account.enqueue(tenant, 50));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const load = Promise.all([work(), work()]);
    try {
      await account.duringKill(() => end('node2', 'SIGKILL'));
      const before = account.accepted.size;
      await expect.poll(() => account.accepted.size, PATIENCE).toBeGreaterThan(before + 10);
      await start('node2', startOf('node2'));
      await expect.poll(() => account.call(tenant, 0), PATIENCE).toBe('ok');

      const { interrupted, unreachable } = account.calls;
      const [status = '', drain = ''] = (blocks('Take a server out', 'sh')[0] ?? '').split('\n');
      for (const name of ['node2', 'node3']) {
        await run(name, status);
        await run(name, drain);
        await expect.poll(() => ready(name), PATIENCE).toBe(false);
        // the balancer asks twice a second
        const at = account.accepted.size;
        await expect.poll(() => account.accepted.size, PATIENCE).toBeGreaterThan(at + 20);
        expect(await end(name, 'SIGTERM')).toBe(0);
        await start(name, startOf(name));
      }
      expect({ ...account.calls }).toMatchObject({ interrupted, unreachable });
    } finally {
      isOver = true;
      await load;
    }
    await expect.poll(() => account.open(tenant), { ...PATIENCE, interval: 500 }).toEqual([]);
    expect(await account.violations(tenant, LIMIT)).toEqual([]);
    console.info(`${account.accepted.size} events and ${JSON.stringify(account.calls)} through the balancer`);
  });

  it('takes one out for good', LONG, async () => {
    const [, drain = ''] = (blocks('Take a server out', 'sh')[0] ?? '').split('\n');
    const [remove = ''] = (blocks('Take a server out', 'sh')[1] ?? '').split('\n');
    await run('node3', drain);
    const removed = async (): Promise<unknown> => {
      const child = spawned('node3', `${remove} --yes`);
      return (await once(child, 'close'))[0];
    };
    // calls may still end there
    await expect.poll(removed, PATIENCE).toBe(0);
    await expect.poll(() => running.get('node3')?.exitCode, PATIENCE).toBe(0);
    expect(await run('node1', 'npx fgs cluster status')).not.toContain(`${network.addressOf('node3')}:8090`);
    expect(await account.call(tenant, 0)).toBe('ok');
  });
});
