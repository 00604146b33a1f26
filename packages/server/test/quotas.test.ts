import { expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';

it('lists what a project has of topics, alarms, parts of the gateway and triggers, with fixed limits', async () => {
  await using server = await FakeServer.start({ handler: () => '1' });
  const { api } = server;
  const params = { project_id: server.projectId };
  const fn = await server.deploy('hello');
  const of = async () =>
    Object.fromEntries(
      (await api.call('listAllQuotas', { params })).data.quotas.map(({ name, ...one }) => [name, one]),
    );
  const NEW = [
    'topics',
    'subscriptions',
    'alarms',
    'gateway_groups',
    'gateway_apis',
    'gateway_apps',
    'triggers',
  ] as const;
  const use = async () => {
    const quotas = await of();
    return NEW.map((name) => quotas[name]?.used);
  };
  expect(await use()).toEqual([0, 0, 0, 0, 0, 0, 0]);

  const { topic_urn } = (await api.call('createTopic', { params, body: { name: 'orders' } })).data;
  const endpoint = fn.function_urn;
  await api.call('addSubscription', {
    params: { ...params, topic_urn },
    body: { protocol: 'functiongraph', endpoint },
  });
  const judged = { metric: 'failcount', statistic: 'sum', comparison: '>=' as const, threshold: 1, period: 1 };
  const alarm = { name: 'failing', target_urn: endpoint, ...judged };
  await api.call('createAlarm', { params, body: alarm });
  const { data: group } = await api.call('createGatewayGroup', { params, body: { name: 'shop' } });
  const backend_urn = endpoint.replace(/:latest$/, '');
  const route = { name: 'hello', path: '/hello', auth: 'NONE', backend_urn };
  await api.call('createGatewayApi', { params: { ...params, group_id: group.id }, body: route });
  await api.call('createGatewayApp', { params, body: { name: 'partner' } });
  for (const schedule of ['1m', '2m']) {
    const event_data = { name: `every-${schedule}`, schedule_type: 'Rate', schedule };
    await api.call('createFunctionTrigger', { params: fn, body: { trigger_type_code: 'TIMER', event_data } });
  }
  expect(await use()).toEqual([1, 1, 1, 1, 1, 1, 2]);
  const fixed = { unit: '', setting: '' };
  expect(await of()).toMatchObject({
    topics: { ...fixed, quota: 3000, scope: 'project' },
    triggers: { ...fixed, quota: 10, scope: 'version' },
  });
  const { resources } = (await api.call('listQuotas', { params })).data.quotas;
  expect(resources).toContainEqual({ type: 'fgs_workflow_num', quota: 400, used: 0 });
  expect(resources).toContainEqual({ type: 'fgs_on_demand_instance_limit', quota: 1000, used: 0 });
});
