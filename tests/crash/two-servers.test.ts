import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPostgres } from '../../packages/server/src/storage/testing-cluster.ts';
import {
  asyncInvocations,
  call,
  deploy,
  enqueue,
  invoke,
  PATIENCE,
  request,
  runtimeOf,
  target,
  zipped,
} from '../functions.ts';
import type { TestServer } from '../server.ts';
import { TwoServers } from '../two-servers.ts';

/** From the request of a change to the first call elsewhere that uses it; a busy machine gets more for the slowest. */
const PROPAGATION_MS = { median: 200, most: 2_000 };
const CHANGES = 40;
/** Of the leases of a killed server. */
const TAKEOVER_MS = 10_000;
const EVENTS = 60;

interface Run {
  readonly n: string;
  readonly requestId: string;
  readonly at: number;
}

describe.skipIf(findPostgres() === undefined)('two servers on one PostgreSQL', () => {
  let two: TwoServers;
  let a: TestServer;
  let b: TestServer;
  let runtime: string;
  beforeAll(async () => {
    two = await TwoServers.start();
    [a, b] = [two.first, two.second];
    runtime = await runtimeOf(a, 'Node.js');
  }, 120_000);
  afterAll(() => two?.[Symbol.asyncDispose]());

  let made = 0;
  const make = (server: TestServer, name: string, body: string, timeout = 10): Promise<string> => {
    made += 1;
    return deploy(server, {
      name: `${name}-${made}`,
      runtime,
      timeout,
      files: { 'index.js': `exports.handler = async (event, context) => { ${body} };` },
    });
  };
  /** Appends to a file outside of everything that is killed. */
  const noting = (file: string): string =>
    `require('node:fs').appendFileSync(${JSON.stringify(join(two.folder, file))},
      (event.n ?? event.time) + ' ' + context.getRequestID() + ' ' + Date.now() + '\\n');`;
  const runsIn = (file: string): Run[] => {
    const path = join(two.folder, file);
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => {
      const [n = '', requestId = '', at = ''] = line.split(' ');
      return { n, requestId, at: Number(at) };
    });
  };
  const unfinished = async (server: TestServer, urn: string): Promise<string[]> =>
    (await asyncInvocations(server, urn)).filter((one) => /WAIT|RUNNING/.test(one.status)).map((one) => one.request_id);
  const sql = (text: string) => two.cluster.run(two.database, text);
  const median = (all: readonly number[]): number => all.toSorted((x, y) => x - y)[all.length >> 1] ?? Number.NaN;

  it('each serves what was made on the other: API, code, gateway and identities', { timeout: 120_000 }, async () => {
    const urn = await make(a, 'made-on-a', "return { statusCode: 200, body: 'from a' };");
    await expect.poll(async () => (await call(b, urn)).status, PATIENCE).toBe(200);
    expect((await invoke(b, urn)).text).toContain('from a');
    await b.api.call('setFunctionUrl', { params: target(b, urn), body: { enabled: true, auth: 'none' } });
    const url = `${a.gateway}/fn/${a.credentials.project_id}/default/made-on-a-${made}/`;
    await expect.poll(async () => (await fetch(url)).status, PATIENCE).toBe(200);
    await b.api.call('deleteFunction', { params: target(b, urn) });
    await expect.poll(async () => (await call(a, urn)).status, PATIENCE).toBe(404);
  });

  it('a change made on one is used by the calls of the other within 200 ms', { timeout: 240_000 }, async () => {
    const urn = await make(a, 'aliased', "return 'one';");
    const params = target(a, urn);
    await a.api.call('createFunctionVersion', { params, body: { version: 'v1' } });
    await a.api.call('updateFunctionCode', {
      params,
      body: {
        code_type: 'zip',
        code_filename: 'code.zip',
        func_code: { file: zipped({ 'index.js': "exports.handler = async (event, context) => 'two';" }) },
      },
    });
    await a.api.call('createFunctionVersion', { params, body: { version: 'v2' } });
    await a.api.call('createVersionAlias', { params, body: { name: 'live', version: 'v1' } });
    const live = `${urn}:!live`;
    await expect.poll(async () => (await call(b, live)).text, PATIENCE).toContain('one');
    const took: number[] = [];
    for (let n = 0; n < CHANGES; n += 1) {
      const [writer, reader] = n % 2 === 0 ? [a, b] : [b, a];
      const [version, answer] = Math.floor(n / 2) % 2 === 0 ? ['v2', 'two'] : ['v1', 'one'];
      // both have warm instances of both versions
      for (const [each, text] of [
        ['v1', 'one'],
        ['v2', 'two'],
      ] as const)
        expect((await invoke(reader, `${urn}:${each}`)).text).toContain(text);
      const begin = performance.now();
      const change = writer.api.call('updateVersionAlias', {
        params: { ...target(writer, urn), alias_name: 'live' },
        body: { version },
      });
      for (;;) {
        const sentAt = performance.now();
        if ((await call(reader, live)).text.includes(answer)) {
          took.push(sentAt - begin);
          break;
        }
        if (sentAt - begin > PROPAGATION_MS.most) throw new Error(`the change ${n} was not seen`);
      }
      await change;
    }
    const figures = { median: median(took), most: Math.max(...took) };
    console.info(`a change is seen by the other server: ${JSON.stringify(figures)} ms of ${CHANGES}`);
    expect(figures.median).toBeLessThan(PROPAGATION_MS.median);
    expect(figures.most).toBeLessThan(PROPAGATION_MS.most);
  });

  it('a request that carries the number of a change sees it on the other server at once', {
    timeout: 60_000,
  }, async () => {
    for (let n = 0; n < 10; n += 1) {
      const [writer, reader] = n % 2 === 0 ? [a, b] : [b, a];
      const urn = await make(writer, 'numbered', "return 'first';");
      const path = `/v2/${writer.credentials.project_id}/fgs/functions/${urn}/versions`;
      const made = await request(writer, { path, body: JSON.stringify({ version: 'v1' }) });
      const number = made.headers.get('x-funcgraph-change') ?? '';
      expect(Number(number)).toBeGreaterThan(0);
      const answer = await call(reader, `${urn}:v1`, {}, { 'X-Funcgraph-Change': number });
      expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('first')]);
    }
    const urn = await make(a, 'numbered', "return 'first';");
    expect((await call(a, urn, {}, { 'X-Funcgraph-Change': '9007199254740991' })).status).toBe(200);
    expect((await call(a, urn, {}, { 'X-Funcgraph-Change': 'x' })).status).toBe(400);
  });

  it('an invocation that runs on one is cancelled on the other', { timeout: 120_000 }, async () => {
    const urn = await make(
      a,
      'endless',
      `${noting('endless')} await new Promise((end) => setTimeout(end, 90_000));`,
      120,
    );
    const id = await enqueue(a, urn, { n: 1 });
    await expect.poll(() => runsIn('endless').length, PATIENCE).toBe(1);
    await b.api.call('cancelAsyncInvocation', { params: target(b, urn), body: { request_id: id, type: 'force' } });
    const status = async () => (await asyncInvocations(b, urn, { request_id: id }))[0]?.status;
    await expect.poll(status, PATIENCE).toBe('FAIL');
  });

  it('a server that stood still finishes nothing that the other one took over, and goes on', {
    timeout: 120_000,
  }, async () => {
    const urn = await make(
      a,
      'held',
      `${noting('held')} await new Promise((end) => setTimeout(end, 3_000)); return 'done';`,
    );
    await expect.poll(async () => (await call(b, urn, { n: 'warm' })).status, PATIENCE).toBe(200);
    const [{ id: before = '' } = {}] = await sql(`select id from server where name like '%(${a.pid})'`);
    const sent = await Promise.all([1, 2, 3].map((n) => enqueue(a, urn, { n })));
    const owners = async () =>
      (await sql(`select distinct owner from message where id in ('${sent.join("','")}')`)).map(({ owner }) => owner);
    await expect.poll(() => runsIn('held').filter(({ n }) => n !== 'warm').length, PATIENCE).toBe(3);
    expect(await owners()).toEqual([before]);
    process.kill(a.pid, 'SIGSTOP');
    try {
      // their functions return meanwhile, to a server that cannot store it
      await expect.poll(async () => (await owners()).includes(before), PATIENCE).toBe(false);
    } finally {
      process.kill(a.pid, 'SIGCONT');
    }
    await expect.poll(() => unfinished(b, urn), PATIENCE).toEqual([]);
    const again = () => sql(`select id from server where name like '%(${a.pid})' and id <> '${before}'`);
    await expect.poll(again, PATIENCE).toHaveLength(1);
    expect(await owners()).not.toContain(before);
    const later = await enqueue(a, urn, { n: 4 });
    await expect
      .poll(async () => (await asyncInvocations(a, urn, { request_id: later }))[0]?.status, PATIENCE)
      .toBe('SUCCESS');
  });

  it('kill -9 of either loses no event and no tick, and the other one takes over within ten seconds', {
    timeout: 300_000,
  }, async () => {
    const ticks = `ticks-${made}`;
    const ticking = await make(a, 'ticking', `${noting(ticks)} return 'done';`);
    await a.api.call('createFunctionTrigger', {
      params: target(a, ticking),
      body: {
        trigger_type_code: 'TIMER',
        event_data: { name: 'every_second', schedule_type: 'Cron', schedule: '@every 1s' },
      },
    });
    const urn = await make(
      a,
      'account',
      `${noting('ran')} await new Promise((end) => setTimeout(end, 2_500)); return 'done';`,
    );
    await expect.poll(async () => (await call(b, urn, { n: 'warm' })).status, PATIENCE).toBe(200);
    await expect.poll(() => runsIn(ticks).length, PATIENCE).toBeGreaterThan(1);
    const accepted = new Map<string, string>();
    const takeovers: number[] = [];
    for (const [round, victim] of [a, b, a].entries()) {
      const survivor = victim === a ? b : a;
      const leasedBy = (pid: number) =>
        sql(
          `select owner from message join server on server.id = owner where state = 'leased' and name like '%(${pid})'`,
        );
      const send = async (n: number): Promise<void> => {
        const event = `${round}-${n}`;
        // a server that was killed accepts nothing more
        const id = await enqueue(n % 2 === 0 ? a : b, urn, { n: event }).catch(() => undefined);
        if (id !== undefined) accepted.set(id, event);
      };
      const sending = Promise.all(Array.from({ length: EVENTS }, (_, n) => send(n)));
      await expect
        .poll(async () => (await leasedBy(victim.pid)).length, { ...PATIENCE, interval: 5 })
        .toBeGreaterThan(4);
      const [{ owner } = {}] = await leasedBy(victim.pid);
      const leased = () => sql(`select id from message where state = 'leased' and owner = '${owner}'`);
      await victim.kill('SIGKILL');
      const killedAt = Date.now();
      await sending;
      expect((await leased()).length).toBeGreaterThan(0);
      await expect.poll(async () => (await leased()).length, { ...PATIENCE, interval: 20 }).toBe(0);
      takeovers.push(Date.now() - killedAt);
      await expect.poll(() => unfinished(survivor, urn), { timeout: 60_000, interval: 100 }).toEqual([]);
      await victim.restart();
    }
    console.info(`leases of a killed server were taken over after ${takeovers.join(', ')} ms`);
    expect(Math.max(...takeovers)).toBeLessThan(TAKEOVER_MS);

    const listed = await asyncInvocations(a, urn);
    expect(listed.filter(({ status }) => status !== 'SUCCESS')).toEqual([]);
    const known = new Set(listed.map(({ request_id }) => request_id));
    expect([...accepted.keys()].filter((id) => !known.has(id))).toEqual([]);
    const ran = new Set(runsIn('ran').map(({ n }) => n));
    expect([...accepted.values()].filter((n) => !ran.has(n))).toEqual([]);

    // each tick has one event, and none is missing although the server that had the timers was killed
    const idsOfTick = Map.groupBy(runsIn(ticks), ({ n }) => Date.parse(n));
    expect([...idsOfTick.values()].filter((runs) => new Set(runs.map(({ requestId }) => requestId)).size > 1)).toEqual(
      [],
    );
    const planned = [...idsOfTick.keys()].toSorted((x, y) => x - y);
    const gaps = planned.slice(1).map((tick, index) => tick - (planned[index] ?? 0));
    expect(gaps.filter((gap) => gap !== 1_000)).toEqual([]);
  });
});
