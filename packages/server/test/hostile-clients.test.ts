import { request as send } from 'node:http';
import { compatibility, ROUTES, type Route, type RouteId, signRequest } from '@funcgraph/api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fakeZip } from '../src/artifacts/testing.ts';
import { FakeServer } from './fake-server.ts';
import { type Attempt, attempts, type Usual } from './hostile-inputs.ts';

/** Operations that every client of FunctionGraph can use; other operations are our own. */
const OPERATIONS = compatibility().map(({ operation }) => operation) as RouteId[];

let server: FakeServer;
let base: string;
let usual: Partial<Record<RouteId, Usual>>;
let others: string[];
let archive: string;
let runtime: string;
/** Whether the operation before may have changed what `prepare` made. */
let hasChanged = true;

const text = (value: string): string => Buffer.from(value).toString('base64');
const code = fakeZip([{ name: 'index.js', data: 'exports.handler = async () => 1;' }]).toString('base64');

beforeAll(async () => {
  server = await FakeServer.start({ handler: () => '{}' });
  await prepare();
});
afterAll(() => server?.[Symbol.asyncDispose]());

/** One function with one of everything, as it was before the last operation was tried. */
async function prepare(): Promise<void> {
  const { api, projectId: project_id } = server;
  const { data: before } = await api.call('listFunctions', { params: { project_id } });
  for (const { func_urn: urn } of before.functions) {
    await api.call('deleteFunction', { params: { project_id, function_urn: cutVersion(urn) } });
  }
  const target = await server.deploy('hello');
  base = cutVersion(target.function_urn);
  runtime = (await api.call('showFunctionConfig', { params: target })).data.runtime;
  await api.call('createFunctionVersion', { params: target, body: { version: 'v1' } });
  await api.call('createVersionAlias', { params: target, body: { name: 'live', version: 'v1' } });
  await api.call('updateFunctionConfig', { params: target, body: { description: 'to be published' } });
  const exported = await api.bytes('exportFunction', { params: target, query: { config: 'true', code: 'true' } });
  archive = Buffer.from(exported.bytes).toString('base64');
  const { data: event } = await api.call('createEvent', {
    params: target,
    body: { name: 'sample', content: text('{}') },
  });
  const { data: trigger } = await api.call('createFunctionTrigger', { params: target, body: timer('kept') });
  const { data: library } = await api.call('createDependencyVersion', { params: { project_id }, body: dependency() });
  others = [
    base.replace(project_id, 'another-project'),
    base.replace('local-1', 'elsewhere'),
    `${base}:v1`,
    `${base}:!live`,
    `${base}:missing`,
    `${base}:!missing`,
    base.replace(':hello', ':missing'),
    base.replace(':default', ':missing'),
  ];
  const fn = { project_id, function_urn: base };
  const one = { ...fn, event_id: event.id };
  const depend = { project_id, depend_id: library.dep_id };
  const at = { ...fn, trigger_type_code: 'TIMER', trigger_id: trigger.trigger_id };
  const tagged = { project_id, resource_type: 'functions', resource_id: base };
  const workflow_urn = `urn:fss:local-1:${project_id}:workflow:default:none:latest`;
  const flow = { project_id, workflow_id: 'w', execution_id: 'e', workflow_urn };
  const params = { ...fn, ...one, ...depend, ...at, ...tagged, ...flow, action: 'filter', period: '60', state: 'true' };
  /** For operations that need more than names in the path. */
  const special: Partial<Record<RouteId, Omit<Usual, 'params'> & { readonly params?: Usual['params'] }>> = {
    createFunction: { body: { ...creation(), func_name: 'made' } },
    updateFunctionCode: { body: { code_type: 'zip', code_filename: 'a.zip', func_code: { file: code } } },
    updateFunctionConfig: { body: { ...creation(), func_name: 'hello' } },
    updateFunctionMaxInstanceConfig: { body: { max_instance_num: 10 } },
    createFunctionVersion: { body: { version: 'v2', description: 'x' } },
    createVersionAlias: { body: alias },
    updateVersionAlias: { params: { ...fn, alias_name: 'live' }, body: alias },
    showVersionAlias: { params: { ...fn, alias_name: 'live' } },
    deleteVersionAlias: { params: { ...fn, alias_name: 'none' } },
    cancelAsyncInvocation: { body: { request_id: 'r', type: 'force' } },
    updateFunctionAsyncInvokeConfig: { body: asyncConfig },
    updateFunctionReservedInstancesCount: { body: { count: 0, idle_mode: false, tactics_config: tactics } },
    createDependencyVersion: { body: dependency() },
    showDependencyVersion: { params: { ...depend, version: '1' } },
    deleteDependencyVersion: { params: { ...depend, version: '9' } },
    createEvent: { body: { name: 'other', content: text('{}') } },
    updateEvent: { body: { content: text('{}') } },
    deleteEvent: { params: { ...fn, event_id: 'none' } },
    createTags: { body: { action: 'create', tags: [{ key: 'k', value: 'v' }] } },
    deleteTags: { body: { action: 'delete', tags: [{ key: 'k', value: 'v' }] } },
    createWorkflowTags: { body: { tags: [{ key: 'k', value: 'v' }] } },
    deleteWorkflowTags: { body: { tags: [{ key: 'k', value: 'v' }] } },
    showResInstanceInfo: { body: { limit: '10', offset: '0', tags: [{ key: 'k', values: ['v'] }] } },
    listStatistics: { query: { filter: 'monitor_data', period: '60' } },
    createWorkflow: { body: { graph: { name: 'made', nodes: NODES, edges: [{ from: 's', to: 'w' }] } } },
    batchDeleteWorkflows: { body: { workflow_urns: [workflow_urn] } },
    showWorkflowExecutionForPage: { query: { offset: '0', limit: '10' } },
    createCallbackWorkflow: { body: { result: 'success', output: { a: 1 } } },
    updateTracing: { body: { tracing_ak: 'ak', tracing_sk: 'sk' } },
    showFuncSnapshotState: { params: { ...fn, action: 'state' } },
    updateFuncSnapshot: { params: { ...fn, action: 'disable' } },
    exportFunction: { query: { config: 'true', code: 'true' } },
    createFunctionTrigger: { body: timer('other') },
    updateTrigger: { body: { trigger_status: 'ACTIVE', event_data: timer('kept').event_data } },
    deleteFunctionTrigger: { params: { ...at, trigger_id: 'none' } },
    batchDeleteFunctionTriggers: { params: { ...fn, function_urn: `${base}:v1` } },
    deleteFunction: { params: { ...fn, function_urn: `${base}:none` } },
    importFunction: { body: { func_name: 'taken', file_name: 'a.zip', file_type: 'zip', file_code: archive } },
    createFunctionApp: { body: { name: 'app', template_id: 'webhook-inbox', params: { secret: 'hush' } } },
    deleteFunctionApp: { params: { project_id, id: 'none' } },
    showFunctionApp: { params: { project_id, id: 'none' } },
    showAppTemplate: { params: { project_id, id: 'webhook-inbox' } },
    showFunctionTemplate: { params: { project_id, template_id: 'none' } },
  };
  const named = (id: RouteId): Record<string, string> => {
    const known: Record<string, string> = params;
    return Object.fromEntries(Object.keys(ROUTES[id].params.properties).map((name) => [name, known[name] ?? 'x']));
  };
  usual = Object.fromEntries(OPERATIONS.map((id) => [id, { params: named(id), ...special[id] }]));
}

