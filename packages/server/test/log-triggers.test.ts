import { createClient } from '@funcgraph/api';
import type { Credentials } from '@funcgraph/runtimes';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ManualClock } from '../src/lib/manual-clock.ts';
import { FakeServer } from './fake-server.ts';
import { Identities } from './identity-fixture.ts';

type Target = Awaited<ReturnType<FakeServer['deploy']>>;

let server: FakeServer;
let source: Target;
let target: Target;
let identities: Identities;
const events: string[] = [];
/** Times that the source ran. */
let ran = 0;

beforeAll(async () => {
  server = await FakeServer.start(
    {
      async handler(event, { requestId, credentials }, peer) {
        const { lts, say = '' } = JSON.parse(event.toString()) as { lts?: { data: string }; say?: string };
        if (lts === undefined) {
          ran += 1;
          peer.log(requestId, say, 'ERROR');
          return '';
        }
        const text = Buffer.from(lts.data, 'base64').toString();
        events.push(text);
        if (text.includes('again')) await callBack(credentials);
        return '';
      },
    },
    {},
    pino({ level: 'silent' }),
    // log lines have the time of the machine
    { clock: new ManualClock(Date.now()) },
  );
  identities = new Identities(server);
  source = await server.deploy('source');
  target = await server.deploy('target');
});
afterAll(() => server?.[Symbol.asyncDispose]());

/** What a function does with the keys of its agency. */
async function callBack(keys: Credentials): Promise<void> {
  const { securityAccessKey: accessKey, securitySecretKey: secretKey, securityToken } = keys;
  const { endpoint } = server.running;
  const api = createClient({ endpoint, auth: { kind: 'key', accessKey, secretKey, securityToken } });
  await api.bytes('invokeFunction', { params: source, body: new TextEncoder().encode('{"say":"again"}') });
}

async function logOf(params: Target): Promise<{ log_group_id: string; log_topic_id: string }> {
  const { data } = await server.api.call('showLtsLogDetails', { params });
  return { log_group_id: String(data.group_id), log_topic_id: String(data.stream_id) };
}

const body = (log: object) => ({ trigger_type_code: 'LTS', event_data: { name: 'lines', ...log } });
const say = (text: string) =>
  server.api.bytes('invokeFunction', {
    params: source,
    body: new TextEncoder().encode(JSON.stringify({ say: text })),
  });

/** A flow of the function that is started by log lines. */
async function flow(name: string, log: object) {
  const graph = {
    name,
    triggers: [{ trigger_name: 'lines', trigger_type: 'LTS', trigger_config: log }],
    nodes: [
      { id: 'start', name: 'start', kind: 'start' },
      { id: 'a', name: 'a', kind: 'function', function: name },
    ],
    edges: [{ from: 'start', to: 'a' }],
  };
  const project = { project_id: server.projectId };
  const { id } = (await server.api.call('createWorkflow', { params: project, body: { graph } })).data;
  return { ...project, workflow_id: id };
}

/** What the runs of the flow got. */
async function inputsOf(params: Awaited<ReturnType<typeof flow>>): Promise<string[]> {
  const { executions } = (await server.api.call('listWorkflowExecutions', { params, query: {} })).data;
  const runs = executions.map(({ execution_id }) =>
    server.api.call('showWorkflowExecution', { params: { ...params, execution_id } }),
  );
  return (await Promise.all(runs)).map(({ data }) => {
    const { lts } = data.input as { lts: { data: string } };
    return Buffer.from(lts.data, 'base64').toString();
  });
}

