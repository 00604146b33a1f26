import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities, refusal } from './identity-fixture.ts';

let server: FakeServer;
let identities: Identities;
let project: { project_id: string };
let flow: { project_id: string; workflow_id: string };
let name = '';
let count = 0;

beforeAll(async () => {
  server = await FakeServer.start({ handler: () => '{}' });
  identities = new Identities(server);
  project = { project_id: server.projectId };
});
afterAll(() => server?.[Symbol.asyncDispose]());

async function create(called: string): Promise<typeof flow> {
  const nodes = [
    { id: 's', name: 's', kind: 'start' },
    { id: 'w', name: 'w', kind: 'wait', seconds: 1 },
  ];
  const graph = { name: called, nodes, edges: [{ from: 's', to: 'w' }] };
  const { data } = await server.api.call('createWorkflow', { params: project, body: { graph } });
  return { ...project, workflow_id: data.id };
}

beforeEach(async () => {
  count += 1;
  name = `tagged-${count}`;
  flow = await create(name);
});

const set = (tags: readonly { key: string; value?: string }[], api = server.api) =>
  api.call('createWorkflowTags', { params: flow, body: { tags: [...tags] } });
const tagsOf = async () => (await server.api.call('listWorkflowTags', { params: flow })).data.tags;
const tagged = async (api = server.api) =>
  (await api.call('listTaggedWorkflows', { params: project })).data.workflows.map((one) => one.name);

it('sets, changes, lists and removes tags', async () => {
  await set([{ key: 'team', value: 'shop' }, { key: 'env' }]);
  await set([{ key: 'env', value: 'test' }]);
  expect(await tagsOf()).toEqual([
    { key: 'env', value: 'test' },
    { key: 'team', value: 'shop' },
  ]);
  expect(await tagged()).toContain(name);
  const remove = { params: flow, body: { tags: [{ key: 'env' }, { key: 'team', value: 'other' }] } };
  await server.api.call('deleteWorkflowTags', remove);
  expect(await tagsOf()).toEqual([{ key: 'team', value: 'shop' }]);
});

it('removes the tags with the flow', async () => {
  await set([{ key: 'team', value: 'shop' }]);
  const { workflow_urn } = (await server.api.call('showWorkFlow', { params: flow })).data;
  await server.api.call('batchDeleteWorkflows', { params: project, body: { workflow_urns: [workflow_urn] } });
  expect(await tagged()).not.toContain(name);
  expect((await refusal(set([{ key: 'a' }]))).status).toBe(404);
  flow = await create(name);
  expect(await tagsOf()).toEqual([]);
});

it.each([
  ['no tags', []],
  ['a key of the platform', [{ key: '_sys_x' }]],
  ['a key with another sign', [{ key: 'a*' }]],
  ['a repeated key', [{ key: 'a' }, { key: 'a' }]],
  ['21 tags', Array.from({ length: 21 }, (_, at) => ({ key: `k${at}` }))],
])('refuses %s', async (_what, tags) => {
  expect((await refusal(set(tags))).status).toBe(400);
  expect(await tagsOf()).toEqual([]);
});

it('has at most 20 tags of a flow, however they come', async () => {
  await set(Array.from({ length: 15 }, (_, at) => ({ key: `k${at}` })));
  const more = await refusal(set(Array.from({ length: 6 }, (_, at) => ({ key: `more${at}` }))));
  expect([more.status, more.message]).toEqual([expect.any(Number), expect.stringContaining('more than 20 tags')]);
  expect(await tagsOf()).toHaveLength(15);
});

it('needs rights of their own, for each flow', async () => {
  await set([{ key: 'a' }]);
  const other = await create(`${name}-other`);
  await server.api.call('createWorkflowTags', { params: other, body: { tags: [{ key: 'b' }] } });
  const policy = await identities.policy([
    {
      Effect: 'Allow',
      Action: ['functiongraph:workflow:*Tags'],
      Resource: [`functiongraph:*:*:workflow:default/${name}`],
    },
  ]);
  const [keeper, reader] = [await identities.user([policy]), await identities.user(['functiongraph_read_only_access'])];
  expect(await tagged(keeper.api)).toEqual([name]);
  await set([{ key: 'c' }], keeper.api);
  const foreign = { params: other, body: { tags: [{ key: 'd' }] } };
  expect((await refusal(keeper.api.call('createWorkflowTags', foreign))).status).toBe(403);
  expect((await reader.api.call('listWorkflowTags', { params: flow })).data.tags).toHaveLength(2);
  for (const id of ['createWorkflowTags', 'deleteWorkflowTags'] as const) {
    expect([id, (await refusal(reader.api.call(id, { params: flow, body: { tags: [{ key: 'a' }] } }))).status]).toEqual(
      [id, 403],
    );
  }
});

it('records changes of tags with the name of the flow', async () => {
  await set([{ key: 'a' }]);
  const { data } = await server.api.call('listAudit', { query: { resource: name, limit: '1' } });
  expect(data.entries).toMatchObject([{ operation: 'createWorkflowTags', resource: `workflow:${name}` }]);
});
