import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compatibility, type Operation, type RouteId, type RouteResponse, type Routes } from '@funcgraph/api';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { deploy, PATIENCE, runtimeOf, zipped } from '../functions.ts';
import { TestServer } from '../server.ts';
import { askFlows } from './models/ask-flows.ts';
import { NOT_CALLED, NOT_GIVEN } from './models/not-given.ts';
import { missingFields, sdkModels } from './models/sdk-models.ts';

const MODELS = sdkModels();
const operations = compatibility().flatMap(({ operation, state }) => (state === 'not here' ? [] : [operation]));

let server: TestServer;
const answers = new Map<Operation, unknown[]>();

/** Makes a call and keeps what came, for the comparison with the model. */
async function ask<R extends RouteId & Operation>(id: R, input: object): Promise<RouteResponse<Routes[R]>> {
  const { data } = await server.api.call(id, input as never);
  answers.set(id, [...(answers.get(id) ?? []), data]);
  return data;
}

const isRoot = process.getuid?.() === 0;
const shared = mkdtempSync(join(tmpdir(), 'funcgraph-shared-'));

/** All that a function can be made with. */
const SETTINGS = {
  handler: 'index.handler',
  timeout: 10,
  memory_size: 128,
  user_data: '{"a":"b"}',
  encrypted_user_data: '{"c":"d"}',
  xrole: 'main-agency',
  app_xrole: 'code-agency',
  description: 'everything',
  func_vpc: {
    vpc_id: '0dae26c9-9a70-4392-93f3-87d53115d171',
    vpc_name: 'vpc',
    subnet_id: '384571e9-46d2-4e1e-8d14-7bfa8b4f1d0d',
    subnet_name: 'subnet',
    cidr: '192.168.0.0/24',
    gateway: '192.168.0.1',
    domain_id: 'd',
    namespace: 'n',
    security_groups: ['s'],
    is_safety: true,
  },
  initializer_handler: 'index.initializer',
  initializer_timeout: 5,
  pre_stop_handler: 'index.stop',
  pre_stop_timeout: 3,
  enterprise_project_id: '0',
  log_config: { group_id: 'g', group_name: 'gn', stream_id: 's', stream_name: 'sn' },
  network_controller: { disable_public_network: true, trigger_access_vpcs: [{ vpc_id: 'v', vpc_name: 'n' }] },
  lts_custom_tag: { cost: 'shop' },
  enable_dynamic_memory: true,
};
const MOUNTS = {
  mount_config: {
    mount_user: { user_id: 1003, user_group_id: -1 },
    func_mounts: [{ mount_type: 'sfs', mount_resource: 'data', mount_share_path: '/', local_mount_path: '/mnt/data' }],
  },
};
/** An alias that uses all it has. */
const SPLIT = {
  additional_version_strategy: {
    v1: { combine_type: 'and', rules: [{ rule_type: 'header', param: 'X', op: '=', value: '1' }] },
  },
};

const WEIGHT = { additional_version_weights: { v1: 10 } };

const base64 = (text: string): string => Buffer.from(text).toString('base64');

