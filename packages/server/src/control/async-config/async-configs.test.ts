import { afterEach, beforeEach, expect, it } from 'vitest';
import { fakeZip } from '../../artifacts/testing.ts';
import { DESTINATIONS } from '../../invocation/index.ts';
import { openTestControl, type TestControl } from '../testing.ts';
import { type AsyncSettings, DEFAULT_POLICY, type NewAsyncConfig } from './types.ts';

const at = (functionId: string) => ({ functionId, version: 'latest' });
let control: TestControl;
let id: string;

const OF = { name: { projectId: 'p1', package: 'default', name: 'hello' }, qualifier: 'latest' };
const config = (change: Partial<NewAsyncConfig> = {}): NewAsyncConfig => ({
  settings: { statusLog: false, logNames: {} },
  ...change,
});
const to = (destinations: Pick<AsyncSettings, 'onSuccess' | 'onFailure'>): NewAsyncConfig =>
  config({ settings: { statusLog: false, logNames: {}, ...destinations } });
const set = (requested: NewAsyncConfig) => control.asyncConfigs.set({ functionId: id, ...OF }, requested);
const urnOf = (name: string) => `urn:fss:local-1:p1:function:default:${name}`;
const toBucket = (more: object) =>
  to({ onSuccess: { destination: 'OBS', param: JSON.stringify({ bucket: 'results', ...more }) } });
const toFunction = (text: string) =>
  to({ onSuccess: { destination: 'FunctionGraph', param: JSON.stringify({ func_urn: text }) } });
const toUrl = (url: string) => to({ onFailure: { destination: 'HTTP', param: JSON.stringify({ url }) } });

beforeEach(async () => {
  control = await openTestControl({ destinations: DESTINATIONS });
  const body = { name: 'hello', runtime: 'Node.js20.15', timeoutSeconds: 3, memoryMb: 128 };
  id = (await control.functions.create('p1', body)).fn.id;
  await control.functions.create('p1', { ...body, name: 'next' });
  await control.functions.create('p1', {
    ...body,
    name: 'pages',
    runtime: 'http',
    code: { type: 'zip', bytes: fakeZip([{ name: 'bootstrap', data: '#!/bin/sh', mode: 0o100755 }]) },
  });
});
afterEach(async () => {
  await control.close();
});

it('is the default until something is set, and again after it was removed', async () => {
  expect(control.catalog.asyncConfig(at(id))).toEqual(DEFAULT_POLICY);
  await set(config({ maxAgeSeconds: 60, maxRetries: 0 }));
  expect(control.catalog.asyncConfig(at(id))).toMatchObject({ maxAgeSeconds: 60, maxRetries: 0 });
  await control.asyncConfigs.remove(id, 'latest');
  expect(control.catalog.asyncConfig(at(id))).toEqual(DEFAULT_POLICY);
  expect(control.asyncConfigs.find(id, 'latest')).toBeUndefined();
});

it('keeps destinations over a restart, and the time of creation over a change', async () => {
  const onSuccess = { destination: 'FunctionGraph', param: JSON.stringify({ func_urn: urnOf('next') }) };
  await set(to({ onSuccess }));
  control.clock.advance(5000);
  const changed = await set(to({ onSuccess }));
  expect(changed.modifiedAt - changed.createdAt).toBe(5000);
  const next = await control.restart();
  expect(next.catalog.asyncConfig(at(id))).toMatchObject({ onSuccess, onFailure: undefined });
  expect(next.asyncConfigs.list(id)).toEqual([changed]);
});

it('is removed with its function', async () => {
  await set(config());
  await control.functions.delete({ projectId: 'p1', package: 'default', name: 'hello' });
  expect(control.asyncConfigs.list(id)).toEqual([]);
  expect(await control.storage.db.selectFrom('async_config').selectAll().execute()).toEqual([]);
});

