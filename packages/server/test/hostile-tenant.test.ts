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
  {
    method,
    path,
    query = '',
    body,
    raw = false,
  }: { method: string; path: string; query?: string; body?: unknown; raw?: boolean },
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${server.running.endpoint}${path}${query}`, {
    method,
    headers: { 'X-Auth-Token': token, 'Content-Type': 'application/json' },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, text: bytes.toString(raw ? 'base64' : 'utf8') };
}

const fill = (path: string, values: Readonly<Record<string, string>>): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? 'x'));

/** A call of the victim's own, whose answer must exist. */
async function own<T>(id: RouteId, input: { params?: object; body?: object } = {}): Promise<T> {
  const path = fill(ROUTES[id].path, { project_id: victim.projectId, ...input.params });
  const answer = await send(victim, { method: ROUTES[id].method, path, body: input.body });
  expect([id, answer.status < 300, answer.text]).toEqual([id, true, answer.text]);
  return (answer.text === '' ? {} : JSON.parse(answer.text)) as T;
}

beforeAll(async () => {
  const handler = (event: Buffer, invoke: { credentials: object }): string =>
    event.toString() === '"credentials"' ? JSON.stringify(invoke.credentials) : '{"secret":"of the victim"}';
  server = await FakeServer.start({ handler });
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
});
afterAll(() => server[Symbol.asyncDispose]());

/** The victim's view of the account, without parts that change by themselves. */
async function account(): Promise<string> {
  const seen: unknown[] = [];
  const reading: RouteId[] = [
    ...(['showFunctionConfig', 'listFunctionVersions', 'listVersionAliases', 'listEvents'] as const),
    ...(['listFunctionTriggers', 'listDependencies', 'listGatewayApps', 'showGatewayApp', 'listUsers'] as const),
    ...(['listGroups', 'listGroupMembers', 'listCustomPolicies', 'listAgencies', 'listEnterpriseProjects'] as const),
    ...(['listProjects', 'listFunctionTags', 'showTracing', 'listFunctionAsyncInvokeConfig'] as const),
  ];
  for (const id of reading) seen.push([id, await own(id, { params: theirs })]);
  // of functions that belong to an attacker by right, their existence alone
  const { functions } = await own<{ functions: { func_urn: string }[] }>('listFunctions');
  const others = functions.map(({ func_urn }) => func_urn).sort();
  seen.push(...functions.filter(({ func_urn }) => func_urn.startsWith(theirs.func_urn ?? '')), others);
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
  });

  it('finds nothing of the victim in any list, for any names in the query', async () => {
    const ids = Object.entries(theirs).filter(([, value]) => value.length > 20);
    const marks = [...ids.map(([, value]) => value), victim.projectId, victim.domainId];
    const query = `?${new URLSearchParams({
      ...Object.fromEntries(ids),
      ...{ domain_id: victim.domainId, project_id: victim.projectId, urn: theirs.function_urn ?? '' },
    })}`;
    const found: unknown[] = [];
    // the audit log holds the attempts of the attacker, with the names they used
    for (const [id, route] of withSession.filter(([id, { method }]) => method === 'GET' && id !== 'listAudit')) {
      const path = fill(route.path, { project_id: attacker.projectId });
      for (const suffix of ['', query]) {
        const { status, text: answer } = await send(attacker, { method: 'GET', path, query: suffix });
        // a refusal may repeat names of the request
        if (status < 400 && marks.some((mark) => answer.includes(mark))) found.push([id, answer.slice(0, 200)]);
      }
    }
    expect(found).toEqual([]);
  });
});

/** A user of the victim's account with few rights, or the agency of a function. */
interface Narrow {
  readonly token: string;
  /** A function that it may do everything with, under a path of its own; empty when it has none. */
  readonly own: string;
}

async function second(name: string, more: object = {}): Promise<string> {
  const { type: runtime } = (await own<{ type: string }[]>('listRuntimeTypes')).find(({ type }) =>
    type.startsWith('Node.js'),
  ) ?? { type: '' };
  const fn = { func_name: name, package: 'default', runtime, handler: 'index.handler', timeout: 3, memory_size: 128 };
  return (await own<{ func_urn: string }>('createFunction', { body: { ...fn, ...more } })).func_urn;
}

const login = async (user: { name: string; password: string }, project?: string): Promise<string> =>
  (await victim.identities.login({ ...user, domain: 'victim', ...(project === undefined ? {} : { project }) })).token;

const onFunction = (name: string): Promise<string> =>
  victim.identities.policy([
    { Effect: 'Allow', Action: ['functiongraph:*:*'], Resource: [`functiongraph:*:*:function:default/${name}`] },
  ]);

/** A user with rights on the functions whose names begin so. */
async function narrow(name: string) {
  const user = await victim.identities.user([await onFunction(`${name}*`)]);
  return { user, token: await login(user) };
}

/** A body of the form that a route asks for, with the victim's ids wherever a field has such a name. */
function formed({ body }: Route): object {
  const fields = Object.entries((body as { properties?: Record<string, unknown> }).properties ?? {});
  const made = (name: string, form: unknown): unknown => {
    const {
      type,
      anyOf,
      const: constant,
      properties,
    } = form as {
      type?: string;
      anyOf?: unknown[];
      const?: unknown;
      properties?: Record<string, unknown>;
    };
    if (constant !== undefined) return constant;
    if (anyOf !== undefined) return made(name, anyOf[0]);
    if (properties !== undefined) {
      return Object.fromEntries(Object.entries(properties).map(([key, each]) => [key, made(key, each)]));
    }
    if (type === 'array') return [];
    if (type === 'boolean') return false;
    if (type === 'number' || type === 'integer') return 1;
    return theirs[name] ?? 'x';
  };
  return Object.fromEntries(fields.map(([name, form]) => [name, made(name, form)]));
}

/** Walks all operations with ids of the victim, also below the own function. Returns those that succeeded or failed. */
async function walk({ token, own: urn }: Narrow): Promise<[RouteId, number, string][]> {
  const caller = { ...attacker, token };
  const marks = MARKS.flatMap((name) => theirs[name] ?? []);
  const through: [RouteId, number, string][] = [];
  for (const [id, route] of withSession) {
    const foreign = { ...theirs, project_id: victim.projectId };
    const below = { ...foreign, function_urn: urn, resource_id: urn };
    // a call that names only the own function is its right
    const crosses = /\{(?!project_id|function_urn|resource_id|resource_type)\w+\}/.test(route.path);
    const paths = [fill(route.path, foreign), ...(urn !== '' && crosses ? [fill(route.path, below)] : [])];
    for (const path of new Set(paths)) {
      for (const body of route.method === 'GET' ? [undefined] : [bodyOf(), formed(route)]) {
        const { status, text: answer } = await send(caller, { method: route.method, path, body });
        const shown = status < 400 && marks.some((mark) => answer.includes(mark));
        const secret = answer.includes('of the victim');
        if (status >= 500 || shown || secret) through.push([id, status, answer.slice(0, 160)]);
      }
    }
  }
  return through.filter(([, status]) => status !== 501);
}

/** Ids that only a right shows. */
const MARKS = ['function_urn', 'event_id', 'trigger_id', 'depend_id', 'app_id', 'request_id', 'user_id'].concat([
  'role_id',
  'agency_id',
  'access_key',
  'group_id',
]);

describe('a narrow user of the same account', () => {
  const expectHarmless = async (narrow: Narrow): Promise<void> => {
    const before = await account();
    expect(await walk(narrow)).toEqual([]);
    expect(await account()).toBe(before);
  };

  it('with rights on one function reaches no other one', async () => {
    const urn = await second('mine');
    const user = await victim.identities.user([await onFunction('mine')]);
    await expectHarmless({ token: await login(user), own: urn });
  });

  it('names in bodies and queries of the own function nothing that belongs to another one', async () => {
    const urn = await second('naming');
    const token = await login(await victim.identities.user([await onFunction('naming')]));
    const { request_id = '', func_urn = '' } = theirs;
    const ask = (id: RouteId, { query = '', body }: { query?: string; body?: object }) => {
      const path = fill(ROUTES[id].path, { project_id: victim.projectId, function_urn: urn });
      return send({ ...attacker, token }, { method: ROUTES[id].method, path, query, body });
    };
    for (const [id, query] of [
      ['listAsyncInvocations', `?request_id=${request_id}`],
      ['listActiveAsyncInvocations', `?requests=${request_id}`],
      ['queryLogs', `?request_id=${request_id}`],
    ] as const) {
      const { status, text: answer } = await ask(id, { query });
      expect([id, status < 500, answer.includes(request_id)]).toEqual([id, true, false]);
    }
    const destination = { destination: 'FunctionGraph', param: JSON.stringify({ func_urn }) };
    for (const [id, body, expected] of [
      ['cancelAsyncInvocation', { request_id, type: 'force' }, 404],
      ['updateFunctionAsyncInvokeConfig', { destination_config: { on_success: destination } }, 403],
      ['updateFunctionConfig', { xrole: 'caller' }, 403],
    ] as [RouteId, object, number][]) {
      const { status, text: answer } = await ask(id, { body });
      expect([id, status, answer]).toEqual([id, expected, answer]);
    }
  });

  it('reads no dependency of the project by giving it to the own function', async () => {
    const { depend_id = '' } = theirs;
    const urn = await second('reading');
    const holder = await second('holding', { depend_version_list: [depend_id] });
    const { user, token } = await narrow('reading');
    const other = await narrow('holding');
    const archive = await send(victim, {
      method: 'GET',
      path: fill(ROUTES.exportFunction.path, { project_id: victim.projectId, function_urn: holder }),
      query: '?config=true&code=true',
      raw: true,
    });
    expect(archive.status).toBe(200);
    const { type: runtime } = (await own<{ type: string }[]>('listRuntimeTypes')).find(({ type }) =>
      type.startsWith('Node.js'),
    ) ?? { type: '' };
    const fn = { package: 'default', runtime, handler: 'index.handler', timeout: 3, memory_size: 128 };
    const imported = { file_name: 'f.zip', file_type: 'zip', file_code: archive.text };
    const ask = async (as: string, id: RouteId, urnOf: string, body: object): Promise<unknown> => {
      const path = fill(ROUTES[id].path, { project_id: victim.projectId, function_urn: urnOf });
      const { status, text: answer } = await send(
        { ...attacker, token: as },
        { method: ROUTES[id].method, path, body },
      );
      return [id, status, answer.includes('functiongraph:dependency:get')];
    };
    const list = { depend_version_list: [depend_id] };
    const doors: [RouteId, object][] = [
      ['createFunction', { func_name: 'reading-new', ...fn, ...list }],
      ['importFunction', { func_name: 'reading-imported', ...imported }],
      ['updateFunctionConfig', list],
      ['updateFunctionCode', list],
      ['updateFunctionConfig', { depend_version_list: ['unknown'] }],
    ];
    for (const [id, body] of doors) expect(await ask(token, id, urn, body)).toEqual([id, 403, true]);
    // it keeps its present resources, also when the body repeats them
    for (const id of ['updateFunctionConfig', 'updateFunctionCode'] as const) {
      expect(await ask(other.token, id, holder, list)).toEqual([id, 200, false]);
    }
    const reader = await victim.identities.policy([{ Effect: 'Allow', Action: ['functiongraph:dependency:get'] }]);
    await own('createGrant', { body: { group_id: user.groupId, role_id: reader } });
    for (const [id, body] of doors.slice(0, 4)) expect(await ask(token, id, urn, body)).toEqual([id, 200, false]);
  });

  it('deletes no project but that of its token', async () => {
    const make = async (name: string): Promise<string> =>
      (await own<{ project: { id: string } }>('createProject', { body: { project: { name } } })).project.id;
    const [bound, aside] = [await make('bound'), await make('aside')];
    const token = await login(await victim.identities.user(['te_admin', 'secu_admin']), bound);
    const remove = (project_id: string) =>
      send({ ...attacker, token }, { method: 'DELETE', path: fill(ROUTES.deleteProject.path, { project_id }) });
    expect((await remove(aside)).status).toBe(404);
    expect((await remove(bound)).status).toBe(204);
  });

  it('with an enterprise project reaches nothing outside of it', async () => {
    const { enterprise_project_id = '' } = theirs;
    const urn = await second('billed', { enterprise_project_id });
    const user = await victim.identities.user(['te_admin'], { enterprise_project_id });
    const token = await login(user);
    await expectHarmless({ token, own: urn });
    const path = fill(ROUTES.updateFunctionConfig.path, { project_id: victim.projectId, function_urn: urn });
    const moved = await send({ ...attacker, token }, { method: 'PUT', path, body: { enterprise_project_id: '0' } });
    expect([moved.status, moved.text]).toEqual([403, moved.text]);
  });

  it('with a token for one project reaches nothing of another project', async () => {
    const { project } = await own<{ project: { id: string } }>('createProject', {
      body: { project: { name: 'other' } },
    });
    const everything = await victim.identities.policy([{ Effect: 'Allow', Action: ['functiongraph:*:*'] }]);
    const user = await victim.identities.user([everything]);
    await expectHarmless({ token: await login(user, project.id), own: '' });
  });

  it('that is an agency reaches granted resources and nothing else', async () => {
    const urn = await second('acting');
    await victim.identities.agency('acting', [await onFunction('acting')]);
    const params = { function_urn: urn };
    await own('updateFunctionConfig', { params, body: { xrole: 'acting' } });
    const path = fill(ROUTES.invokeFunction.path, { project_id: victim.projectId, ...params });
    const answer = await send(victim, { method: 'POST', path, body: 'credentials' });
    const { authToken } = JSON.parse(answer.text) as { authToken: string };
    expect(authToken).not.toBe('');
    await expectHarmless({ token: authToken, own: urn });
  });

  it('that was disabled or deleted gets no answer but 401', async () => {
    const [off, gone] = [await victim.identities.user(['te_admin']), await victim.identities.user(['te_admin'])];
    const tokens = [await login(off), await login(gone)];
    await own('updateUser', { params: { user_id: off.id }, body: { user: { enabled: false } } });
    await own('deleteUser', { params: { user_id: gone.id } });
    const answered: unknown[] = [];
    for (const [id, route] of withSession) {
      for (const token of tokens) {
        const path = fill(route.path, { ...theirs, project_id: victim.projectId });
        const { status } = await send({ ...attacker, token }, { method: route.method, path, body: bodyOf() });
        if (status !== 401) answered.push([id, status]);
      }
    }
    expect(answered).toEqual([]);
    for (const { api } of [off, gone]) await expect(api.call('listProjects')).rejects.toMatchObject({ status: 401 });
  });
});

/** Answers that are the same for every account, or about the own project alone. */
const OF_EVERYBODY: readonly RouteId[] = [
  'showEventTemplate',
  'listFunctionTemplate',
  'showFunctionTemplate',
  'showTemplateFiles',
  'showAppTemplate',
  'showProjectTagsList',
];
