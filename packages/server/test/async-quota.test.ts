import { expect, it } from 'vitest';
import { loadConfig } from '../src/config/index.ts';
import { HANG } from '../src/instances/sandbox/fake/index.ts';
import { FakeServer } from './fake-server.ts';

it('refuses events beyond the quota of the project with a hint, and shows both in the quotas', async () => {
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
});

it('counts and logs the tick of a timer that finds no room until the next tick', async () => {
  const { quotas } = loadConfig([], {});
  const changes = { quotas: { ...quotas, asyncEvents: 1 }, drainMs: 0 };
  await using server = await FakeServer.start({ handler: () => HANG }, changes);
  const params = await server.deploy('slow');
  const timer = { name: 'tick', schedule_type: 'Rate', schedule: '1m' };
  await server.api.call('createFunctionTrigger', { params, body: { trigger_type_code: 'TIMER', event_data: timer } });
  await server.api.call('updateFunctionConfig', { params, body: { timeout: 900 } });
  await server.api.call('asyncInvokeFunction', { params, body: {} });
  for (let second = 0; second < 150; second += 1) {
    server.clock.advance(1_000);
    await new Promise(setImmediate);
  }
  const outcomes = async () => {
    server.clock.advance(500);
    const { data } = await server.api.call('listReceipts', { params });
    return data.receipts.map(({ mode, outcome, code }) => `${mode} ${outcome} ${code}`);
  };
  await expect.poll(outcomes).toEqual(['async throttled 429']);
  const { lines } = (await server.api.call('queryLogs', { params, query: { keyword: 'tick' } as never })).data;
  expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
    expect.stringMatching(
      /^WARN The event of timer tick for .* is left out: the project has too many asynchronous events/,
    ),
  ]);
});
