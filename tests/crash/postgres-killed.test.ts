import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPostgres, PostgresCluster } from '../../packages/server/src/storage/testing-cluster.ts';
import { asyncInvocations, call, deploy, enqueue, invoke, PATIENCE, project, runtimeOf, target } from '../functions.ts';
import { TestServer } from '../server.ts';
import { ACCOUNTING } from './account-folder.ts';

const EVENTS_A_ROUND = 80;
const SENDERS = 6;
/** The processes to kill, one per round, always without a warning. */
const ROUNDS = ['database: SIGQUIT', 'database: SIGKILL', 'server', 'both', 'database: SIGKILL', 'server'] as const;

describe.skipIf(findPostgres() === undefined)('with PostgreSQL', () => {
  let cluster: PostgresCluster;
  let server: TestServer;
  let runtime: string;
  let folder: string;
  beforeAll(async () => {
    cluster = await PostgresCluster.start();
    folder = mkdtempSync(join(tmpdir(), 'funcgraph-account-'));
    chmodSync(folder, 0o777);
    // Without isolation a function can keep the account outside of everything that is killed.
    server = await TestServer.start({ database: await cluster.create(), args: ACCOUNTING });
    runtime = await runtimeOf(server, 'Node.js');
  });
  afterAll(async () => {
    await server?.stop();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const make = (name: string, body: string): Promise<string> =>
    deploy(server, {
      name,
      runtime,
      files: { 'index.js': `exports.handler = async (event, context) => { ${body} };` },
    });
  const refusal = { status: 503, code: 'FSS.0503' };

  it('away, functions run, and changes and asynchronous calls are refused until it is back', async () => {
    const urn = await make('warm', "return 'warm';");
    expect((await invoke(server, urn)).code).toBe(0);
    const before = await enqueue(server, urn, {});
    await cluster.kill('SIGKILL');
    try {
      await whileAway(urn);
    } finally {
      await cluster.boot();
    }
    await expect.poll(() => make('later', "return 'later';").catch(() => ''), PATIENCE).toContain(':later');
    expect((await invoke(server, `${urn.slice(0, urn.lastIndexOf(':'))}:later`)).text).toContain('later');
    const status = async (id: string) => (await asyncInvocations(server, urn, { request_id: id }))[0]?.status;
    await expect.poll(() => status(before), PATIENCE).toBe('SUCCESS');
    const after = await enqueue(server, urn, {});
    await expect.poll(() => status(after), PATIENCE).toBe('SUCCESS');
  });

  async function whileAway(urn: string): Promise<void> {
    const answers = await Promise.all(Array.from({ length: 50 }, () => call(server, urn)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const requested = { params: project(server), body: { func_name: 'never', package: 'default', runtime } };
    for (const work of [
      () => enqueue(server, urn, {}),
      () => server.api.call('listFunctions', { params: project(server) }),
      () => server.api.call('createFunction', requested as never),
      () => make('later', "return 'later';"),
    ]) {
      await expect(work()).rejects.toMatchObject(refusal);
    }
    // the fastest of some: none waits for the database, but the machine may be busy with something else
    const took: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      const begun = performance.now();
      expect((await invoke(server, urn)).code).toBe(0);
      took.push(performance.now() - begun);
    }
    expect(Math.min(...took)).toBeLessThan(2000);
    const metrics = await (await fetch(`${server.endpoint}/metrics`)).text();
    expect(metrics).toContain('\nfuncgraph_database_up 0\n');
    const { data } = await server.api.call('showDoctor');
    expect(data.checks.find(({ name }) => name === 'stored in')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('PostgreSQL'),
      hint: expect.stringContaining('start PostgreSQL again'),
    });
  }

  it('each accepted invocation ends once and was run, with any process killed', async () => {
    const ran = join(folder, 'ran');
    const note = `require('node:fs').appendFileSync(${JSON.stringify(ran)}, event.n + '\\n');`;
    const urn = await make('account', `${note} if (event.fail) throw new Error('asked to fail'); return 'done';`);
    await server.api.call('updateFunctionAsyncInvokeConfig', {
      params: target(server, urn),
      body: { max_async_retry_attempts: 1, max_async_event_age_in_seconds: 3600 },
    });
    const accepted = new Map<string, { n: number; fail: boolean }>();
    const moments: number[] = [];
    let next = 0;
    for (const round of ROUNDS) {
      const killAt = 1 + Math.floor((Math.random() * EVENTS_A_ROUND) / 2);
      moments.push(killAt);
      let count = 0;
      let killed: Promise<unknown> | undefined;
      let refused = false;
      const kill = async (): Promise<void> => {
        const database = round === 'database: SIGQUIT' ? 'SIGQUIT' : 'SIGKILL';
        await Promise.all([
          round === 'server' ? undefined : cluster.kill(database),
          round === 'server' || round === 'both' ? server.kill('SIGKILL') : undefined,
        ]);
      };
      const send = async (): Promise<void> => {
        for (let sent = 0; !refused && sent < EVENTS_A_ROUND; sent += 1) {
          next += 1;
          const event = { n: next, fail: next % 6 === 0 };
          try {
            accepted.set(await enqueue(server, urn, event), event);
          } catch (error) {
            // Never answered: such an event may be stored or not; the server made no promise.
            if (killed === undefined) throw error;
            refused = true;
            return;
          }
          count += 1;
          if (count === killAt) killed = kill();
        }
      };
      await Promise.all(Array.from({ length: SENDERS }, send));
      await killed;
      if (round !== 'server') await cluster.boot();
      if (round === 'server' || round === 'both') await server.restart();
      await expect.poll(() => enqueue(server, urn, { n: 0 }).catch(() => ''), PATIENCE).not.toBe('');
    }
    const reported = `killed after acceptances ${moments.join(', ')}; ${accepted.size} accepted`;
    const open = async (): Promise<string[]> =>
      (await asyncInvocations(server, urn))
        .filter((one) => /WAIT|RUNNING/.test(one.status))
        .map((one) => one.request_id);
    await expect.poll(open, { timeout: 120_000, interval: 200 }).toEqual([]);
    const listed = await asyncInvocations(server, urn);
    expect(new Set(listed.map((one) => one.request_id)).size, reported).toBe(listed.length);
    const status = new Map(listed.map((one) => [one.request_id, one.status]));
    const wrong = [...accepted]
      .map(([id, event]) => [id, { ...event, status: status.get(id) }] as const)
      .filter(([id, { fail }]) => status.get(id) !== (fail ? 'FAIL' : 'SUCCESS'));
    expect(wrong, reported).toEqual([]);
    const runs = new Map<number, number>();
    for (const line of readFileSync(ran, 'utf8').trim().split('\n'))
      runs.set(Number(line), (runs.get(Number(line)) ?? 0) + 1);
    const tooFew = [...accepted.values()].filter(({ n, fail }) => (runs.get(n) ?? 0) < (fail ? 2 : 1));
    const tooMany = [...accepted.values()].filter(({ n, fail }) => (runs.get(n) ?? 0) > (fail ? 2 : 1) + ROUNDS.length);
    expect([tooFew, tooMany], reported).toEqual([[], []]);
  });
});
