import { gzipSync } from 'node:zlib';
import type { RouteId } from '@funcgraph/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { refusal } from './identity-fixture.ts';

let server: FakeServer;
let params: { project_id: string; function_urn: string };
let runtime: string;
let count = 0;

beforeAll(async () => {
  server = await FakeServer.start({ handler: (event) => event.toString() || '{}' });
  params = await server.deploy('hello');
  const config = (await server.api.call('showFunctionConfig', { params })).data;
  runtime = config.runtime;
  await server.api.call('createFunctionVersion', { params, body: { version: 'v1' } });
});
afterAll(() => server[Symbol.asyncDispose]());

/** A new function with all required fields. */
const creation = (more: object): object => {
  count += 1;
  return {
    func_name: `made-${count}`,
    package: 'default',
    runtime,
    handler: 'index.handler',
    timeout: 10,
    memory_size: 128,
    ...more,
  };
};
const rule = (more: object): object => ({
  name: 'live',
  version: 'latest',
  additional_version_strategy: {
    v1: { combine_type: 'and', rules: [{ rule_type: 'header', param: 'X', op: '=', value: '1', ...more }] },
  },
});
const mount = (more: object): object => ({
  mount_config: {
    func_mounts: [{ mount_type: 'sfs', mount_resource: 'r', local_mount_path: '/mnt/r', ...more }],
  },
});
const policy = (more: object): object => ({
  count: 1,
  tactics_config: {
    cron_configs: [{ name: 'p', cron: '0 0 8 * * ?', count: 2, start_time: 1, expired_time: 2, ...more }],
  },
});

function send(id: RouteId, body: object): Promise<{ data: unknown }> {
  const whole = id === 'createFunction' ? creation(body) : body;
  return server.api.call(id, { params, body: whole } as never);
}

describe('a word or number outside the allowed ones is refused by the name of its field:', () => {
  it.each<[RouteId, string, object]>([
    ['createFunction', 'runtime', { runtime: 'Cobol85' }],
    ['createFunction', 'code_type', { code_type: 'rar', func_code: { file: 'eA==' } }],
    ['createFunction', 'type', { type: 'v3' }],
    ['createFunction', 'memory_size', { memory_size: 129 }],
    ['createFunction', 'timeout', { timeout: 2 }],
    ['createFunction', 'enable_dynamic_memory', { enable_dynamic_memory: 'yes' }],
    ['createFunction', 'disable_public_network', { network_controller: { disable_public_network: 'yes' } }],
    ['createFunction', 'lts_custom_tag', { lts_custom_tag: { k: 1 } }],
    ['createFunction', 'log_config', { log_config: { group_id: 1 } }],
    ['createFunction', 'func_vpc', { func_vpc: { vpc_id: 1 } }],
    ['createFunction', 'mount_type', mount({ mount_type: 'nfs' })],
    ['createFunction', 'user_id', { mount_config: { mount_user: { user_id: 'root' }, func_mounts: [] } }],
    ['createFunction', 'uid', { custom_image: { image: 'x', uid: 'root' } }],
    ['createFunction', 'depend_version_list', { depend_version_list: 'one' }],
    ['createFunction', 'gpu_memory', { gpu_memory: 1024 }],
    ['updateFunctionConfig', 'runtime', { runtime: 'Python3.9' }],
    ['updateTracing', 'tracing_sk', { tracing_ak: 'one' }],
    ['updateTracing', 'tracing_ak', { tracing_ak: 'a'.repeat(513), tracing_sk: 's' }],
    ['updateFunctionConfig', 'concurrency', { strategy_config: { concurrency: 'many' } }],
    ['updateFunctionConfig', 'concurrent_num', { strategy_config: { concurrent_num: 0 } }],
    ['updateFunctionConfig', 'restore_hook_timeout', { restore_hook_timeout: 301 }],
    ['updateFunctionConfig', 'ephemeral_storage', { ephemeral_storage: 10240 }],
    ['updateFunctionMaxInstanceConfig', 'max_instance_num', { max_instance_num: -2 }],
    ['updateFunctionCode', 'func_code.file', {}],
    ['updateFunctionCode', 'func_code.file', { code_type: 'zip', code_url: '', code_filename: '' }],
    ['updateFunctionCode', 'code_type', { code_type: 'tar', func_code: { file: 'eA==' } }],
    [
      'createVersionAlias',
      'combine_type',
      { ...rule({}), additional_version_strategy: { v1: { combine_type: 'xor' } } },
    ],
    ['createVersionAlias', 'rule_type', rule({ rule_type: 'query' })],
    ['createVersionAlias', 'op', rule({ op: '!=' })],
    ['createVersionAlias', 'v1', { name: 'live', version: 'latest', additional_version_weights: { v1: 'half' } }],
    ['updateFunctionAsyncInvokeConfig', 'destination', { destination_config: { on_success: { destination: 'MAIL' } } }],
    ['updateFunctionAsyncInvokeConfig', 'max_async_retry_attempts', { max_async_retry_attempts: 4 }],
    ['updateFunctionReservedInstancesCount', 'count', { count: '1001' }],
    ['updateFunctionReservedInstancesCount', 'idle_mode', { count: 1, idle_mode: 'sometimes' }],
    ['updateFunctionReservedInstancesCount', 'cron', policy({ cron: 'daily' })],
    [
      'updateFunctionReservedInstancesCount',
      'threshold',
      { count: 1, tactics_config: { metric_configs: [{ name: 'm', threshold: 100 }] } },
    ],
    ['createDependencyVersion', 'depend_type', { name: 'lib', runtime: 'Python3.9', depend_type: 'tar' }],
    ['createDependencyVersion', 'runtime', { name: 'lib', runtime: 'Cobol85', depend_type: 'zip' }],
    ['cancelAsyncInvocation', 'type', { request_id: 'r', type: 'softly' }],
    ['createEvent', 'content', { name: 'e', content: '***' }],
    ['setFunctionUrl', 'auth', { enabled: true, auth: 'basic' }],
  ])('%s, %s', async (id, field, body) => {
    const refused = await refusal(send(id, body));
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.status).toBeLessThan(500);
    expect(refused.message).toContain(field);
  });
});

