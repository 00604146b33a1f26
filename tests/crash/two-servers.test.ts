import { writeFileSync } from 'node:fs';
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
  project,
  request,
  runtimeOf,
  target,
  zipped,
} from '../functions.ts';
import type { TestServer } from '../server.ts';
import { TwoServers } from '../two-servers.ts';
import { noted, noting } from './account-folder.ts';
import { FlowAccount } from './flow-account.ts';

/** From the request of a change to the first call elsewhere that uses it; polling takes seconds. */
const PROPAGATION_MS = 200;
/** On a busy machine: so many times as long as the request of the change itself. */
const CHANGES_LONG = 5;
const CHANGES = 40;
/** Of the leases and the runs of flows of a killed server; a busy machine gets more for the slower ones. */
const TAKEOVER_MS = { fastest: 10_000, most: 60_000 };
/** Its share of the limits comes back after a minute; until then less runs at once. */
const SHARE_BACK_MS = 60_000;
const EVENTS = 60;
const RUNS = 30;
const SECRET = { key: 'secret', value: '$RUN.callback.wait' };
const FAIL = { key: 'fail', value: '$.fail' };

interface Running {
  readonly project_id: string;
  readonly workflow_id: string;
  readonly execution_id: string;
}

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
  });
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
  const note = (file: string): string =>
    noting(join(two.folder, file), 'event.n ?? event.time, context.getRequestID(), Date.now()');
  const runsIn = (file: string): Run[] =>
    noted(join(two.folder, file)).map(([n = '', requestId = '', at = '']) => ({ n, requestId, at: Number(at) }));
  const unfinished = async (server: TestServer, urn: string): Promise<string[]> =>
    (await asyncInvocations(server, urn)).filter((one) => /WAIT|RUNNING/.test(one.status)).map((one) => one.request_id);
  const sql = (text: string) => two.cluster.run(two.database, text);
  const median = (all: readonly number[]): number => all.toSorted((x, y) => x - y)[all.length >> 1] ?? Number.NaN;

  it('each serves what was made on the other: API, code, gateway and identities', async () => {
    const urn = await make(a, 'made-on-a', "return { statusCode: 200, body: 'from a' };");
    await expect.poll(async () => (await call(b, urn)).status, PATIENCE).toBe(200);
    expect((await invoke(b, urn)).text).toContain('from a');
    await b.api.call('setFunctionUrl', { params: target(b, urn), body: { enabled: true, auth: 'none' } });
    const url = `${a.gateway}/fn/${a.credentials.project_id}/default/made-on-a-${made}/`;
    await expect.poll(async () => (await fetch(url)).status, PATIENCE).toBe(200);
    await b.api.call('deleteFunction', { params: target(b, urn) });
    await expect.poll(async () => (await call(a, urn)).status, PATIENCE).toBe(404);
  });

  it('a change made on one is used by the calls of the other within 200 ms', async () => {
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
    const requests: number[] = [];
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
      const requested = change.then(() => requests.push(performance.now() - begin));
      for (;;) {
        const sentAt = performance.now();
        if ((await call(reader, live)).text.includes(answer)) {
          took.push(sentAt - begin);
          break;
        }
        if (sentAt - begin > PATIENCE.timeout) throw new Error(`the change ${n} was not seen`);
      }
      await requested;
    }
    const figures = { median: median(took), most: Math.max(...took), request: median(requests) };
    console.info(`a change is seen by the other server: ${JSON.stringify(figures)} ms of ${CHANGES}`);
    expect(figures.median).toBeLessThan(Math.max(PROPAGATION_MS, CHANGES_LONG * figures.request));
  });

  it('a request that carries the number of a change sees it on the other server at once', async () => {
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

  it('an invocation that runs on one is cancelled on the other', async () => {
    const urn = await make(
      a,
      'endless',
      `${note('endless')} await new Promise((end) => setTimeout(end, 90_000));`,
      120,
    );
    const id = await enqueue(a, urn, { n: 1 });
    await expect.poll(() => runsIn('endless').length, PATIENCE).toBe(1);
    await b.api.call('cancelAsyncInvocation', { params: target(b, urn), body: { request_id: id, type: 'force' } });
    const status = async () => (await asyncInvocations(b, urn, { request_id: id }))[0]?.status;
    await expect.poll(status, PATIENCE).toBe('FAIL');
  });

  it('alarms about functions see the calls of both', { timeout: 200_000 }, async () => {
    const alarms = await Promise.all(
      [a, b].map(async (server, at) => {
        const urn = await make(server, 'alarming', "throw new Error('broken');");
        const rule = { target_urn: urn, metric: 'failcount', statistic: 'sum', period: 1, comparison: '>=' as const };
        const name = `fails-${at}`;
        await server.api.call('createAlarm', { params: project(server), body: { ...rule, name, threshold: 1 } });
        await call(server, urn);
        return { alarm: { ...project(server), alarm_name: name } };
      }),
    );
    for (const { alarm } of alarms) {
      const state = async () => (await a.api.call('showAlarm', { params: alarm })).data.state;
      await expect.poll(state, { timeout: 150_000, interval: 1_000 }).toBe('alarm');
    }
  });

  it('show the log lines, invocations and metrics of both, and name one that is gone', async () => {
    const slowly = "if (event.n === 'warm') await new Promise((end) => setTimeout(end, 500));";
    const urn = await make(a, 'logging', `console.log('said ' + event.n); ${slowly}`);
    await expect.poll(async () => (await call(b, urn, { n: 'warm' })).status, PATIENCE).toBe(200);
    // one of them may run in the instance of the other server, so that the rest starts instances here
    await Promise.all(Array.from({ length: 3 }, () => invoke(a, urn, { n: 'warm' })));
    const ids = new Map<string, string>();
    for (let n = 0; n < 8; n += 1) {
      ids.set(String(n), (await invoke(n % 2 === 0 ? a : b, urn, { n })).requestId);
    }
    const since = new Date(Date.now() - 600_000).toISOString();
    const said = async (server: TestServer, limit: number) => {
      const texts: string[] = [];
      let cursor: string | undefined;
      do {
        const query = { from: since, limit: String(limit), keyword: 'said', order: 'asc' as const };
        const params = target(server, urn);
        const { data } = await server.api.call('queryLogs', { params, query: cursor ? { ...query, cursor } : query });
        expect(data.unreachable_servers).toBeUndefined();
        texts.push(...data.lines.map(({ message }) => message.trim()));
        cursor = data.next_cursor;
      } while (cursor !== undefined);
      return texts.filter((text) => text !== 'said warm');
    };
    const expected = [...ids.keys()].map((n) => `said ${n}`);
    for (const server of [a, b]) {
      await expect.poll(() => said(server, 3), PATIENCE).toEqual(expected);
      const { data } = await server.api.call('listReceipts', { params: target(server, urn), query: { from: since } });
      expect(data.receipts.map(({ request_id }) => request_id)).toEqual(expect.arrayContaining([...ids.values()]));
      const metrics = await server.api.call('showMetrics', { params: target(server, urn), query: {} });
      expect(metrics.data.points.reduce((sum, { count }) => sum + count, 0)).toBe(12);
      for (const request_id of ids.values()) {
        const receipt = await server.api.call('showReceipt', { params: { ...project(server), request_id } });
        expect(receipt.data.request_id).toBe(request_id);
      }
    }
    const lines: string[] = [];
    const ended = new AbortController();
    const { signal } = ended;
    const following = (async () => {
      for await (const { message } of a.api.stream('followLogs', { params: target(a, urn), query: {}, signal }))
        lines.push(message.trim());
    })().catch(() => {});
    await expect
      .poll(async () => {
        await call(b, urn, { n: 'live' });
        return lines.includes('said live');
      }, PATIENCE)
      .toBe(true);
    ended.abort();
    await following;
    process.kill(b.pid, 'SIGSTOP');
    try {
      const { data } = await a.api.call('queryLogs', {
        params: target(a, urn),
        query: { from: since, keyword: 'said' },
      });
      expect(data.unreachable_servers).toEqual([expect.stringContaining(`(${b.pid})`)]);
      expect(data.lines.length).toBeGreaterThan(3);
    } finally {
      process.kill(b.pid, 'SIGCONT');
    }
    await expect.poll(() => said(a, 100), PATIENCE).toEqual(expect.arrayContaining(expected));
  });

  it('share out reserved instances, and one takes those of the other when it is killed', async () => {
    const urn = await make(a, 'reserved', "return 'reserved';");
    const reserve = (count: number) =>
      a.api.call('updateFunctionReservedInstancesCount', { params: target(a, urn), body: { count, idle_mode: false } });
    const reservedOn = async (server: TestServer) => {
      const { data } = await server.api.call('showReservedInstances', { params: target(server, urn) });
      const counts = data.reserved_instances.flatMap(({ desired, ready }) => [desired, ready]);
      return { counts, missing: data.unreachable_servers ?? [] };
    };
    const together = { counts: [4, 4], missing: [] };
    await reserve(4);
    for (const server of [a, b]) await expect.poll(() => reservedOn(server), PATIENCE).toEqual(together);
    process.kill(b.pid, 'SIGSTOP');
    try {
      const own = { counts: [2, 2], missing: [expect.stringContaining(`(${b.pid})`)] };
      expect(await reservedOn(a)).toEqual(own);
    } finally {
      process.kill(b.pid, 'SIGCONT');
    }
    await expect.poll(() => reservedOn(a), PATIENCE).toEqual(together);
    await b.kill('SIGKILL');
    const killedAt = Date.now();
    await expect.poll(() => reservedOn(a), PATIENCE).toEqual(together);
    console.info(`reserved instances of a killed server were placed again after ${Date.now() - killedAt} ms`);
    await b.restart();
    for (const server of [b, a]) await expect.poll(() => reservedOn(server), PATIENCE).toEqual(together);
    await reserve(0);
    const none = { counts: [], missing: [] };
    for (const server of [a, b]) await expect.poll(() => reservedOn(server), PATIENCE).toEqual(none);
  });

  it('a server that stood still finishes nothing that the other one took over, and goes on', async () => {
    const open = join(two.folder, 'held-open');
    const isHeld = `event.n !== 'warm' && !require('node:fs').existsSync(${JSON.stringify(open)})`;
    const pause = 'await new Promise((end) => setTimeout(end, 20));';
    const urn = await make(a, 'held', `${note('held')} while (${isHeld}) ${pause} return 'done';`, 60);
    await expect.poll(async () => (await call(b, urn, { n: 'warm' })).status, PATIENCE).toBe(200);
    const [{ id: before = '' } = {}] = await sql(`select id from server where name like '%(${a.pid})'`);
    const sent = await Promise.all([1, 2, 3].map((n) => enqueue(a, urn, { n })));
    const owners = async () =>
      (await sql(`select distinct owner from message where id in ('${sent.join("','")}')`)).map(({ owner }) => owner);
    await expect.poll(() => runsIn('held').filter(({ n }) => n !== 'warm').length, PATIENCE).toBe(3);
    expect(await owners()).toEqual([before]);
    process.kill(a.pid, 'SIGSTOP');
    try {
      // their functions return now, to a server that cannot store it
      writeFileSync(open, '');
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

  it('a run that one drives is followed, stopped, answered, retried and forked on the other', async () => {
    const fn = await make(a, 'step', "if (event.fail) throw new Error('no'); return event;");
    const graph = {
      name: 'asked-elsewhere',
      nodes: [
        { id: 'start', name: 'start', kind: 'start' },
        { id: 'secret', name: 'secret', kind: 'function', function: fn, parameters: [SECRET, FAIL] },
        { id: 'wait', name: 'wait', kind: 'wait', callback: {} },
        { id: 'last', name: 'last', kind: 'function', function: fn },
      ],
      edges: [
        { from: 'start', to: 'secret' },
        { from: 'secret', to: 'wait' },
        { from: 'wait', to: 'last' },
      ],
    };
    const flow = { ...project(a), workflow_id: '' };
    flow.workflow_id = (await a.api.call('createWorkflow', { params: project(a), body: { graph } })).data.id;
    const start = async (input = {}): Promise<Running> => {
      const { data } = await a.api.call('startWorkflowExecution', { params: flow, body: { input } });
      return { ...flow, execution_id: data.execution_id };
    };
    const show = async (params: Running) => (await b.api.call('showWorkflowExecution', { params })).data;
    const outputOf = async (params: Running, node: string) =>
      (await show(params)).node_execution_details.find(({ node_id }) => node_id === node)?.executions[0]?.output;
    const callback = (run: Running, id: string) =>
      b.api.call('createCallbackWorkflow', {
        params: flow,
        headers: { 'X-Workflow-Run-Id': run.execution_id, 'X-Workflow-State-Id': id },
        body: { result: 'success', output: { approved: true } },
      });

    const run = await start();
    const events: unknown[] = [];
    const following = (async () => {
      for await (const { event } of b.api.stream('followWorkflowExecution', { params: run, query: {} }))
        events.push(event.type);
    })();
    const secret = async () => ((await outputOf(run, 'secret')) as { secret?: string } | undefined)?.secret;
    await expect.poll(secret, PATIENCE).toEqual(expect.any(String));
    const id = (await secret()) ?? '';
    expect((await callback(run, id)).data.execution_id).toBe(run.execution_id);
    await expect.poll(async () => (await show(run)).status, PATIENCE).toBe('success');
    expect(await outputOf(run, 'last')).toMatchObject({ approved: true });
    await following;
    expect([events[0], events.at(-1)]).toEqual(['run_started', 'run_finished']);
    await expect(callback(run, id)).rejects.toMatchObject({ status: 410 });

    const forked = await b.api.call('forkWorkflowExecution', { params: run, body: { node: 'last', input: { n: 2 } } });
    const fork = { ...flow, execution_id: forked.data.execution_id };
    await expect.poll(async () => (await show(fork)).output, PATIENCE).toEqual({ n: 2 });

    const stopped = await start();
    await expect.poll(async () => (await outputOf(stopped, 'secret')) !== undefined, PATIENCE).toBe(true);
    await b.api.call('stopWorkFlow', { params: stopped });
    await expect.poll(async () => (await show(stopped)).status, PATIENCE).toBe('cancel');

    const failing = await start({ fail: true });
    await expect.poll(async () => (await show(failing)).status, PATIENCE).toBe('fail');
    const { headers } = await b.api.call('retryWorkFlow', { params: failing });
    const retried = { ...flow, execution_id: headers.get('x-workflowrun-id') ?? '' };
    await expect.poll(async () => (await show(retried)).status, PATIENCE).toBe('fail');
    // each was begun by the server that was asked, and ended by its owner
    expect(await sql('select distinct owner from flow_run where ended_at is null')).toEqual([]);
  });

  it('kill -9 of either loses no event, run or tick, and the other one takes over within ten seconds', {
    timeout: 300_000,
  }, async () => {
    const ticks = `ticks-${made}`;
    const ticking = await make(a, 'ticking', `${note(ticks)} return 'done';`);
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
      `${note('ran')} await new Promise((end) => setTimeout(end, 1_500)); return 'done';`,
    );
    await expect.poll(async () => (await call(b, urn, { n: 'warm' })).status, PATIENCE).toBe(200);
    await expect.poll(() => runsIn(ticks).length, PATIENCE).toBeGreaterThan(1);
    const flow = await FlowAccount.open(a, 'killed', { folder: two.folder, ms: 300 });
    const tickingFlow = await makeTicking(a);
    const accepted = new Map<string, string>();
    const takeovers = { leases: [] as number[], runs: [] as number[], ends: [] as number[] };
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
      await Promise.all(Array.from({ length: RUNS }, (_, n) => flow.start(n % 2 === 0 ? a : b, round * RUNS + n)));
      const [{ owner } = {}] = await leasedBy(victim.pid);
      const leased = () => sql(`select id from message where state = 'leased' and owner = '${owner}'`);
      const driven = () => sql(`select run from flow_run where ended_at is null and owner = '${owner}'`);
      // each run goes on for longer than this
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 600));
      await victim.kill('SIGKILL');
      const killedAt = Date.now();
      const elapsed = (): number => Date.now() - killedAt;
      await sending;
      const lost = (await driven()).map(({ run }) => run);
      expect((await leased()).length).toBeGreaterThan(0);
      expect(lost.length).toBeGreaterThan(0);
      const running = () => sql(`select run from flow_run where ended_at is null and run in ('${lost.join("','")}')`);
      const soon = { ...PATIENCE, interval: 20 };
      await Promise.all([
        expect
          .poll(async () => (await leased()).length, soon)
          .toBe(0)
          .then(() => takeovers.leases.push(elapsed())),
        expect
          .poll(async () => (await driven()).length, soon)
          .toBe(0)
          .then(() => takeovers.runs.push(elapsed())),
        expect
          .poll(async () => (await running()).length, { ...soon, timeout: SHARE_BACK_MS + TAKEOVER_MS.most })
          .toBe(0)
          .then(() => takeovers.ends.push(elapsed())),
      ]);
      await expect
        .poll(() => unfinished(survivor, urn), { timeout: SHARE_BACK_MS + TAKEOVER_MS.most, interval: 100 })
        .toEqual([]);
      await victim.restart();
    }
    console.info(`a killed server's work was taken over after ${JSON.stringify(takeovers)} ms`);
    const all = [...takeovers.leases, ...takeovers.runs];
    expect(Math.min(...all)).toBeLessThan(TAKEOVER_MS.fastest);
    expect(Math.max(...all)).toBeLessThan(TAKEOVER_MS.most);
    expect(Math.max(...takeovers.ends)).toBeLessThan(SHARE_BACK_MS + TAKEOVER_MS.most);
    await flow.settle(b);
    expect(flow.accepted.size).toBe(3 * RUNS);

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
    expect(gapsOf([...idsOfTick.keys()])).toEqual([]);
    const runs = await sql(`select id from flow_run where flow_id = '${tickingFlow}'`);
    expect(gapsOf(runs.map(({ id }) => Number(String(id).split('-').at(-1))))).toEqual([]);
  });
});

/** Distances between ticks of every second that are not a second. */
function gapsOf(ticks: readonly number[]): number[] {
  const sorted = ticks.toSorted((x, y) => x - y);
  return sorted.slice(1).flatMap((tick, index) => {
    const gap = tick - (sorted[index] ?? 0);
    return gap === 1_000 ? [] : [gap];
  });
}

/** A flow that a timer starts every second; returns its id. */
async function makeTicking(server: TestServer): Promise<string> {
  const trigger_config = { schedule: '@every 1s', user_event: '{"input":{}}' };
  const graph = {
    name: 'ticking',
    triggers: [{ trigger_name: 'tick', trigger_type: 'FLOWTIMER', enabled: true, trigger_config }],
    nodes: [
      { id: 'start', name: 'start', kind: 'start' },
      { id: 'wait', name: 'wait', kind: 'wait', seconds: 1 },
    ],
    edges: [{ from: 'start', to: 'wait' }],
  };
  return (await server.api.call('createWorkflow', { params: project(server), body: { graph } })).data.id;
}
