import { ApiError, createClient } from '@funcgraph/api';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ManualClock } from '../src/lib/manual-clock.ts';
import { FakeServer } from './fake-server.ts';
import { Identities } from './identity-fixture.ts';

interface Audited {
  readonly user: { readonly name: string };
  readonly trace_name: string;
  readonly resource_name: string;
  readonly code: number;
  readonly trace_id: string;
}

let server: FakeServer;
let ran: Audited[] = [];
/** What the function does with its event, with the keys of its agency. */
let act: (own: FakeServer['api']) => Promise<unknown> = () => Promise.resolve();
let identities: Identities;
let hello: { project_id: string; function_urn: string };

beforeAll(async () => {
  server = await FakeServer.start(
    {
      async handler(event, { credentials }) {
        ran.push((JSON.parse(event.toString('utf8')) as { cts: Audited }).cts);
        const { securityAccessKey: accessKey, securitySecretKey: secretKey, securityToken } = credentials;
        const { endpoint } = server.running;
        await act(createClient({ endpoint, auth: { kind: 'key', accessKey, secretKey, securityToken } }));
        return '';
      },
    },
    {},
    pino({ level: 'silent' }),
    { clock: new ManualClock(Date.now()) },
  );
  identities = new Identities(server);
  await identities.agency('writer', ['te_admin']);
  hello = await server.deploy('hello');
});
afterAll(() => server?.[Symbol.asyncDispose]());

const flowOfAudits = (name: string) => ({
  name,
  triggers: [
    {
      trigger_name: 'audit',
      trigger_type: 'CTS',
      trigger_config: { operations: ['FunctionGraph:function:createFunction'] },
    },
  ],
  nodes: [
    { id: 'start', name: 'start', kind: 'start' },
    { id: 'a', name: 'a', kind: 'function', function: 'hello' },
  ],
  edges: [{ from: 'start', to: 'a' }],
});
const create = (operations: string[], params = hello, api = server.api) =>
  api.call('createFunctionTrigger', {
    params,
    body: { trigger_type_code: 'CTS', event_data: { name: 'audit', operations } },
  });
async function runs(count: number): Promise<Audited[]> {
  const passing = () => {
    server.clock.advance(50);
    return ran.length;
  };
  await expect.poll(passing).toBe(count);
  return ran;
}

it('a selected operation starts the function, done or refused, and others do not', async () => {
  const { data } = await create(['FunctionGraph:function:createFunction;deleteFunction']);
  const { project_id, function_urn } = await server.deploy('other');
  const other = { project_id, function_urn: function_urn.replace(/:latest$/, '') };
  await server.api.call('updateFunctionConfig', { params: other, body: { description: 'changed' } });
  await server.api.call('deleteFunction', { params: other });
  await expect(server.api.call('deleteFunction', { params: other })).rejects.toMatchObject({ status: 404 });
  const audited = (await runs(3)).map(({ trace_name, resource_name, code }) => [trace_name, resource_name, code]);
  expect(audited.toSorted()).toEqual(
    [
      ['createFunction', 'default/other', 200],
      ['deleteFunction', 'default/other', 204],
      ['deleteFunction', 'default/other', 404],
    ].toSorted(),
  );
  expect(new Set(ran.map(({ trace_id }) => trace_id)).size).toBe(3);
  await server.api.call('deleteFunctionTrigger', {
    params: { ...hello, trigger_type_code: 'CTS', trigger_id: data.trigger_id },
  });
});

it('a refused operation of another account starts nothing, however it names the project', async () => {
  ran = [];
  const { data } = await create(['FunctionGraph:function:deleteFunction']);
  const guest = await server.api.call('createAccount', { body: { name: 'guest' } });
  const { access_key: accessKey, secret_key: secretKey } = guest.data;
  const { endpoint } = server.running;
  const foreign = createClient({ endpoint, auth: { kind: 'key', accessKey, secretKey } });
  const { project_id } = hello;
  const missing = { project_id, function_urn: `${hello.function_urn.replace(/:hello(:latest)?$/, '')}:missing` };
  await expect(foreign.call('deleteFunction', { params: missing })).rejects.toBeInstanceOf(ApiError);
  await expect(server.api.call('deleteFunction', { params: missing })).rejects.toMatchObject({ status: 404 });
  expect((await runs(1)).map(({ user }) => user.name)).toEqual(['admin']);
  const seen = (await foreign.call('listAudit', { query: { result: 'failed' } })).data;
  expect(JSON.stringify(seen)).toContain('deleteFunction');
  await server.api.call('deleteFunctionTrigger', {
    params: { ...hello, trigger_type_code: 'CTS', trigger_id: data.trigger_id },
  });
});

it('a function that causes the events that start it runs 16 times', async () => {
  ran = [];
  const writer = await server.deploy('writer');
  await server.api.call('updateFunctionConfig', { params: writer, body: { xrole: 'writer' } });
  await create(['FunctionGraph:function:updateFunctionConfig'], writer);
  act = (own) => own.call('updateFunctionConfig', { params: hello, body: { description: `run ${ran.length}` } });
  await server.api.call('updateFunctionConfig', { params: hello, body: { description: 'first' } });
  await runs(16);
  const passing = async () => {
    server.clock.advance(1000);
    return JSON.stringify((await server.api.call('queryLogs', { params: writer, query: {} })).data);
  };
  await expect.poll(passing).toContain('16 functions ran one after another');
  expect(ran).toHaveLength(16);
});

it('an operation starts a flow', async () => {
  ran = [];
  act = () => Promise.resolve();
  const params = { project_id: server.projectId };
  await server.api.call('createWorkflow', { params, body: { graph: flowOfAudits('audits') } });
  await server.deploy('third');
  expect(await runs(1)).toMatchObject([{ trace_name: 'createFunction', resource_name: 'default/third' }]);
});

it('who may not read the audit log gets no events of it', async () => {
  const functions = await identities.policy([{ Effect: 'Allow', Action: ['functiongraph:*:*'] }]);
  const audit = await identities.policy([{ Effect: 'Allow', Action: ['audit:entries:list'] }]);
  const { api: developer } = await identities.user([functions]);
  const { api: auditor } = await identities.user([functions, audit]);
  const refused = { status: 403, message: expect.stringContaining('audit:entries:list') };
  const operations = ['FunctionGraph:function:deleteFunction'];
  const params = { project_id: server.projectId };

  await expect(create(operations, hello, developer)).rejects.toMatchObject(refused);
  const saving = developer.call('createWorkflow', { params, body: { graph: flowOfAudits('seen') } });
  await expect(saving).rejects.toMatchObject(refused);

  const { data } = await create(operations, hello, auditor);
  const of = { ...hello, trigger_type_code: 'CTS', trigger_id: data.trigger_id };
  const body = { event_data: { operations: ['FunctionGraph:*:*'] } };
  await expect(developer.call('updateTrigger', { params: of, body })).rejects.toMatchObject(refused);
  expect((await developer.call('showFunctionTrigger', { params: of })).data.event_data).toMatchObject({ operations });
  await auditor.call('updateTrigger', { params: of, body });
});
