import { expect, it } from 'vitest';
import { loadConfig } from '../src/config/index.ts';
import { HANG } from '../src/instances/sandbox/fake/index.ts';
import { FakeServer } from './fake-server.ts';

it('refuses events beyond the quota of the project with what to do, and shows both in the quotas', async () => {
  const { quotas } = loadConfig([], {});
  const changes = { quotas: { ...quotas, asyncEvents: 3 }, drainMs: 0 };
  await using server = await FakeServer.start({ handler: () => HANG }, changes);
  const params = await server.deploy('slow');
  const send = () => server.api.call('asyncInvokeFunction', { params, body: {} });
  for (let n = 0; n < 3; n += 1) await send();
  await expect(send()).rejects.toMatchObject({
    status: 429,
    code: 'FSS.0429',
    hint: expect.stringContaining('quota_async_events'),
  });
  const { data } = await server.api.call('listAllQuotas', { params: { project_id: server.projectId } });
  const of = (name: string) => data.quotas.find((one) => one.name === name);
  expect(of('async_events')).toMatchObject({ used: 3, quota: 3, scope: 'project', setting: 'quota_async_events' });
  expect(of('async_size')).toMatchObject({ used: expect.any(Number), unit: 'bytes', setting: 'quota_async_size' });
  expect(of('dead_letters')).toMatchObject({ used: 0, setting: 'quota_dead_letters' });
}, 60_000);
