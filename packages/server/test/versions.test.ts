import { expect, it } from 'vitest';
import type { FakeFunction } from '../src/instances/sandbox/fake/index.ts';
import { FakeServer } from './fake-server.ts';

const PATIENCE = { timeout: 120_000, interval: 10 };
type Target = { project_id: string; function_urn: string };

/**
 * Answers with the values its instance got at its start: version, alias and a variable that changes with each version.
 */
function telling(starts: string[]): FakeFunction {
  const instances = new WeakMap<object, string>();
  return {
    onInit(init, peer) {
      const { version, alias } = init.context;
      const text = `${version}/${alias}/${init.env.MARK ?? ''}`;
      instances.set(peer, text);
      starts.push(text);
      return true;
    },
    handler: (_event, _invoke, peer) => instances.get(peer) ?? 'nothing',
  };
}

async function withVersions(starts: string[]) {
  const server = await FakeServer.start(telling(starts));
  const deployed = await server.deploy('hello');
  const base: Target = { ...deployed, function_urn: deployed.function_urn.replace(/:latest$/, '') };
  const { data: present } = await server.api.call('showFunctionConfig', { params: base });
  const { func_name, runtime, handler, timeout, memory_size } = present;
  const fixed = { func_name, runtime, handler, timeout, memory_size };
  const mark = (text: string, params: Target = base) =>
    server.api.call('updateFunctionConfig', { params, body: { ...fixed, user_data: JSON.stringify({ MARK: text }) } });
  for (const name of ['v1', 'v2']) {
    await mark(name);
    await server.api.call('createFunctionVersion', { params: base, body: { version: name } });
  }
  await mark('newest');
  const at = (qualifier: string): Target => ({ ...base, function_urn: `${base.function_urn}${qualifier}` });
  const invoke = async (qualifier: string, headers: Record<string, string> = {}): Promise<string> => {
    const { bytes } = await server.api.bytes('invokeFunction', { params: at(qualifier), headers });
    return Buffer.from(bytes).toString();
  };
  return { server, base, at, mark, invoke };
}

it('runs each version as published, and passes the alias to the function', async () => {
  const starts: string[] = [];
  const { server, base, invoke, mark } = await withVersions(starts);
  await using _closed = server;
  await server.api.call('createVersionAlias', { params: base, body: { name: 'live', version: 'v1' } });
  const all = () => Promise.all([':v1', ':v2', ':!live', ''].map((qualifier) => invoke(qualifier)));
  expect(await all()).toEqual(['v1//v1', 'v2//v2', 'v1/live/v1', 'latest//newest']);
  expect(starts).toHaveLength(4);
  // a change of latest retires the instances of latest only
  await mark('newer');
  expect(await all()).toEqual(['v1//v1', 'v2//v2', 'v1/live/v1', 'latest//newer']);
  expect(starts).toHaveLength(5);
  await server.api.call('updateVersionAlias', { params: { ...base, alias_name: 'live' }, body: { version: 'v2' } });
  expect(await invoke(':!live')).toBe('v2/live/v2');
});

it('sends requests by rules and by weight, and notes their target in the receipt', async () => {
  const { server, base, invoke, at } = await withVersions([]);
  await using _closed = server;
  const rules = [{ rule_type: 'header', param: 'X-Group', op: 'in', value: 'beta,staff' }];
  const rest = { name: 'live', version: 'v1', additional_version_strategy: { v2: { rules } } };
  await server.api.call('createVersionAlias', { params: base, body: rest });
  expect(await invoke(':!live')).toBe('v1/live/v1');
  expect(await invoke(':!live', { 'X-Group': 'staff' })).toBe('v2/live/v2');
  const params = { ...base, alias_name: 'live' };
  for (const [percent, version] of [
    [0, 'v1'],
    [100, 'v2'],
  ] as const) {
    const body = { version: 'v1', additional_version_weights: { v2: percent } };
    await server.api.call('updateVersionAlias', { params, body });
    for (let i = 0; i < 20; i++) expect(await invoke(':!live')).toBe(`${version}/live/${version}`);
  }
  const { headers } = await server.api.bytes('invokeFunction', { params: at(':!live') });
  const { receipt } = JSON.parse(headers.get('x-cff-invoke-summary') ?? '{}') as { receipt: Record<string, unknown> };
  expect(receipt).toMatchObject({ version: 'v2', alias: 'live', function_urn: at(':v2').function_urn });
  const logged = async (qualifier: string) => {
    const { data } = await server.api.call('queryLogs', { params: at(qualifier), query: { limit: '1000' } });
    return new Set(data.lines.map((line) => line.version));
  };
  await invoke('');
  await expect.poll(() => logged(''), PATIENCE).toEqual(new Set(['v1', 'v2', 'latest']));
  expect(await logged(':!live')).toEqual(new Set(['v1', 'v2']));
  expect(await logged(':v2')).toEqual(new Set(['v2']));
  await expect(logged(':!no')).rejects.toMatchObject({ code: 'FSS.1053' });
  const stored = { project_id: base.project_id, request_id: String(receipt.request_id) };
  await expect
    .poll(async () => (await server.api.call('showReceipt', { params: stored })).data, PATIENCE)
    .toMatchObject({ version: 'v2', alias: 'live' });
});

