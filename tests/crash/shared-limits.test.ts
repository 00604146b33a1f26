import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPostgres } from '../../packages/server/src/storage/testing-cluster.ts';
import { call, deploy, PATIENCE, type RawAnswer, request, runtimeOf, target } from '../functions.ts';
import type { TestServer } from '../server.ts';
import { TwoServers } from '../two-servers.ts';
import { mostAtOnce, noted, noting } from './account-folder.ts';

/** Of the account on both servers together. */
const LIMIT = 20;
const CALLS = 120;
/** Most of the limit, but not the places that one function leaves to others. */
const MOST = 16;
const PAUSE = { timeout: 150_000, interval: 500 };
const LONG = { timeout: 400_000 };

describe.skipIf(findPostgres() === undefined)('limits of two servers', () => {
  let two: TwoServers;
  let a: TestServer;
  let b: TestServer;
  let runtime: string;
  beforeAll(async () => {
    two = await TwoServers.start();
    [a, b] = [two.first, two.second];
    runtime = await runtimeOf(a, 'Node.js');
  });
  afterAll(() => two?.[Symbol.asyncDispose]());

  const file = (name: string): string => join(two.folder, name);
  const sql = (text: string) => two.cluster.run(two.database, text);
  /** A function that notes when it begins and ends, and both servers know. */
  const make = async (name: string, wait: string): Promise<string> => {
    const body = `${noting(file(name), "'begin', Date.now()")} ${wait} ${noting(file(name), "'end', Date.now()")}`;
    const code = `exports.handler = async (event, context) => { ${body} return { statusCode: 200, body: 'done' }; };`;
    const urn = await deploy(a, { name, runtime, timeout: 120, files: { 'index.js': code } });
    const path = `/v2/${a.credentials.project_id}/fgs/functions/${urn}/config`;
    await expect.poll(async () => (await request(b, { method: 'GET', path })).status, PATIENCE).toBe(200);
    return urn;
  };
  const begun = (name: string): number => noted(file(name)).filter(([what]) => what === 'begin').length;
  /** Until it is not refused because too much runs. */
  const served = async (server: TestServer, urn: string): Promise<RawAnswer> => {
    for (;;) {
      const answer = await call(server, urn);
      if (answer.status !== 429) return answer;
    }
  };
  /** All calls in one instance: the memory of the machine does not count. */
  const shareInstance = async (name: string, urn: string): Promise<string> => {
    await a.api.call('updateFunctionConfig', {
      params: target(a, urn),
      body: {
        func_name: name,
        ...{ runtime, handler: 'index.handler', timeout: 120, memory_size: 128 },
        strategy_config: { concurrency: 4, concurrent_num: LIMIT },
      },
    });
    return urn;
  };
  const ready = async (server: TestServer) => (await request(server, { method: 'GET', path: '/v1/ready' })).status;
  const waitFor = (name: string) =>
    `while (!require('node:fs').existsSync(${JSON.stringify(file(name))})) await new Promise((r) => setTimeout(r, 50));`;

  it('calls of an account at both never run more at once than the account may', LONG, async () => {
    const urn = await make('counted', 'await new Promise((end) => setTimeout(end, 200));');
    const answers = await Promise.all(Array.from({ length: CALLS }, (_, n) => served(n % 2 === 0 ? a : b, urn)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: CALLS }, () => 200));
    expect(begun('counted')).toBe(CALLS);
    expect(mostAtOnce(file('counted'))).toBeLessThanOrEqual(LIMIT);
    console.info(`${CALLS} calls at two servers: at most ${mostAtOnce(file('counted'))} at once`);
  });

  it('instances of a function on both are never more than it may have', LONG, async () => {
    const urn = await make('few', 'await new Promise((end) => setTimeout(end, 100));');
    await a.api.call('updateFunctionMaxInstanceConfig', { params: target(a, urn), body: { max_instance_num: 3 } });
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => served(n % 2 === 0 ? a : b, urn)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(mostAtOnce(file('few'))).toBeLessThanOrEqual(3);
  });

  it('a server that cannot renew its share begins no calls after 50 s, and goes on when it can', LONG, async () => {
    const urn = await make('paused', '');
    expect((await served(a, urn)).status).toBe(200);
    await sql('alter function budget_exchange rename to budget_exchange_elsewhere');
    try {
      await expect.poll(async () => (await call(a, urn)).status, PAUSE).toBe(503);
      expect((await call(a, urn)).text).toContain('has not reached the database');
      expect(await ready(a)).toBe(503);
    } finally {
      await sql('alter function budget_exchange_elsewhere rename to budget_exchange');
    }
    await expect.poll(async () => [await ready(a), await ready(b)], PATIENCE).toEqual([200, 200]);
    expect((await served(a, urn)).status).toBe(200);
    expect((await served(b, urn)).status).toBe(200);
  });

  it('the share of a killed server comes back when its lease has ended', LONG, async () => {
    const lost = await shareInstance('lost', await make('lost', waitFor('never')));
    const held = await shareInstance('held', await make('held', waitFor('release')));
    const [home] = await sql(`select home from server where name like '%(${b.pid})%'`);
    const cut = Array.from({ length: MOST }, () => call(b, lost).catch(() => undefined));
    await expect.poll(() => begun('lost'), PATIENCE).toBeGreaterThan(MOST / 2);
    await b.kill('SIGKILL');
    // instead of a minute
    await sql(`update budget_lease set expires_at = 0 where home = '${home?.home}'`);
    const calls = Array.from({ length: MOST }, () => served(a, held));
    await expect.poll(() => begun('held'), PAUSE).toBe(MOST);
    writeFileSync(file('release'), '');
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(calls.map(() => 200));
    await Promise.all(cut);
  });
});