const timer = (name: string) => ({
  trigger_type_code: 'TIMER',
  trigger_status: 'DISABLED' as const,
  event_data: { name, schedule_type: 'Rate', schedule: '1h', user_event: 'x' },
});
const NODES = [
  { id: 's', name: 's', kind: 'start' },
  { id: 'w', name: 'w', kind: 'wait', seconds: 1 },
];
const alias = {
  name: 'other',
  version: 'latest',
  additional_version_strategy: {
    v1: { combine_type: 'and', rules: [{ rule_type: 'header', param: 'X', op: '=', value: '1' }] },
  },
};
const asyncConfig = {
  max_async_event_age_in_seconds: 60,
  max_async_retry_attempts: 1,
  destination_config: { on_success: { destination: 'OBS', param: '{"bucket":"results"}' } },
};
const tactics = {
  cron_configs: [{ name: 'p', cron: '0 0 8 * * ?', count: 1, start_time: 4_000_000_000, expired_time: 4_000_003_600 }],
  metric_configs: [{ name: 'm', type: 'Concurrency', threshold: 60, min: 0 }],
};
const dependency = () => ({ name: 'lib', runtime, depend_type: 'zip', depend_file: code, description: 'x' });
const creation = () => ({
  package: 'default',
  runtime,
  handler: 'index.handler',
  timeout: 10,
  memory_size: 128,
  code_type: 'zip',
  code_filename: 'a.zip',
  func_code: { file: code },
});

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Sent as it is: nothing may tidy up the path on its way. */
async function ask(route: Route, { target, body }: Attempt): Promise<Answer> {
  const url = new URL(server.running.endpoint);
  const headers = { 'Content-Type': 'application/json' };
  const [path = '', query = ''] = target.split(/\?(.*)/s);
  const signed = {
    method: route.method,
    url: { host: url.host, pathname: path, search: query === '' ? '' : `?${query}` } as URL,
    headers,
    body: new Uint8Array(body),
    nowMs: server.clock.now(),
  };
  const proof = await signRequest(signed, server.key);
  return new Promise((resolve, reject) => {
    const outgoing = send({
      host: url.hostname,
      port: url.port,
      method: route.method,
      path: target,
      headers: { ...headers, ...proof, 'Content-Length': body.length },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    outgoing.end(body);
  });
}

/** Operations that make something of a name, which has to be a new one each time. */
const NAME_OF: Partial<Record<RouteId, string>> = {
  createFunction: 'func_name',
  importFunction: 'func_name',
  createFunctionApp: 'name',
  createFunctionVersion: 'version',
  createVersionAlias: 'name',
  createDependencyVersion: 'name',
  createEvent: 'name',
};

/** Operations that store text of a client. */
const READ_BACK = new Set<RouteId>([
  'createFunction',
  'updateFunctionConfig',
  'createFunctionVersion',
  'createVersionAlias',
  'updateVersionAlias',
  'createFunctionTrigger',
  'updateTrigger',
  'createTags',
  'createEvent',
  'createDependencyVersion',
  'createFunctionApp',
  'updateFunctionAsyncInvokeConfig',
  'updateFunctionReservedInstancesCount',
]);

/** Operations that read stored data back: of a function itself, and of its resources. */
const OF_FUNCTION = [
  'showFunctionConfig',
  'listFunctionVersions',
  'exportFunction',
  'listFunctions',
] as const satisfies readonly RouteId[];
const OF_THE_REST = [
  'listVersionAliases',
  'listFunctionTriggers',
  'listEvents',
  'listFunctionTags',
  'listFunctionAsyncInvokeConfig',
  'listDependencies',
  'listFunctionApplications',
  'listReservedInstanceConfigs',
] as const satisfies readonly RouteId[];

/** The form of a refusal: a status of the client's fault, and a body that names the fault. */
function flaw({ status, text: answer }: Answer): string | undefined {
  if (status < 400) return undefined;
  if (status >= 500) return `${status} ${answer.slice(0, 200)}`;
  try {
    const { error_code: code, error_msg: message, request_id: id } = JSON.parse(answer) as Record<string, unknown>;
    if (
      typeof code === 'string' &&
      /^(FSS|SMN|DIS)\.\d{4}$/.test(code) &&
      typeof message === 'string' &&
      message !== '' &&
      id
    )
      return undefined;
  } catch {
    // reported below
  }
  return `${status} ${answer.slice(0, 200)}`;
}

/** The usual request works or finds nothing to do: otherwise nothing behind the first check was tried. */
function surprise(id: RouteId, { status, text: answer }: Answer): string | undefined {
  const { state } = compatibility().find(({ operation }) => operation === id) ?? {};
  const expected = status < 300 || status === 404 || state === 'not here' || id === 'enableLtsLogs';
  return expected ? undefined : answer;
}

function withNewName(id: RouteId, attempt: Attempt, count: number): Attempt {
  const name = NAME_OF[id];
  const { what, body } = attempt;
  if (name === undefined || what.startsWith(`${name}:`) || body.length === 0) return attempt;
  const value = nameIn(usual[id]?.body, name);
  return { ...attempt, body: Buffer.from(body.toString('latin1').replace(`"${value}"`, `"n${count}"`), 'latin1') };
}

const nameIn = (body: unknown, name: string): string => String((body as Record<string, unknown> | undefined)?.[name]);

/** Accepted data can be read, and be deleted if it is a function. */
async function readBack(operation: RouteId, { what }: Attempt, { text: answer }: Answer): Promise<string[]> {
  const made = /"func_urn":"([^"]+)"/.exec(answer)?.[1] ?? base;
  const params = { project_id: server.projectId, function_urn: made, resource_type: 'functions', resource_id: made };
  const flaws: string[] = [];
  const ofFunction = ['createFunction', 'updateFunctionConfig', 'createFunctionVersion'].includes(operation);
  for (const id of ofFunction ? OF_FUNCTION : OF_THE_REST) {
    const [read] = attempts(ROUTES[id], { params, query: { config: 'true' } }, [], 0);
    const found = read === undefined ? 'none' : await ask(ROUTES[id], read);
    if (typeof found === 'string' || found.status !== 200) flaws.push(`${what} -> ${id}: ${JSON.stringify(found)}`);
  }
  return flaws;
}