it('an asynchronous call through an alias runs the version that its own headers chose when it was accepted', async () => {
  const starts: string[] = [];
  const { server, base, at } = await withVersions(starts);
  await using _closed = server;
  const rules = [{ rule_type: 'cookie', param: 'group', op: '=', value: 'beta' }];
  const body = { name: 'live', version: 'v1', additional_version_strategy: { v2: { rules, combine_type: 'or' } } };
  await server.api.call('createVersionAlias', { params: base, body });
  const call = async (headers: Record<string, string>): Promise<string> =>
    (await server.api.call('asyncInvokeFunction', { params: at(':!live'), body: {}, headers })).data.request_id;
  const ids = [await call({}), await call({ cookie: 'group=beta' })];
  const version = async (id: string | undefined) => {
    const params = { project_id: base.project_id, request_id: id ?? '' };
    const found = await server.api.call('showReceipt', { params }).catch(() => undefined);
    return found === undefined ? undefined : [found.data.version, found.data.alias, found.data.mode];
  };
  await expect.poll(() => version(ids[0]), PATIENCE).toEqual(['v1', 'live', 'async']);
  await expect.poll(() => version(ids[1]), PATIENCE).toEqual(['v2', 'live', 'async']);
  expect(starts.sort()).toEqual(['v1/live/v1', 'v2/live/v2']);
});

it('refuses to change a published version, and removes a deleted one with its alias', async () => {
  const starts: string[] = [];
  const { server, base, at, mark, invoke } = await withVersions(starts);
  await using _closed = server;
  await expect(mark('other', at(':v1'))).rejects.toMatchObject({ status: 400, code: 'FSS.1015' });
  await expect(mark('other', at(':v9'))).rejects.toMatchObject({ status: 404, code: 'FSS.1052' });
  await expect(mark('other', at(':!no'))).rejects.toMatchObject({ status: 404, code: 'FSS.1053' });
  await server.api.call('createVersionAlias', { params: base, body: { name: 'live', version: 'v1' } });
  await expect(mark('other', at(':!live'))).rejects.toMatchObject({ code: 'FSS.1015' });
  const shown = await server.api.call('showFunctionConfig', { params: at(':!live') });
  expect(shown.data).toMatchObject({ version: 'v1', user_data: '{"MARK":"v1"}', func_urn: at(':v1').function_urn });
  await invoke(':v1');
  await server.api.call('deleteFunction', { params: at(':v1') });
  await expect(invoke(':v1')).rejects.toMatchObject({ status: 404, code: 'FSS.1052' });
  await expect(invoke(':!live')).rejects.toMatchObject({ status: 404, code: 'FSS.1053' });
  await expect
    .poll(async () => (await server.api.call('showGauges')).data.instances, PATIENCE)
    .toMatchObject({ living: 0 });
  expect(await invoke(':v2')).toBe('v2//v2');
});

it('the link to the code ends with the function, also when another gets its name', async () => {
  const { server, base } = await withVersions([]);
  await using _ = server;
  const { func_code } = (await server.api.call('showFunctionCode', { params: base })).data;
  expect((await fetch(func_code?.link ?? '')).status).toBe(200);
  await server.api.call('deleteFunction', { params: base });
  expect((await fetch(func_code?.link ?? '')).status).toBe(404);
  await server.deploy('hello');
  expect((await fetch(func_code?.link ?? '')).status).toBe(404);
});
