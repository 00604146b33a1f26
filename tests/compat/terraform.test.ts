import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeZip } from '../../packages/server/src/artifacts/testing.ts';
import { invoke, runtimeOf } from '../functions.ts';
import { TestServer } from '../server.ts';
import { Calls, type Json, Unexpected } from './terraform/calls.ts';
import { type FunctionArguments, FunctionResource, planOf } from './terraform/function-resource.ts';
import { TriggerResource } from './terraform/trigger-resource.ts';

let server: TestServer;
let bucket: Server;
let bucketAddress: string;
let calls: Calls;
let functions: FunctionResource;
let runtime: string;
let folder: string;

const zip = (files: Readonly<Record<string, string>>): Buffer =>
  fakeZip(Object.entries(files).map(([name, data]) => ({ name, data })));
const answering = (text: string): string =>
  zip({
    'index.js': `exports.handler = async (event, context) => ${text};\nexports.initializer = async (context) => {};`,
  }).toString('base64');
const isRoot = process.getuid?.() === 0;
const base = (urn: string): string => urn.slice(0, urn.lastIndexOf(':'));

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'funcgraph-terraform-')));
  bucket = createServer(({ url }, response) => {
    const library = zip({ 'node_modules/greet/index.js': `module.exports = ${JSON.stringify(url)};` });
    if (url?.startsWith('/lib')) response.end(library);
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => bucket.listen(0, '127.0.0.1', done));
  bucketAddress = `127.0.0.1:${(bucket.address() as AddressInfo).port}`;
  server = await TestServer.start({ args: ['--link-hosts', bucketAddress] });
  calls = new Calls(server);
  functions = new FunctionResource(calls);
  runtime = await runtimeOf(server, 'Node.js');
  for (const name of ['config-agency', 'code-agency']) {
    await server.api.call('createAgency', { body: { agency: { name } } });
  }
});

afterAll(async () => {
  await server?.stop();
  await new Promise((done) => bucket?.close(done));
  rmSync(folder, { recursive: true, force: true });
});

const smallest = (name: string): FunctionArguments => ({
  name,
  runtime,
  handler: 'index.handler',
  timeout: 10,
  memory_size: 128,
  code_type: 'zip',
  code_filename: 'code.zip',
  func_code: answering('1'),
});

/** Only an agent that runs as root can mount. */
async function mounts(): Promise<Partial<FunctionArguments>> {
  await server.api.call('addFileSystem', { body: { name: 'data', path: folder } });
  return {
    mount_user_id: 1003,
    mount_user_group_id: -1,
    func_mounts: [{ mount_type: 'sfs', mount_resource: 'data', local_mount_path: '/mnt/data' }],
  };
}

/** Makes sure that another plan finds nothing to do, however often the state is read. */
async function settled(id: string, requested: FunctionArguments): Promise<void> {
  const state = (await functions.read(id)) ?? {};
  expect(planOf(requested, state)).toEqual([]);
  expect(await functions.read(id)).toEqual(state);
}