/** The values that SDKs in other languages and Terraform write for fields that are not set. */
const OPEN = {
  gpu_memory: null,
  gpu_type: '',
  user_data: '',
  encrypted_user_data: null,
  xrole: '',
  app_xrole: null,
  func_vpc: null,
  mount_config: null,
  custom_image: null,
  initializer_handler: '',
  initializer_timeout: null,
  pre_stop_handler: null,
  pre_stop_timeout: 0,
  enterprise_project_id: '',
  log_config: null,
  network_controller: null,
  is_stateful_function: null,
  enable_dynamic_memory: null,
  lts_custom_tag: null,
  user_data_encrypt_kms_key_id: null,
  domain_names: null,
  depend_version_list: null,
};

describe('requests of real clients are accepted:', () => {
  it.each<[RouteId, string, object]>([
    ['createFunction', 'no value for optional fields', OPEN],
    [
      'createFunction',
      'numbers and flags as text',
      { timeout: '30', memory_size: '256', enable_dynamic_memory: 'true' },
    ],
    ['createFunction', 'fields of tomorrow', { cold_start_budget: { ms: 5 }, tomorrow: null }],
    [
      'createFunction',
      'empty lists and objects',
      { func_vpc: {}, mount_config: { func_mounts: [] }, lts_custom_tag: {} },
    ],
    ['updateFunctionConfig', 'no value for optional fields', OPEN],
    [
      'updateFunctionConfig',
      'all that Terraform always sends',
      { description: '', peering_cidr: '', heartbeat_handler: '', restore_hook_handler: '', restore_hook_timeout: 0 },
    ],
    ['updateFunctionConfig', 'one half of the strategy', { strategy_config: { concurrent_num: '2' } }],
    [
      'updateFunctionConfig',
      'users of mounts under their other names',
      { mount_config: { mount_user: { mount_user_id: '-1', mount_user_group_id: -1 }, func_mounts: [] } },
    ],
    ['updateFunctionMaxInstanceConfig', 'a number as text', { max_instance_num: '400' }],
    [
      'updateFunctionCode',
      'no code at all',
      { code_type: 'zip', code_url: '', code_filename: '', func_code: null, depend_version_list: [] },
    ],
    [
      'updateFunctionAsyncInvokeConfig',
      'no value for optional fields',
      { max_async_event_age_in_seconds: null, max_async_retry_attempts: '2', destination_config: null },
    ],
    [
      'updateFunctionAsyncInvokeConfig',
      'empty destinations',
      { destination_config: { on_success: null, on_failure: { destination: '', param: '' } } },
    ],
    [
      'updateFunctionReservedInstancesCount',
      'empty policies',
      { count: '0', idle_mode: 'false', tactics_config: { cron_configs: [], metric_configs: null } },
    ],
    [
      'createVersionAlias',
      'no value for optional fields',
      {
        name: 'open',
        version: 'v1',
        description: null,
        additional_version_weights: null,
        additional_version_strategy: null,
      },
    ],
    ['updateTracing', 'nothing', {}],
  ])('%s, %s', async (id, _what, body) => {
    await expect(send(id, body)).resolves.toBeDefined();
  });

  it('an empty body for an operation that needs none of its fields', async () => {
    const { data } = await server.api.call('createFunctionVersion', {
      params: await server.deploy('unnamed'),
      body: new Uint8Array(),
    });
    expect(data.version).toMatch(/^v\d{8}-\d{6}$/);
  });
});