it.each([
  config({ maxAgeSeconds: 0 }),
  config({ maxAgeSeconds: 86_401 }),
  config({ maxRetries: 4 }),
  config({ maxRetries: -1 }),
  to({ onSuccess: { destination: 'MAIL', param: '{}' } }),
  to({ onFailure: { destination: 'SMN', param: 'text' } }),
  to({ onFailure: { destination: 'SMN', param: '{"topic_urn":"orders"}' } }),
  to({ onFailure: { destination: 'SMN', param: '{"topic_urn":"urn:smn:local-1:p2:orders"}' } }),
  to({ onSuccess: { destination: 'OBS', param: '{"prefix":"x"}' } }),
  toBucket({ bucket: 'A b' }),
  toBucket({ prefix: 7 }),
  toBucket({ expires: 366 }),
  toBucket({ expires: -1 }),
  toBucket({ expires: 1.5 }),
  toBucket({ expires: '3' }),
  toBucket({ prefix: 'x'.repeat(801) }),
  toBucket({ prefix: '\ud800' }),
  to({ onSuccess: { destination: 'FunctionGraph', param: '{"func_urn":"urn"}' } }),
  toFunction(urnOf('hello')),
  toFunction(urnOf('hello:latest')),
  toFunction(urnOf('pages')),
  toFunction('urn:fss:local-1:p2:function:default:next'),
  toUrl('ftp://example.com/'),
  toUrl('https://user:pass@example.com/'),
  toUrl('http://127.0.0.2/'),
  toUrl('http://[::1]:80/'),
  toUrl('http://169.254.169.254/latest'),
  toUrl('http://0x7f000002/'),
])('refuses %j', async (body) => {
  await expect(set(body)).rejects.toMatchObject({ code: 'invalid_request' });
  expect(control.asyncConfigs.find(id, 'latest')).toBeUndefined();
});

it.each([
  ['function_not_found', urnOf('nothing')],
  ['version_not_found', urnOf('next:v9')],
  ['alias_not_found', urnOf('next:!live')],
])('refuses with %s the destination %s', async (code, text) => {
  await expect(set(toFunction(text))).rejects.toMatchObject({ code, message: expect.stringContaining('on_success') });
});

it('refuses results that a bucket outside should remove by itself', async () => {
  const outside = { bucket: '@company/results', expires: 3 };
  await expect(set(toBucket(outside))).rejects.toMatchObject({ code: 'not_supported_here' });
});

it('refuses an address that is too long', async () => {
  const long = toUrl(`https://example.com/${'x'.repeat(2048)}`);
  await expect(set(long)).rejects.toMatchObject({ code: 'invalid_request' });
});

it('checks the right to call the function that is the destination', async () => {
  const of = { functionId: id, ...OF };
  const requested: string[] = [];
  const setBy = { kind: 'user', id: 'u1' } as const;
  const mayInvoke = ({ name }: { readonly name: string }) => void requested.push(name);
  const refuse = () => {
    throw new Error('no right');
  };
  await control.asyncConfigs.set(of, toFunction(urnOf('next')), {
    setBy,
    mayInvoke,
    mayPublish: mayInvoke,
    mayStore: refuse,
    mayPut: refuse,
  });
  expect(requested).toEqual(['next']);
  expect(control.asyncConfigs.find(id, 'latest')?.settings.onSuccess?.setBy).toEqual(setBy);
  const no = { setBy, mayInvoke: refuse, mayPublish: refuse, mayStore: refuse, mayPut: refuse };
  const toTopic = to({ onSuccess: { destination: 'SMN', param: '{"topic_urn":"urn:smn:local-1:p1:orders"}' } });
  await expect(control.asyncConfigs.set(of, toTopic, no)).rejects.toThrow('no right');
  await expect(control.asyncConfigs.set(of, toBucket({}), no)).rejects.toThrow('no right');
  const toStream = to({ onSuccess: { destination: 'DIS', param: '{"stream_name":"results"}' } });
  await expect(control.asyncConfigs.set(of, toStream, no)).rejects.toThrow('no right');
  await expect(control.asyncConfigs.set(of, toFunction(urnOf('next:latest')), no)).rejects.toThrow('no right');
  expect(control.asyncConfigs.find(id, 'latest')?.settings.onSuccess?.param).toContain('next"}');
});

it('accepts webhooks of the outside and of allowed hosts, buckets, topics and streams', async () => {
  for (const url of ['https://example.com/hook?key=1', 'http://127.0.0.1:9/x']) await set(toUrl(url));
  for (const [destination, param] of [
    ['OBS', { bucket: 'results', prefix: 'p', expires: 0 }],
    ['OBS', { bucket: 'results', prefix: 'p', expires: 365 }],
    ['SMN', { topic_urn: 'urn:smn:local-1:p1:orders' }],
    ['DIS', { stream_name: 's' }],
  ] as const) {
    const onFailure = { destination, param: JSON.stringify(param) };
    expect((await set(to({ onFailure }))).settings.onFailure).toEqual(onFailure);
  }
});