beforeAll(async () => {
  server = await TestServer.start();
  const runtime = await runtimeOf(server, 'Node.js');
  const params = { project_id: server.credentials.project_id };
  const file = (answer: string): string =>
    zipped({
      'index.js': `exports.handler = async (event, context) => ${answer}; exports.initializer = async (context) => {};`,
    });
  for (const name of ['main-agency', 'code-agency']) {
    const { agency } = (await server.api.call('createAgency', { body: { agency: { name } } })).data;
    const grant = { agency_id: agency.id, role_id: 'functiongraph_full_access' };
    await server.api.call('createGrant', { body: grant });
  }
  await server.api.call('addFileSystem', { body: { name: 'data', path: shared } });
  const next = await deploy(server, {
    name: 'next',
    runtime,
    files: { 'index.js': 'exports.handler = async (event, context) => 1;' },
  });

  const depend_file = zipped({ 'node_modules/greet/index.js': 'module.exports = 1;' });
  const library = { name: 'library', runtime, description: 'x', depend_type: 'zip', depend_file };
  const { id: libraryId, dep_id: depend_id } = await ask('createDependencyVersion', { params, body: library });
  await ask('listDependencies', { params });
  await ask('listDependencyVersion', { params: { ...params, depend_id } });
  await ask('showDependencyVersion', { params: { ...params, depend_id, version: '1' } });

  const settings = { ...SETTINGS, depend_version_list: [libraryId], ...(isRoot ? MOUNTS : {}) };
  const code = { failingtype: 'zip', failingfilename: 'code.zip' };
  const creation = { func_name: 'hello', package: 'default', runtime, ...code, func_code: { file: file('1') } };
  const { func_urn: latest } = await ask('createFunction', { params, body: { ...creation, ...settings } });
  const of = { ...params, function_urn: latest.replace(/:latest$/, '') };
  await ask('updateFunctionConfig', { params: of, body: { ...settings, strategy_config: { concurrent_num: 2 } } });
  await ask('updateFunctionMaxInstanceConfig', { params: of, body: { max_instance_num: 10 } });
  await ask('updateFunctionCode', { params: of, body: { ...code, func_code: { file: file('({ ok: 1 })') } } });
  await ask('updateFunctionCollectState', { params: { ...of, state: 'true' } });

  const to = { destination: 'FunctionGraph', param: JSON.stringify({ func_urn: next }) };
  const asyncConfig = {
    max_async_event_age_in_seconds: 600,
    max_async_retry_attempts: 0,
    enable_async_status_log: true,
    destination_config: { on_success: to, on_failure: to },
  };
  await ask('updateFunctionAsyncInvokeConfig', { params: of, body: asyncConfig });
  await ask('showFunctionAsyncInvokeConfig', { params: of });
  await ask('listFunctionAsyncInvokeConfig', { params: of });
  await ask('enableAsyncStatusLog', { params });
  await ask('showProjectAsyncStatusLogInfo', { params });

  await ask('showFunctionConfig', { params: of });
  await ask('showFunctionCode', { params: of });
  await ask('createFunctionVersion', { params: of, body: { version: 'v1', description: 'first' } });
  const first = { ...of, function_urn: `${of.function_urn}:v1` };
  await server.api.call('updateFunctionAsyncInvokeConfig', { params: first, body: asyncConfig });
  await ask('listFunctionVersions', { params: of });
  await ask('createVersionAlias', { params: of, body: { name: 'weighed', version: 'latest', ...WEIGHT } });
  await ask('showVersionAlias', { params: { ...of, alias_name: 'weighed' } });
  await ask('updateVersionAlias', { params: { ...of, alias_name: 'weighed' }, body: { version: 'latest', ...WEIGHT } });
  await ask('listVersionAliases', { params: of });
  await server.api.call('deleteVersionAlias', { params: { ...of, alias_name: 'weighed' } });
  await ask('createVersionAlias', { params: of, body: { name: 'live', version: 'latest', ...SPLIT } });
  await ask('listVersionAliases', { params: of });
  await ask('showVersionAlias', { params: { ...of, alias_name: 'live' } });
  await ask('updateVersionAlias', { params: { ...of, alias_name: 'live' }, body: { version: 'latest', ...SPLIT } });
  await ask('listFunctions', { params, query: { func_name: 'hello' } });

  const tags = [{ key: 'team', value: 'shop' }];
  const tagged = { ...params, resource_type: 'functions', resource_id: of.function_urn };
  await ask('createTags', { params: tagged, body: { action: 'create', tags } });
  await ask('listFunctionTags', { params: tagged });
  await ask('showProjectTagsList', { params: tagged });
  const requested = { tags: [{ key: 'team', values: ['shop'] }] };
  await ask('showResInstanceInfo', { params: { ...tagged, action: 'filter' }, body: requested });
  await ask('deleteTags', { params: tagged, body: { action: 'delete', tags } });

  await ask('createEvent', { params: of, body: { name: 'sample', content: base64('{}') } });
  const { events } = await ask('listEvents', { params: of });
  const event = { ...of, event_id: events[0]?.id ?? '' };
  await ask('showEvent', { params: event });
  await ask('updateEvent', { params: event, body: { content: base64('[]') } });
  await ask('deleteEvent', { params: event });

  const api = { name: 'api', type: 1, path: '/x', auth: 'NONE', instance_id: 'i', func_info: { timeout: 5000 } };
  const trigger = { trigger_type_code: 'APIG', event_data: api };
  const tick = { name: 'timer', schedule_type: 'Rate', schedule: '1h', user_event: 'x' };
  const timer = { trigger_type_code: 'TIMER', trigger_status: 'DISABLED', event_data: tick };
  const { trigger_id: timerId } = await ask('createFunctionTrigger', { params: of, body: timer });
  const timerAt = { ...of, trigger_type_code: 'TIMER', trigger_id: timerId };
  await ask('listFunctionTriggers', { params: of });
  await ask('showFunctionTrigger', { params: timerAt });
  await ask('updateTrigger', { params: timerAt, body: { event_data: { schedule: '2h' } } });
  await ask('deleteFunctionTrigger', { params: timerAt });
  const made = await ask('createFunctionTrigger', { params: of, body: trigger });
  const at = { ...of, trigger_type_code: 'APIG', trigger_id: made.trigger_id };
  await ask('listFunctionTriggers', { params: of });
  await ask('showFunctionTrigger', { params: at });
  await ask('updateTrigger', { params: at, body: { event_data: { path: '/y' } } });

  const policy = { name: 'p', cron: '0 0 8 * * ?', count: 1, start_time: 4_000_000_000, expired_time: 4_000_003_600 };
  const metric = { name: 'busy', type: 'Concurrency', threshold: 60, min: 1 };
  const reserved = { count: 1, idle_mode: true, tactics_config: { cron_configs: [policy], metric_configs: [metric] } };
  await ask('updateFunctionReservedInstancesCount', { params: { ...of, function_urn: latest }, body: reserved });
  await ask('listFunctionReservedInstances', { params });
  await ask('listReservedInstanceConfigs', { params });

  const run = { 'X-CFF-Request-Version': 'v1', 'X-Cff-Log-Type': 'tail' };
  const called = { ...params, function_urn: next };
  await ask('invokeFunction', { params: called, body: {}, headers: run });
  const { request_id } = await ask('asyncInvokeFunction', { params: called, body: {} });
  await vi.waitFor(async () => {
    const { invocations } = await ask('listAsyncInvocations', { params: called, query: { request_id } });
    expect(invocations).toMatchObject([{ status: 'SUCCESS' }]);
  }, PATIENCE);
  await ask('listActiveAsyncInvocations', { params: called });

  const timed = { ...called, period: '60' };
  await ask('listStatistics', { params, query: { filter: 'monitor_data', period: '60' } });
  await ask('listStatistics', { params, query: { filter: 'monthly_report', option: '0' } });
  await ask('listFunctionStatistics', { params: timed });
  await ask('showFunctionMetrics', { params: timed });
  await ask('showFuncReservedInstanceMetrics', { params: timed });
  await ask('listFunctionAsMetric', { params });
  await ask('listQuotas', { params });
  await ask('showLtsLogDetails', { params: of });
  await ask('showTracing', { params: of });
  await ask('updateTracing', { params: of, body: { tracing_ak: 'ak', tracing_sk: 'sk' } });
  await ask('showFuncSnapshotState', { params: { ...of, action: 'state' } });
  await ask('updateFuncSnapshot', { params: { ...of, action: 'disable' } });

  const failing = `exports.handler = async (event, context) => {
    if (event.fail) throw new Error('no money');
    return { got: event };
  };`;
  await askFlows(
    { ask, api: server.api },
    params,
    await deploy(server, { name: 'paying', runtime, files: { 'index.js': failing } }),
  );

  const exported = await server.api.bytes('exportFunction', { params: of, query: { config: 'true', code: 'true' } });
  const archive = { file_name: 'a.zip', file_type: 'zip', file_code: Buffer.from(exported.bytes).toString('base64') };
  const imported = await ask('importFunction', { params, body: { func_name: 'imported', ...archive } });
  await server.api.call('deleteFunction', {
    params: { ...params, function_urn: imported.func_urn.replace(/:latest$/, '') },
  });
  const { func_templates: templates } = await ask('listFunctionTemplate', { params });
  await ask('showFunctionTemplate', { params: { ...params, template_id: templates[0]?.id ?? '' } });
  await ask('listAppTemplates', { params });
  await ask('showAppTemplate', { params: { ...params, id: 'webhook-inbox' } });
  const app = { name: 'app', template_id: 'webhook-inbox', params: { secret: 'hush' } };
  const { application_id: id } = await ask('createFunctionApp', { params, body: app });
  await ask('listFunctionApplications', { params });
  await ask('showFunctionApp', { params: { ...params, id } });
  await ask('deleteFunctionApp', { params: { ...params, id } });

  await ask('deleteFunctionTrigger', { params: at });
  await ask('batchDeleteFunctionTriggers', { params: of });
  await ask('deleteFunctionAsyncInvokeConfig', { params: of });
  await ask('deleteVersionAlias', { params: { ...of, alias_name: 'live' } });
  await ask('deleteFunction', { params: of });
  await ask('deleteDependencyVersion', { params: { ...params, depend_id, version: '1' } });
});
afterAll(async () => {
  await server?.stop();
  rmSync(shared, { recursive: true });
});