describe('a function by Terraform', () => {
  it('with the fewest arguments is made, planned without a change, and taken away', async () => {
    const requested = smallest('fewest');
    const id = await functions.create(requested);
    expect(id.endsWith(':latest')).toBe(true);
    await settled(id, requested);
    await functions.delete(id);
    expect(await functions.read(id)).toBeUndefined();
  });

  it('with all arguments is made, changed, emptied and taken away, without a change left to plan each time', async () => {
    const dependency = await calls.send('POST', '/fgs/dependencies/version', {
      depend_type: 'obs',
      depend_link: `http://${bucketAddress}/lib-one.zip`,
      name: 'for-function',
      runtime,
    });
    const mounted = isRoot ? await mounts() : {};
    const requested: FunctionArguments = {
      ...smallest('everything'),
      ...mounted,
      app: 'default',
      func_code: answering('require("greet")'),
      depend_list: [dependency.id],
      user_data: '{"key":"value"}',
      encrypted_user_data: '{"secret":"hidden"}',
      agency: 'config-agency',
      app_agency: 'code-agency',
      description: 'made by a plan',
      initializer_handler: 'index.initializer',
      initializer_timeout: 5,
      pre_stop_handler: 'index.stop',
      pre_stop_timeout: 3,
      enterprise_project_id: '0',
      vpc_id: '0dae26c9-9a70-4392-93f3-87d53115d171',
      network_id: '384571e9-46d2-4e1e-8d14-7bfa8b4f1d0d',
      enable_dynamic_memory: true,
      enable_auth_in_header: true,
      disable_public_network: true,
      lts_custom_tag: { cost: 'shop' },
      log_group_id: 'group',
      log_group_name: 'group name',
      log_stream_id: 'stream',
      log_stream_name: 'stream name',
      concurrency_num: 4,
      max_instance_num: 20,
      peering_cidr: '192.168.0.0/24',
      tags: { team: 'shop', env: 'test' },
      versions: [
        { name: 'v1', description: 'the first', aliases: { name: 'live', description: 'for users' } },
        { name: 'latest', aliases: { name: 'next', additional_version_weights: { v1: 10 } } },
      ],
    };
    const id = await functions.create(requested);
    await settled(id, requested);

    const changed: FunctionArguments = {
      ...requested,
      func_code: answering('2'),
      depend_list: [],
      timeout: 20,
      memory_size: 256,
      user_data: '{"key":"other"}',
      description: 'changed by a plan',
      initializer_timeout: 6,
      enable_dynamic_memory: false,
      disable_public_network: false,
      lts_custom_tag: { cost: 'other' },
      log_stream_id: 'another stream',
      concurrency_num: 1,
      max_instance_num: -1,
      tags: { team: 'shop', cost: '' },
      versions: [{ name: 'v2', aliases: { name: 'live' } }],
    };
    await functions.update(id, requested, changed);
    await settled(id, changed);

    const emptied: FunctionArguments = {
      ...smallest('everything'),
      ...mounted,
      func_code: answering('2'),
      timeout: 3,
      vpc_id: changed.vpc_id ?? '',
      network_id: changed.network_id ?? '',
      versions: [],
    };
    await functions.update(id, changed, emptied);
    await settled(id, emptied);

    await functions.delete(id);
    expect(await functions.read(id)).toBeUndefined();
    await calls.send('DELETE', `/fgs/dependencies/${dependency.dep_id}/version/${dependency.version}`);
  });

  it('keeps its code when only the name of the file changes, with the code beside it or without', async () => {
    const requested = smallest('kept-code');
    const id = await functions.create(requested);
    const renamed = { ...requested, code_filename: 'renamed.zip' };
    await functions.update(id, requested, renamed);
    await settled(id, renamed);
    const { func_code: _, ...silent } = { ...requested, code_filename: 'again.zip' };
    await functions.update(id, renamed, silent);
    await settled(id, silent);
    expect((await invoke(server, base(id))).text).toBe('1');
    await functions.delete(id);
  });

  it('keeps instances of versions and aliases ready, and gives them up', async () => {
    const policy = {
      name: 'morning',
      cron: '0 0 8 * * ?',
      count: 1,
      start_time: 4_000_000_000,
      expired_time: 4_000_003_600,
    };
    const requested: FunctionArguments = {
      ...smallest('reserving'),
      versions: [{ name: 'v1', aliases: { name: 'live' } }],
      reserved_instances: [
        { qualifier_type: 'alias', qualifier_name: 'live', count: 0, idle_mode: false, cron_configs: [policy] },
        { qualifier_type: 'version', qualifier_name: 'latest', count: 1, idle_mode: true },
      ],
    };
    const id = await functions.create(requested);
    await settled(id, requested);
    const changed: FunctionArguments = {
      ...requested,
      reserved_instances: [{ qualifier_type: 'version', qualifier_name: 'v1', count: 1, idle_mode: false }],
    };
    await functions.update(id, requested, changed);
    await settled(id, changed);
    const none: FunctionArguments = { ...changed, reserved_instances: [] };
    await functions.update(id, changed, none);
    await settled(id, none);
    await functions.delete(id);
  });

  it('is refused where it is wrong, and leaves nothing behind then', async () => {
    const refused = await functions.create({ ...smallest('wrong'), memory_size: 129 }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Unexpected);
    expect(refused).toMatchObject({ status: 400, code: 'FSS.1007' });
    const { functions: found } = await calls.send('GET', '/fgs/functions?maxitems=100&marker=0&func_name=wrong');
    expect(found).toEqual([]);
  });
});