/** Deletes created resources, so that the next attempt meets the same state as the first one. */
async function undo(id: RouteId, { text: answer }: Answer): Promise<void> {
  const { api, projectId: project_id } = server;
  const made = (answer.startsWith('{') ? JSON.parse(answer) : {}) as Record<string, string>;
  const params = { project_id, function_urn: base };
  switch (id) {
    case 'createFunction':
    case 'importFunction':
      await api.call('deleteFunction', { params: { project_id, function_urn: cutVersion(made.func_urn) } });
      return;
    case 'createFunctionVersion':
      await api.call('deleteFunction', { params: { project_id, function_urn: made.func_urn ?? '' } });
      return;
    case 'createVersionAlias':
      await api.call('deleteVersionAlias', { params: { ...params, alias_name: made.name ?? '' } });
      return;
    case 'createEvent':
      await api.call('deleteEvent', { params: { ...params, event_id: made.id ?? '' } });
      return;
    case 'createDependencyVersion':
      await api.call('deleteDependency', { params: { project_id, depend_id: made.dep_id ?? '' } });
      return;
    case 'createFunctionApp':
      await api.call('deleteFunctionApp', { params: { project_id, id: made.application_id ?? '' } });
      return;
    case 'createFunctionTrigger': {
      const at = { trigger_type_code: made.trigger_type_code ?? '', trigger_id: made.trigger_id ?? '' };
      await api.call('deleteFunctionTrigger', { params: { ...params, ...at } });
    }
  }
}

