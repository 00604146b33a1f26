import { ROUTES, type Route, type RouteId } from '@funcgraph/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeZip } from '../src/artifacts/testing.ts';
import { FakeServer } from './fake-server.ts';
import { Identities } from './identity-fixture.ts';

interface Tenant {
  readonly identities: Identities;
  readonly token: string;
  readonly projectId: string;
  readonly domainId: string;
}

let server: FakeServer;
let victim: Tenant;
let attacker: Tenant;
/** Everything in the victim's account that a path can name, by the name of the parameter. */
let theirs: Readonly<Record<string, string>>;

const text = (value: string): string => Buffer.from(value).toString('base64');

async function tenant(name: string): Promise<Tenant> {
  const { data } = await server.api.call('createAccount', { body: { name } });
  const api = new Identities(server).keyClient({ accessKey: data.access_key, secretKey: data.secret_key });
  const identities = new Identities(server, api);
  const { token } = await identities.login({ name: data.user, password: data.password, domain: name });
  return { identities, token, projectId: data.project_id, domainId: data.domain_id };
}

async function send(
  { token }: Tenant,
  { method, path, query = '', body }: { method: string; path: string; query?: string; body?: unknown },
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${server.running.endpoint}${path}${query}`, {
    method,
    headers: { 'X-Auth-Token': token, 'Content-Type': 'application/json' },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
  });
  return { status: response.status, text: await response.text() };
}

const fill = (path: string, values: Readonly<Record<string, string>>): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? 'x'));

/** A call of the victim's own, whose answer must be there. */
async function own<T>(id: RouteId, input: { params?: object; body?: object } = {}): Promise<T> {
  const path = fill(ROUTES[id].path, { project_id: victim.projectId, ...input.params });
  const answer = await send(victim, { method: ROUTES[id].method, path, body: input.body });
  expect([id, answer.status < 300, answer.text]).toEqual([id, true, answer.text]);
  return (answer.text === '' ? {} : JSON.parse(answer.text)) as T;
}

beforeAll(async () => {
  server = await FakeServer.start({ handler: () => '{"secret":"of the victim"}' });
  victim = await tenant('victim');
  attacker = await tenant('attacker');
  const { type: runtime } = (await own<{ type: string }[]>('listRuntimeTypes')).find(({ type }) =>
    type.startsWith('Node.js'),
  ) ?? { type: '' };
  const fn = {
    func_name: 'hello',
    package: 'default',
    runtime,
    handler: 'index.handler',
    timeout: 3,
    memory_size: 128,
  };
  const { func_urn } = await own<{ func_urn: string }>('createFunction', { body: fn });
  const params = { function_urn: func_urn };
  await own('createFunctionVersion', { params, body: { version: 'v1' } });
  await own('createVersionAlias', { params, body: { name: 'live', version: 'v1' } });
  const event = await own<{ id: string }>('createEvent', { params, body: { name: 'sample', content: text('{}') } });
  const event_data = {
    name: 'API_way',
    type: 1,
    path: '/w',
    auth: 'APP',
    group_id: 'g1',
    func_info: { timeout: 5000 },
  };
  const trigger = await own<{ trigger_id: string }>('createFunctionTrigger', {
    params,
    body: { trigger_type_code: 'APIG', event_data },
  });
  const depend_file = fakeZip([{ name: 'lib.js', data: 'exports.x = 1;' }]).toString('base64');
  const library = { name: 'lib', runtime, depend_type: 'zip', depend_file };
  const dependency = await own<{ dep_id: string }>('createDependencyVersion', { body: library });
  const app = await own<{ id: string }>('createGatewayApp', { body: { name: 'shop' } });
  const called = await own<{ request_id: string }>('asyncInvokeFunction', { params, body: {} });
  const { id: user_id, accessKey, groupId } = await victim.identities.user([]);
  const role_id = await victim.identities.policy([{ Effect: 'Allow', Action: ['functiongraph:*:*'] }]);
  const agency_id = await victim.identities.agency('caller', [role_id]);
  const enterprise = await own<{ enterprise_project: { id: string } }>('createEnterpriseProject', {
    body: { name: 'billing' },
  });
  theirs = {
    ...{
      function_urn: func_urn,
      func_urn,
      resource_id: func_urn,
      resource_type: 'functions',
      user_id,
      agency_id,
      role_id,
    },
    ...{ event_id: event.id, trigger_id: trigger.trigger_id, trigger_type_code: 'APIG', depend_id: dependency.dep_id },
    ...{
      app_id: app.id,
      request_id: called.request_id,
      letter_id: called.request_id,
      version: '1',
      alias_name: 'live',
    },
    ...{ access_key: accessKey, group_id: groupId, enterprise_project_id: enterprise.enterprise_project.id },
    ...{ domain_id: victim.domainId, period: '60', state: 'true', action: 'state', name: 'q', upload: 'x', id: app.id },
  };
}, 120_000);
afterAll(() => server[Symbol.asyncDispose]());

/** What the victim can see of the account, without what changes by itself. */
async function account(): Promise<string> {
  const seen: unknown[] = [];
  const reading: RouteId[] = [
    ...(['listFunctions', 'showFunctionConfig', 'listFunctionVersions', 'listVersionAliases', 'listEvents'] as const),
    ...(['listFunctionTriggers', 'listDependencies', 'listGatewayApps', 'showGatewayApp', 'listUsers'] as const),
    ...(['listGroups', 'listGroupMembers', 'listCustomPolicies', 'listAgencies', 'listEnterpriseProjects'] as const),
    ...(['listProjects', 'listFunctionTags', 'showTracing', 'listFunctionAsyncInvokeConfig'] as const),
  ];
  for (const id of reading) seen.push([id, await own(id, { params: theirs })]);
  return JSON.stringify(seen).replace(/"last_login_time":"[^"]*"/g, '');
}

/** Fields by which a body could name something of the victim. */
const bodyOf = (): object => ({
  ...{ user: { name: 'x' }, group: { name: 'x' }, role: { description: 'x' }, agency: { description: 'x' } },
  ...{
    credential: { user_id: theirs.user_id, status: 'inactive' },
    tags: [{ key: 'k', value: 'v' }],
    action: 'create',
  },
  ...{ request_id: theirs.request_id, version: 'v1', name: 'x', content: text('{}'), trigger_status: 'DISABLED' },
  ...{
    group_id: theirs.group_id,
    agency_id: '',
    role_id: theirs.role_id,
    max_instance_num: 0,
    count: 0,
    enabled: false,
  },
});

const isAboutPath = ({ path }: Route): boolean => /\{\w+\}/.test(path);
const withSession = (Object.entries(ROUTES) as [RouteId, Route][]).filter(([, route]) => route.auth === 'required');

describe('an administrator of another account', () => {
  it('reads and changes nothing by ids of the victim, in the project of the victim or in an own one', async () => {
    const before = await account();
    const through: [RouteId, number, string][] = [];
    for (const [id, route] of withSession.filter(([, each]) => isAboutPath(each))) {
      for (const project_id of [victim.projectId, attacker.projectId]) {
        // the path names the own project alone
        if (project_id === attacker.projectId && !/\{(?!project_id)\w+\}/.test(route.path)) continue;
        const path = fill(route.path, { ...theirs, project_id });
        const { status, text: answer } = await send(attacker, { method: route.method, path, body: bodyOf() });
        const harmless = status >= 400 && status < 500;
        if (!harmless || answer.includes('secret') || status === 500) through.push([id, status, answer.slice(0, 160)]);
      }
    }
    expect(through.filter(([id]) => !OF_EVERYBODY.includes(id))).toEqual([]);
    expect(await account()).toBe(before);
  }, 120_000);

  it('finds nothing of the victim in any list, whatever the query names', async () => {
    const ids = Object.entries(theirs).filter(([, value]) => value.length > 20);
    const marks = [...ids.map(([, value]) => value), victim.projectId, victim.domainId];
    const query = `?${new URLSearchParams({
      ...Object.fromEntries(ids),
      ...{ domain_id: victim.domainId, project_id: victim.projectId, urn: theirs.function_urn ?? '' },
    })}`;
    const found: unknown[] = [];
    // the audit log holds the attempts of the attacker, with what they named
    for (const [id, route] of withSession.filter(([id, { method }]) => method === 'GET' && id !== 'listAudit')) {
      const path = fill(route.path, { project_id: attacker.projectId });
      for (const suffix of ['', query]) {
        const { status, text: answer } = await send(attacker, { method: 'GET', path, query: suffix });
        // a refusal may repeat what was asked for
        if (status < 400 && marks.some((mark) => answer.includes(mark))) found.push([id, answer.slice(0, 200)]);
      }
    }
    expect(found).toEqual([]);
  }, 120_000);
});

/** What is the same for every account, or about the own project alone. */
const OF_EVERYBODY: readonly RouteId[] = [
  'showEventTemplate',
  'listFunctionTemplate',
  'showFunctionTemplate',
  'showTemplateFiles',
  'showAppTemplate',
  'showProjectTagsList',
];
