import { LIMITS } from '@funcgraph/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities, refusal } from './identity-fixture.ts';

let server: FakeServer;
let identities: Identities;
let project_id: string;
beforeAll(async () => {
  server = await FakeServer.start({ handler: () => '{}' });
  identities = new Identities(server);
  project_id = (await server.deploy('hello')).project_id;
});
afterAll(() => server[Symbol.asyncDispose]());

const FUNCTION = { kind: 'function', name: 'hello', id: 'f1', notes: { code: 'abc' } };
const of = (name: string, stage = 'default') => ({ project_id, name, stage });

it('stores what a project made, and refuses a change of a record that changed meanwhile', async () => {
  const put = (revision: number, resources: (typeof FUNCTION)[]) =>
    server.api.call('putDeployment', { params: of('shop'), body: { revision, resources } });
  expect((await put(0, [])).data).toMatchObject({ name: 'shop', stage: 'default', revision: 1, resources: [] });
  expect((await put(1, [FUNCTION])).data).toMatchObject({ revision: 2, resources: [FUNCTION] });
  for (const stale of [0, 1, 3]) {
    expect(await refusal(put(stale, []))).toMatchObject({ status: 409, code: 'FSS.0409' });
  }
  const { data } = await server.api.call('showDeployment', { params: of('shop') });
  expect(data).toMatchObject({ revision: 2, resources: [FUNCTION] });
  await server.api.call('putDeployment', { params: of('shop', 'prod'), body: { revision: 0, resources: [] } });
  const { data: all } = await server.api.call('listDeployments', { params: { project_id } });
  expect(all.deployments.map(({ name, stage }) => `${name} ${stage}`)).toEqual(['shop default', 'shop prod']);
  await server.api.call('deleteDeployment', { params: of('shop') });
  expect((await refusal(server.api.call('showDeployment', { params: of('shop') }))).status).toBe(404);
  expect((await refusal(server.api.call('deleteDeployment', { params: of('shop') }))).status).toBe(404);
});

it.each([
  ['a name with a dot', { name: 'a.b' }, {}],
  ['a stage that ends in a dash', { stage: 'prod-' }, {}],
  ['a revision below 0', {}, { revision: -1 }],
  ['a resource without a kind', {}, { resources: [{ name: 'x' }] }],
  ['a text that is too long', {}, { resources: [{ kind: 'function', name: 'x'.repeat(257) }] }],
])('refuses %s', async (_what, place, body) => {
  const params = { ...of('faulty'), ...place };
  const call = server.api.call('putDeployment', { params, body: { revision: 0, resources: [], ...body } as never });
  expect((await refusal(call)).status).toBe(400);
});

it('is closed to users without the right, and readers change nothing', async () => {
  await server.api.call('putDeployment', { params: of('closed'), body: { revision: 0, resources: [] } });
  const none = await identities.user([]);
  expect((await refusal(none.api.call('showDeployment', { params: of('closed') }))).status).toBe(403);
  const reader = await identities.user(['functiongraph_read_only_access']);
  expect((await reader.api.call('showDeployment', { params: of('closed') })).data.revision).toBe(1);
  expect((await refusal(reader.api.call('deleteDeployment', { params: of('closed') }))).status).toBe(403);
});

it('stores a limited number for a project', async () => {
  const { data } = await server.api.call('listDeployments', { params: { project_id } });
  for (let i = data.deployments.length; i < LIMITS.deployments; i += 1) {
    await server.api.call('putDeployment', { params: of(`d${i}`), body: { revision: 0, resources: [] } });
  }
  const more = server.api.call('putDeployment', { params: of('more'), body: { revision: 0, resources: [] } });
  expect(await refusal(more)).toMatchObject({ status: 409 });
});
