import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findPostgres, NO_POSTGRES, type PostgresCluster } from '../../packages/server/src/storage/testing-cluster.ts';
import { PATIENCE, request } from '../functions.ts';
import { ClusterAccount } from '../machines/account.ts';
import { DatabaseAddress } from '../machines/database-address.ts';
import { type Machine, Machines, postgresWithStandby, whyNoMachines, writableFolder } from '../machines/machines.ts';
import { RandomLoad } from '../machines/random-load.ts';

const LIMIT = 12;
const LONG = { timeout: 300_000 };

const whyNot = findPostgres() === undefined ? NO_POSTGRES : whyNoMachines();

describe.skipIf(whyNot !== undefined)(`servers whose PostgreSQL fails over${whyNot ? ` (${whyNot})` : ''}`, () => {
  let machines: Machines;
  let address: DatabaseAddress;
  let standby: PostgresCluster;
  let account: ClusterAccount;
  let load: RandomLoad | undefined;

  beforeAll(async () => {
    machines = await Machines.start({
      servers: 2,
      args: ['--sandbox', 'process', '--account-concurrency', String(LIMIT)],
      postgres: async (network) => {
        const primary = await postgresWithStandby(network);
        address = await DatabaseAddress.open(network.serviceAddress);
        address.lead(primary);
        return primary;
      },
    });
    standby = await machines.cluster.addStandby();
    const [{ server }] = machines.all as [Machine];
    account = await ClusterAccount.open(server, writableFolder(machines.network, 'account'));
    for (const each of machines.all)
      await vi.waitFor(async () => expect(await account.call(each.server, 0)).toBe('ok'), PATIENCE);
    load = new RandomLoad(machines, account);
  }, LONG.timeout);
  afterAll(async () => {
    await load?.end();
    await machines?.[Symbol.asyncDispose]();
    await standby?.stop();
    await address?.[Symbol.asyncDispose]();
  });

  it('go on with the standby, which has everything that was acknowledged', LONG, async () => {
    const [first] = machines.all as [Machine];
    await expect.poll(() => account.accepted.size, PATIENCE).toBeGreaterThan(100);
    const [{ state, sync_state } = {}] = await machines.sql('select state, sync_state from pg_stat_replication');
    expect([state, sync_state]).toEqual(['streaming', 'sync']);

    // in the middle of what clients send
    await machines.cluster.kill('SIGKILL');
    const killedAt = Date.now();
    const before = account.accepted.size;
    await standby.promote();
    address.lead(standby);
    for (const { server } of machines.all) {
      await expect.poll(() => account.enqueue(server, 0), PATIENCE).toBe(true);
      await expect.poll(() => account.call(server, 0), PATIENCE).toBe('ok');
      const ready = async (): Promise<number> => (await request(server, { method: 'GET', path: '/v1/ready' })).status;
      await expect.poll(ready, PATIENCE).toBe(200);
    }
    console.info(`both servers took events and calls ${Date.now() - killedAt} ms after the kill`);
    await expect.poll(() => account.accepted.size, PATIENCE).toBeGreaterThan(before + 100);

    await load?.end();
    await expect.poll(() => account.open(first.server), { ...PATIENCE, interval: 500 }).toEqual([]);
    expect(await account.violations(first.server, LIMIT)).toEqual([]);
    const figures = { accepted: account.accepted.size, notAccepted: account.notAccepted.size, ...account.calls };
    console.info(JSON.stringify({ ...figures, ticks: account.ticks }));
  });
});