it('closes the way to the outside also for a client that writes the switch as text', async () => {
  const { data } = await server.api.call('updateFunctionConfig', {
    params,
    body: { network_controller: { disable_public_network: 'true', trigger_access_vpcs: null } },
  });
  expect(data.network_controller).toMatchObject({ disable_public_network: true });
});

describe('a body in gzip', () => {
  let token: string;
  beforeAll(async () => {
    const { name, password } = server.user;
    const identity = { methods: ['password'], password: { user: { name, password } } };
    const { headers } = await server.api.call('createToken', { body: { auth: { identity } } });
    token = headers.get('x-subject-token') ?? '';
  });
  const send = async (method: string, end: string, body: Uint8Array, coding = 'gzip', project = params.project_id) => {
    const url = `${server.running.endpoint}/v2/${project}/fgs/functions/${params.function_urn}/${end}`;
    const headers = { 'x-auth-token': token, 'content-encoding': coding, 'content-type': 'application/json' };
    const answer = await fetch(url, { method, headers, body: new Uint8Array(body) });
    const text = await answer.text();
    return [answer.status, /"error_code":"([^"]*)"/.exec(text)?.[1] ?? text] as const;
  };

  it('is read as what it holds, by operations and by functions', async () => {
    const body = gzipSync(JSON.stringify({ description: 'short' }));
    expect((await send('PUT', 'config', body))[0]).toBe(200);
    expect((await server.api.call('showFunctionConfig', { params })).data.description).toBe('short');
    expect(await send('POST', 'invocations', gzipSync('{"a":1}'))).toEqual([200, '{"a":1}']);
  });

  it('is refused when it is none, too large or in another coding, and without the right before it is decoded', async () => {
    expect(await send('PUT', 'config', Buffer.from('{}'))).toEqual([406, 'FSS.0406']);
    expect(await send('PUT', 'config', gzipSync('{}'), 'br')).toEqual([415, 'FSS.0415']);
    const large = gzipSync(Buffer.alloc(7 * 1024 * 1024));
    expect(await send('POST', 'invocations', large)).toEqual([413, 'FSS.0413']);
    for (const end of ['invocations', 'config']) {
      const method = end === 'config' ? 'PUT' : 'POST';
      expect(await send(method, end, Buffer.from('x'), 'gzip', 'of-another')).toEqual([403, 'FSS.0403']);
    }
  });
});