const cutVersion = (urn = ''): string => urn.replace(/:latest$/, '');

it('covers every operation of FunctionGraph', () => {
  expect(OPERATIONS.filter((id) => usual[id] === undefined || ROUTES[id] === undefined)).toEqual([]);
  expect(OPERATIONS).toHaveLength(92);
});

/** Answers that go on for ever, or that reach for the machine or other servers when they are accepted. */
const NOT_TRIED: readonly RouteId[] = [
  'followLogs',
  'debugFunction',
  'installRuntime',
  'installPublicPackage',
  'pullImage',
];
const OWN = (Object.keys(ROUTES) as RouteId[]).filter((id) => !OPERATIONS.includes(id) && !NOT_TRIED.includes(id));

describe.each(OWN)('our own %s', (id) => {
  it('never fails by its own fault on nonsense, and refuses it in words', async () => {
    const route: Route = ROUTES[id];
    const known: Record<string, string> = { project_id: server.projectId, function_urn: base };
    const names = Object.keys(route.params.properties);
    const params = Object.fromEntries(names.map((name) => [name, known[name] ?? 'x']));
    const flaws: string[] = [];
    for (const attempt of attempts(route, { params }, others, OWN.indexOf(id))) {
      const found = flaw(await ask(route, attempt));
      if (found !== undefined) flaws.push(`${attempt.what} -> ${found}`);
    }
    expect(flaws).toEqual([]);
  });
});

describe.each(OPERATIONS)('%s', (id) => {
  beforeEach(async () => {
    if (hasChanged) await prepare();
    hasChanged = ROUTES[id].method !== 'GET';
  });

  it('never fails by its own fault on nonsense, and refuses it in words', async () => {
    const route: Route = ROUTES[id];
    const flaws: string[] = [];
    const input = usual[id] ?? { params: {} };
    let count = 0;
    for (const attempt of attempts(route, input, others, OPERATIONS.indexOf(id))) {
      count += 1;
      const answer = await ask(route, withNewName(id, attempt, count));
      const found = flaw(answer);
      if (found !== undefined) flaws.push(`${attempt.what} -> ${found}`);
      if (attempt.what === 'nothing wrong') expect(surprise(id, answer)).toBeUndefined();
      if (answer.status >= 300 || route.method === 'GET') continue;
      if (READ_BACK.has(id)) flaws.push(...(await readBack(id, attempt, answer)));
      await undo(id, answer);
    }
    expect(flaws).toEqual([]);
    expect(count).toBeGreaterThan(3);
  });
});