/** Of all answers of an operation, what none of them has. A list alone stands for the body of the SDK's class. */
function missingIn(id: Operation): string[] {
  const name = `${id.charAt(0).toUpperCase()}${id.slice(1)}Response`;
  const each = (answers.get(id) ?? []).map(
    (answer) => new Set(missingFields(MODELS, name, Array.isArray(answer) ? { body: answer } : answer)),
  );
  const [first = new Set<string>(), ...others] = each;
  return [...first].filter((field) => others.every((other) => other.has(field)));
}

it('every operation was asked', () => {
  expect(operations.filter((id) => !answers.has(id)).sort()).toEqual(Object.keys(NOT_CALLED).sort());
});

it.each(operations.filter((id) => !Object.hasOwn(NOT_CALLED, id)))('%s has the fields of its model', (id) => {
  expect(missingIn(id).filter((field) => !isKnown(field))).toEqual([]);
});

it('fields listed as missing are missing', () => {
  const missing = operations.flatMap(missingIn);
  const given = Object.keys(NOT_GIVEN).filter((field) => !missing.includes(field));
  expect(given).toEqual([]);
});

const isKnown = (field: string): boolean =>
  Object.hasOwn(NOT_GIVEN, field) || (!isRoot && field.endsWith('.mount_config'));
