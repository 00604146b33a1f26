import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findPostgres, NO_POSTGRES } from '../../packages/server/src/storage/testing-cluster.ts';
import { call, deploy, PATIENCE, request, runtimeOf } from '../functions.ts';
import { ClusterAccount } from '../machines/account.ts';
import { type Machine, Machines, whyNoMachines, writableFolder } from '../machines/machines.ts';
import { RandomLoad } from '../machines/random-load.ts';
import type { TestServer } from '../server.ts';

/** Of the account on all servers together. */
const LIMIT = 12;
/** A lease ends seven seconds after the last heartbeat; a busy machine gets more for the slower one. */
const TAKEOVER_MS = { fastest: 10_000, most: 60_000 };
/** A server without the database answers calls for 50 seconds. */
const PAUSE = { timeout: 120_000, interval: 500 };
const LONG = { timeout: 300_000 };
const LIVE_MS = 50_000;
const MB = 2 ** 20;

const whyNot = findPostgres() === undefined ? NO_POSTGRES : whyNoMachines();

describe.skipIf(whyNot !== undefined)(`three servers on machines of their own${whyNot ? ` (${whyNot})` : ''}`, () => {
  let machines: Machines;
  let account: ClusterAccount;
  let runtime: string;
  let load: RandomLoad | undefined;

  beforeAll(async () => {
    const args = ['--sandbox', 'process', '--account-concurrency', String(LIMIT)];
    machines = await Machines.start({ servers: 3, s3: true, args, memoryBytes: 3072 * MB });
    const [{ server }] = machines.all as [Machine];
    account = await ClusterAccount.open(server, writableFolder(machines.network, 'account'));
    runtime = await runtimeOf(server, 'Node.js');
    for (const each of machines.all)
      await vi.waitFor(async () => expect(await account.call(each.server, 0)).toBe('ok'), PATIENCE);
    load = new RandomLoad(machines, account);
  }, LONG.timeout);
  afterAll(async () => {
    await load?.end();
    await machines?.[Symbol.asyncDispose]();
  });

  const status = async (server: TestServer, path: string): Promise<number> =>
    (await request(server, { method: 'GET', path })).status;
  /** The machine whose server fires timers, as another one sees it. */
  const owner = async (seenBy: Machine): Promise<Machine | undefined> => {
    const { nodes } = (await seenBy.server.api.call('listClusterNodes', {})).data;
    const home = nodes.find(({ leases }) => leases.includes('triggers'));
    return machines.all.find(({ address }) => home?.address?.startsWith(`${address}:`));
  };
  /** Waits until another server fires timers than that one; resolves with it and the time. */
  const takenOver = async (from: Machine, seenBy: Machine): Promise<{ heir: Machine; ms: number }> => {
    const begin = Date.now();
    let heir: Machine | undefined;
    await expect
      .poll(async () => {
        heir = await owner(seenBy);
        return heir !== undefined && heir !== from;
      }, PATIENCE)
      .toBe(true);
    return { heir: heir as Machine, ms: Date.now() - begin };
  };

  it('keep their connections to each other', async () => {
    const [a] = machines.all as [Machine];
    const before = machines.connectionsOf(a);
    expect(before.length).toBeGreaterThan(0);
    // many messages of each to each
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(machines.connectionsOf(a)).toEqual(expect.arrayContaining([...before]));
  });

  it('that do not reach each other serve what they get', LONG, async () => {
    const [a, b] = machines.all as [Machine, Machine];
    machines.cut(a, b);
    try {
      const before = account.accepted.size;
      for (let n = 0; n < 20; n += 1) {
        for (const { server } of [a, b]) await expect.poll(() => account.call(server, 20), PATIENCE).toBe('ok');
      }
      await expect.poll(() => account.accepted.size, PATIENCE).toBeGreaterThan(before);
      expect(await Promise.all([a, b].map(({ server }) => status(server, '/v1/ready')))).toEqual([200, 200]);
    } finally {
      machines.mend(a, b);
    }
  });

  it('one that does not reach the S3 service runs what it has, and the rest when it can', LONG, async () => {
    const [a, , c] = machines.all as [Machine, Machine, Machine];
    machines.cut(c, 's3');
    try {
      const files = { 'index.js': "exports.handler = async (event, context) => 'stored meanwhile';" };
      const urn = await deploy(a.server, { name: 'during', runtime, files });
      const answer = () => call(c.server, urn).then(({ status, text }) => [status, text]);
      await expect.poll(() => account.call(c.server, 0), PATIENCE).toBe('ok');
      const begin = Date.now();
      await expect
        .poll(answer, PATIENCE)
        .toEqual([503, expect.stringContaining('the store that servers share for code cannot be reached')]);
      console.info(`a call whose code cannot be fetched was answered after ${Date.now() - begin} ms`);
      await expect.poll(() => account.call(c.server, 0), PATIENCE).toBe('ok');
      machines.mend(c, 's3');
      await expect.poll(answer, PATIENCE).toEqual([200, expect.stringContaining('meanwhile')]);
    } finally {
      machines.mend(c, 's3');
    }
  });

  it('that lose the database or are killed are replaced, and return by themselves', LONG, async () => {
    const [first] = machines.all as [Machine];
    const cut = (await owner(first)) ?? first;
    const others = machines.all.filter((each) => each !== cut) as [Machine, Machine];
    machines.cut(cut, 'database');
    const cutAt = Date.now();
    const takeovers: number[] = [];
    try {
      const { heir, ms } = await takenOver(cut, others[0]);
      takeovers.push(ms);
      // its warm calls need no database
      expect((await account.call(cut.server, 0)) === 'ok' || Date.now() - cutAt > LIVE_MS / 2).toBe(true);

      const survivor = others.find((each) => each !== heir) as Machine;
      await account.duringKill(() => heir.server.kill('SIGKILL'));
      const second = await takenOver(heir, survivor);
      takeovers.push(second.ms);
      expect(second.heir).toBe(survivor);
      await heir.server.restart();

      await expect.poll(() => status(cut.server, '/v1/ready'), PAUSE).toBe(503);
      const isRefused = async (): Promise<boolean> => {
        await account.call(cut.server, 0);
        return [...account.failures.keys()].some((text) => /^503 .* has not reached the database/.test(text));
      };
      await expect.poll(isRefused, PAUSE).toBe(true);
      expect(Date.now() - cutAt).toBeGreaterThan(LIVE_MS - 10_000);
    } finally {
      machines.mend(cut, 'database');
    }
    const mendedAt = Date.now();
    for (const { server } of machines.all) {
      await expect.poll(() => status(server, '/v1/ready'), PATIENCE).toBe(200);
      await expect.poll(() => account.call(server, 0), PATIENCE).toBe('ok');
      await expect.poll(() => account.enqueue(server, 0), PATIENCE).toBe(true);
    }
    console.info(`takeovers after ${takeovers} ms; all ready ${Date.now() - mendedAt} ms after the database was back`);
    expect(Math.min(...takeovers)).toBeLessThan(TAKEOVER_MS.fastest);
    expect(Math.max(...takeovers)).toBeLessThan(TAKEOVER_MS.most);
  });

  it('account for every id: nothing lost, nothing twice, no limit exceeded, each tick once', LONG, async () => {
    await load?.end();
    const [{ server }] = machines.all as [Machine];
    await expect.poll(() => account.open(server), { ...PATIENCE, interval: 500 }).toEqual([]);
    expect(await account.violations(server, LIMIT)).toEqual([]);
    expect(account.accepted.size).toBeGreaterThan(100);
    expect(account.ticks).toBeGreaterThan(30);
    const figures = { accepted: account.accepted.size, notAccepted: account.notAccepted.size, ...account.calls };
    console.info(`${JSON.stringify({ ...figures, ticks: account.ticks, mostAtOnce: account.mostAtOnce() })}`);
  });
});