describe('other resources by Terraform:', () => {
  it('a dependency version', async () => {
    const requested = { name: 'lib', runtime, description: 'a library' };
    const link = `http://${bucketAddress}/lib.zip`;
    const made = await calls.send('POST', '/fgs/dependencies/version', {
      ...requested,
      depend_type: 'obs',
      depend_link: link,
    });
    const path = `/fgs/dependencies/${made.dep_id}/version/${made.version}`;
    const { download_link: _, ...state } = await calls.send('GET', path);
    expect(state).toMatchObject({ ...requested, link, version: 1, dep_id: made.dep_id });
    expect(await calls.find(path)).toMatchObject(state);
    // an import looks through all pages, by offset
    const listed: Json[] = [];
    for (let marker = 0; ; ) {
      const { dependencies, next_marker } = await calls.send('GET', `/fgs/dependencies?maxitems=100&marker=${marker}`);
      listed.push(...dependencies);
      if (dependencies.length === 0 || next_marker === marker || next_marker === 0) break;
      marker = next_marker;
    }
    expect(listed.map(({ name }) => name)).toContain('lib');
    await calls.send('DELETE', path);
    expect(await calls.find(path)).toBeUndefined();
  });

  it('settings of asynchronous calls', async () => {
    const id = await functions.create(smallest('async'));
    const target = await functions.create(smallest('target'));
    const path = `/fgs/functions/${base(id)}/async-invoke-config`;
    const destination = (urn: string): object => ({
      destination: 'FunctionGraph',
      param: JSON.stringify({ func_urn: urn }),
    });
    const requested = {
      max_async_event_age_in_seconds: 3600,
      max_async_retry_attempts: 2,
      enable_async_status_log: false,
      destination_config: { on_success: destination(target), on_failure: destination(target) },
    };
    await calls.send('PUT', path, requested);
    const state = await calls.find(path);
    expect(state).toMatchObject(requested);
    expect(state).toMatchObject({ created_time: expect.any(String), last_modified: expect.any(String) });
    expect(await calls.find(path)).toEqual(state);
    const changed = {
      ...requested,
      max_async_retry_attempts: 0,
      destination_config: { on_failure: destination(target) },
    };
    await calls.send('PUT', path, changed);
    const after = await calls.find(path);
    expect(after).toMatchObject(changed);
    expect(after.destination_config.on_success?.destination ?? '').toBe('');
    await calls.send('DELETE', path);
    expect(await calls.find(path)).toBeUndefined();
    for (const one of [id, target]) await functions.delete(one);
  });

  it.each<[string, Json, Json]>([
    [
      'TIMER',
      { name: 'clock', schedule_type: 'Rate', schedule: '3m', user_event: 'text' },
      { name: 'clock', schedule_type: 'Cron', schedule: '@every 1h30m', user_event: 'other' },
    ],
    [
      'APIG',
      {
        name: 'API_test',
        group_id: 'b1b55e1e8ec14b0d9fd4a2b5e2a2c1c9',
        env_id: 'DEFAULT_ENVIRONMENT_RELEASE_ID',
        env_name: 'RELEASE',
        auth: 'IAM',
        protocol: 'HTTPS',
        path: '/api_test',
        req_method: 'GET',
        match_mode: 'SWA',
        type: 1,
        backend_type: 'FUNCTION',
        func_info: { timeout: 5000 },
      },
      { auth: 'NONE', path: '/other/{id}', func_info: { timeout: 7000 } },
    ],
    [
      'DEDICATEDGATEWAY',
      {
        name: 'API_dedicated',
        instance_id: 'instance',
        group_id: 'group',
        auth: 'APP',
        path: '/dedicated',
        req_method: 'ANY',
        match_mode: 'NORMAL',
        type: 1,
        func_info: { timeout: 5000 },
      },
      { auth: 'IAM', req_method: 'POST' },
    ],
  ])('a trigger of type %s', async (kind, requested, change) => {
    const id = await functions.create(smallest(`trigger-${kind.toLowerCase()}`));
    const triggers = new TriggerResource(calls);
    const path = await triggers.create(base(id), kind, requested);
    const state = await triggers.read(path);
    expect(state).toMatchObject({ trigger_type_code: kind, trigger_status: 'ACTIVE', event_data: requested });
    // a plan compares the configuration with the state that is read, each time
    expect(await triggers.read(path)).toEqual(state);
    const changed = { ...requested, ...change };
    await triggers.update(path, changed, kind === 'TIMER' ? 'DISABLED' : 'ACTIVE');
    const after = await triggers.read(path);
    expect(after).toMatchObject({ event_data: changed, created_time: state.created_time });
    expect(after.trigger_status).toBe(kind === 'TIMER' ? 'DISABLED' : 'ACTIVE');
    expect(await triggers.read(path)).toEqual(after);
    expect(Date.parse(after.last_updated_time)).toBeGreaterThanOrEqual(Date.parse(state.created_time));
    await triggers.delete(path);
    expect(await triggers.read(path)).toBeUndefined();
    await functions.delete(id);
  });

  it('a trigger that was deleted by another client, or whose function was, is created again', async () => {
    const id = await functions.create(smallest('trigger-gone'));
    const triggers = new TriggerResource(calls);
    const tick = { name: 'clock', schedule_type: 'Rate', schedule: '1h' };
    const first = await triggers.create(base(id), 'TIMER', tick);
    await calls.send('DELETE', `/fgs/triggers/${base(id)}`);
    expect(await triggers.read(first)).toBeUndefined();
    // deleting a resource that no longer exists is a success for the provider
    await triggers.delete(first);
    const second = await triggers.create(base(id), 'TIMER', tick);
    await functions.delete(id);
    expect(await triggers.read(second)).toBeUndefined();
  });

  it('triggers of a function, for the data source', async () => {
    const id = await functions.create(smallest('trigger-listed'));
    const triggers = new TriggerResource(calls);
    await triggers.create(base(id), 'TIMER', { name: 'clock', schedule_type: 'Rate', schedule: '1h' });
    const listed = await calls.send('GET', `/fgs/triggers/${base(id)}`);
    expect(listed).toMatchObject([{ trigger_type_code: 'TIMER', event_data: { name: 'clock', schedule: '1h' } }]);
    await functions.delete(id);
  });

  it('a test event, the mark of a function, tracing, and logs', async () => {
    const id = await functions.create(smallest('small'));
    const events = `/fgs/functions/${id}/events`;
    const content = Buffer.from('{"a":1}').toString('base64');
    const { id: eventId } = await calls.send('POST', events, { name: 'sample', content });
    expect(await calls.find(`${events}/${eventId}`)).toMatchObject({
      name: 'sample',
      content,
      last_modified: expect.any(Number),
    });
    await calls.send('PUT', `${events}/${eventId}`, { content: Buffer.from('[]').toString('base64') });
    await calls.send('DELETE', `${events}/${eventId}`, undefined, [204]);
    expect(await calls.find(`${events}/${eventId}`)).toBeUndefined();

    await calls.send('PUT', `/fgs/functions/${id}/collect/true`);
    await calls.send('PUT', `/fgs/functions/${id}/collect/false`);

    const keys = { tracing_ak: 'a', tracing_sk: 's' };
    await calls.send('PUT', `/fgs/functions/${id}/tracing`, keys);
    expect(await calls.find(`/fgs/functions/${id}/tracing`)).toMatchObject(keys);
    await calls.send('PUT', `/fgs/functions/${id}/tracing`, {});
    expect(await calls.find(`/fgs/functions/${id}/tracing`)).toMatchObject({ tracing_ak: '', tracing_sk: '' });

    const enabled = await calls.send('POST', '/fgs/functions/enable-lts-logs').catch((error: unknown) => error);
    expect(enabled).toMatchObject({ status: 400, message: expect.stringMatching(/lts log has been enabled/i) });
    await functions.delete(id);
  });

  it('functions by their tags, page by page', async () => {
    const ids: string[] = [];
    for (const n of [1, 2, 3])
      ids.push(await functions.create({ ...smallest(`source-${n}`), tags: { source: 'yes' } }));
    const found: Json[] = [];
    for (let offset = 0; ; offset += 2) {
      const body = { tags: [{ key: 'source', values: ['yes'] }], limit: 2, offset };
      const { resources } = await calls.send('POST', '/functions/resource-instances/filter', body);
      found.push(...resources);
      if (resources.length < 2) break;
    }
    expect(found.map(({ resource_id }) => resource_id).sort()).toEqual(ids.sort());
    for (const id of ids) await functions.delete(id);
  });
});
