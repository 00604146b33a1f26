import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTestControl, type TestControl } from '../testing.ts';
import { DEFAULT_POLICY } from './types.ts';

const at = (functionId: string) => ({ functionId, version: 'latest' });
let control: TestControl;
let id: string;

beforeEach(async () => {
  control = await openTestControl();
  const body = { func_name: 'hello', runtime: 'Node.js20.15', timeout: 3, memory_size: 128 };
  id = (await control.functions.create('p1', body)).fn.id;
});
afterEach(async () => {
  await control.close();
});

it('is the default until something is set, and again after it was removed', async () => {
  expect(control.catalog.asyncConfig(at(id))).toEqual(DEFAULT_POLICY);
  await control.asyncConfigs.set(id, 'latest', { max_async_event_age_in_seconds: '60', max_async_retry_attempts: 0 });
  expect(control.catalog.asyncConfig(at(id))).toMatchObject({ maxAgeSeconds: 60, maxRetries: 0 });
  await control.asyncConfigs.remove(id, 'latest');
  expect(control.catalog.asyncConfig(at(id))).toEqual(DEFAULT_POLICY);
  expect(control.asyncConfigs.find(id, 'latest')).toBeUndefined();
});

it('keeps destinations over a restart, and the time of creation over a change', async () => {
  const onSuccess = { destination: 'FunctionGraph', param: '{"func_urn":"urn"}' };
  await control.asyncConfigs.set(id, 'latest', { destination_config: { on_success: onSuccess, on_failure: null } });
  control.clock.advance(5000);
  const changed = await control.asyncConfigs.set(id, 'latest', {
    destination_config: { on_success: onSuccess, on_failure: {} },
  });
  expect(changed.modifiedAt - changed.createdAt).toBe(5000);
  const next = await control.restart();
  expect(next.catalog.asyncConfig(at(id))).toMatchObject({ onSuccess, onFailure: undefined });
  expect(next.asyncConfigs.list(id)).toEqual([changed]);
});

it('goes with its function', async () => {
  await control.asyncConfigs.set(id, 'latest', {});
  await control.functions.delete({ projectId: 'p1', package: 'default', name: 'hello' });
  expect(control.asyncConfigs.list(id)).toEqual([]);
  expect(await control.storage.db.selectFrom('async_config').selectAll().execute()).toEqual([]);
});

it.each([
  { max_async_event_age_in_seconds: 0 },
  { max_async_event_age_in_seconds: 86_401 },
  { max_async_retry_attempts: 4 },
  { max_async_retry_attempts: -1 },
  { destination_config: { on_success: { destination: 'MAIL', param: '{}' } } },
  { destination_config: { on_failure: { destination: 'SMN', param: 'text' } } },
  { destination_config: [] },
])('refuses %j', async (body) => {
  await expect(control.asyncConfigs.set(id, 'latest', body)).rejects.toMatchObject({ code: 'invalid_request' });
  expect(control.asyncConfigs.find(id, 'latest')).toBeUndefined();
});