describe('what is missing has the code that FunctionGraph gives it in each operation:', () => {
  const noFunction = (urn: string) => urn.replace(':hello', ':missing');
  const noVersion = (urn: string) => urn.replace(':latest', ':v9');
  const noAlias = (urn: string) => urn.replace(':latest', ':!none');
  const trigger = { trigger_type_code: 'TIMER', trigger_id: 'missing', alias_name: 'none', event_id: 'missing' };
  const alias = { name: 'other', version: 'v1' };
  const timer = { trigger_type_code: 'TIMER', event_data: { name: 't', schedule_type: 'Rate', schedule: '1d' } };

  it.each<[RouteId, (urn: string) => string, string, object?]>([
    ['showFunctionConfig', noFunction, 'FSS.1051'],
    ['showFunctionConfig', noVersion, 'FSS.1052'],
    ['showFunctionConfig', noAlias, 'FSS.1053'],
    ['updateFunctionConfig', noFunction, 'FSS.1051', {}],
    ['showFunctionCode', noFunction, 'FSS.1051'],
    ['showFunctionCode', noVersion, 'FSS.1052'],
    ['updateFunctionCode', noFunction, 'FSS.1051', { code_type: 'inline', func_code: { file: 'eA==' } }],
    ['updateFunctionCode', noVersion, 'FSS.1052', { code_type: 'inline', func_code: { file: 'eA==' } }],
    ['deleteFunction', (urn) => noFunction(urn).replace(':latest', ''), 'FSS.1051'],
    ['exportFunction', noFunction, 'FSS.1051'],
    ['createFunctionVersion', noFunction, 'FSS.1051', {}],
    ['listFunctionVersions', noFunction, 'FSS.1051'],
    ['createVersionAlias', noFunction, 'FSS.1051', alias],
    ['updateVersionAlias', noFunction, 'FSS.1051', alias],
    ['updateVersionAlias', (urn) => urn, 'FSS.1053', alias],
    ['listVersionAliases', noFunction, 'FSS.1051'],
    ['showVersionAlias', (urn) => urn, 'FSS.1053'],
    ['deleteVersionAlias', (urn) => urn, 'FSS.1053'],
    ['createFunctionTrigger', noFunction, 'FSS.1051', timer],
    ['listFunctionTriggers', noFunction, 'FSS.1051'],
    ['showFunctionTrigger', (urn) => urn, 'FSS.1131'],
    ['updateTrigger', (urn) => urn, 'FSS.0404', { trigger_status: 'DISABLED' }],
    ['updateTrigger', noFunction, 'FSS.0404', { trigger_status: 'DISABLED' }],
    ['deleteFunctionTrigger', (urn) => urn, 'FSS.1131'],
    ['showEvent', (urn) => urn, 'FSS.1070'],
    ['invokeFunction', noFunction, 'FSS.0404', {}],
    ['invokeFunction', noVersion, 'FSS.1052', {}],
    ['invokeFunction', noAlias, 'FSS.1053', {}],
    ['asyncInvokeFunction', noFunction, 'FSS.0404', {}],
    ['asyncInvokeFunction', noVersion, 'FSS.1052', {}],
    ['listAsyncInvocations', noFunction, 'FSS.0404'],
    ['listActiveAsyncInvocations', noFunction, 'FSS.0404'],
    ['cancelAsyncInvocation', noFunction, 'FSS.0404', { request_id: 'missing' }],
    ['cancelAsyncInvocation', (urn) => urn, 'FSS.0404', { request_id: 'missing' }],
    ['showFunctionTemplate', (urn) => urn, 'FSS.1059'],
  ])('%s %s: %s', async (id, of, code, body) => {
    const request = {
      params: { ...params, ...trigger, template_id: 'missing', function_urn: of(params.function_urn) },
    };
    const query = id === 'exportFunction' ? { config: 'true', code: 'true' } : {};
    const sent = server.api.call(id, { ...request, query, ...(body === undefined ? {} : { body }) } as never);
    expect(await refusal(sent)).toMatchObject({ status: 404, code });
  });
});

it('judges the right before it parses the body', async () => {
  for (const body of ['{', '['.repeat(70_000)]) {
    const foreign = { params: { project_id: 'of-another' }, body: Buffer.from(body) };
    expect(await refusal(server.api.call('createFunction', foreign as never))).toMatchObject({ status: 403 });
    const own = { params, body: Buffer.from(body) };
    expect(await refusal(server.api.call('createFunction', own as never))).toMatchObject({
      status: 406,
      code: 'FSS.0406',
    });
  }
});