it('log lines of one function start another one, and a flow', async () => {
  const log = await logOf(source);
  const { data } = await server.api.call('createFunctionTrigger', { params: target, body: body(log) });
  expect(data.event_data).toEqual({ name: 'lines', ...log });
  await server.deploy('watcher');
  // before the clock is ahead of the lines
  const watching = await flow('watcher', log);
  await say('disk is 91 % full');
  const passing = () => {
    server.clock.advance(1000);
    return events.join();
  };
  await expect.poll(passing).toContain('disk is 91 % full');
  const event = JSON.parse(events.find((text) => text.includes('disk is 91')) ?? '') as { logs: string };
  expect(event).toMatchObject({ owner: server.projectId, ...log });
  const lines = JSON.parse(event.logs) as { message: string }[];
  expect(lines.find(({ message }) => message === 'disk is 91 % full')).toMatchObject({ level: 'ERROR' });
  const inputs = () => inputsOf(watching);
  await expect.poll(inputs).toContainEqual(expect.stringContaining('disk is 91 % full'));
  const connection = async () => {
    // lines of the end of the call may come after the event
    server.clock.advance(1000);
    return (await server.api.call('listFunctionTriggers', { params: target })).data[0]?.connection;
  };
  await expect.poll(connection).toMatchObject({ state: 'CONNECTED', error: '', lag: 0 });
  const metrics = await (await fetch(`${server.running.endpoint}/metrics`)).text();
  expect(metrics).toMatch(/^funcgraph_log_lag_lines\{.*function="target".*\} 0$/m);
});

it('functions that start each other by lines and by calls end after 16', async () => {
  await identities.agency('caller', ['te_admin']);
  await server.api.call('updateFunctionConfig', { params: target, body: { xrole: 'caller' } });
  ran = 0;
  await say('again');
  const passing = async () => {
    server.clock.advance(1000);
    return JSON.stringify((await server.api.call('queryLogs', { params: target, query: {} })).data);
  };
  await expect.poll(passing).toContain('16 functions ran one after another');
  // each second one is the source
  expect(ran).toBe(9);
});

it('who may not read the log gets no events of it', async () => {
  const triggers = await identities.policy([{ Effect: 'Allow', Action: ['functiongraph:trigger:*'] }]);
  const logs = await identities.policy([{ Effect: 'Allow', Action: ['functiongraph:function:getLog'] }]);
  const { api: developer } = await identities.user([triggers]);
  const { api: reader } = await identities.user([triggers, logs]);
  const third = await server.deploy('third');
  const creating = { params: third, body: body(await logOf(source)) };
  await expect(developer.call('createFunctionTrigger', creating)).rejects.toMatchObject({ status: 403 });
  expect((await reader.call('createFunctionTrigger', creating)).status).toBe(201);
});

it('a trigger does not read the log of the function that it starts', async () => {
  const refused = { status: 400, code: 'FSS.1110', message: expect.stringContaining('causes itself') };
  const own = { params: target, body: body({ ...(await logOf(target)), name: 'own' }) };
  await expect(server.api.call('createFunctionTrigger', own)).rejects.toMatchObject(refused);
  const circle = { params: source, body: body({ ...(await logOf(target)), name: 'circle' }) };
  await expect(server.api.call('createFunctionTrigger', circle)).rejects.toMatchObject(refused);
});

it.each<[object, string]>([
  [{}, 'log_group_id is missing'],
  [{ log_group_id: 'g' }, 'log_topic_id is missing'],
  [{ log_group_id: 'g', log_topic_id: 't' }, 'the project has no log g/t'],
])('refuses the settings %j', async (log, message) => {
  const creating = server.api.call('createFunctionTrigger', { params: target, body: body({ ...log, name: 'wrong' }) });
  await expect(creating).rejects.toMatchObject({ status: 400, code: 'FSS.1110', message });
});

it('a flow that reads the log of its own function ends after 16 runs', async () => {
  const looper = await server.deploy('looper');
  const params = await flow('looper', await logOf(looper));
  await server.api.bytes('invokeFunction', { params: looper, body: new TextEncoder().encode('{"say":"begin"}') });
  const started = async () => {
    server.clock.advance(1000);
    return (await server.api.call('listWorkflowExecutions', { params, query: {} })).data.executions.length;
  };
  await expect.poll(started).toBe(16);
  for (let second = 0; second < 5; second += 1) expect(await started()).toBe(16);
});
