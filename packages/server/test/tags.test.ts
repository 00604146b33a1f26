import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities, mayCall, refusal } from './identity-fixture.ts';

let server: FakeServer;
let identities: Identities;
let hello: { project_id: string; resource_type: string; resource_id: string };
let other: typeof hello;

beforeAll(async () => {
  server = await FakeServer.start({ handler: () => '{}' });
  identities = new Identities(server);
  const tagged = async (name: string): Promise<typeof hello> => {
    const { project_id, function_urn } = await server.deploy(name);
    const params = { project_id, resource_type: 'functions', resource_id: function_urn };
    await server.api.call('createTags', { params, body: { tags: [{ key: 'name', value: name }] } });
    return params;
  };
  hello = await tagged('hello');
  other = await tagged('other');
});
afterAll(() => server[Symbol.asyncDispose]());

it('shows and finds only resources visible to the caller', async () => {
  const policy = await identities.policy([
    {
      Effect: 'Allow',
      Action: ['functiongraph:function:*Tags'],
      Resource: ['functiongraph:*:*:function:default/hello'],
    },
  ]);
  const { api } = await identities.user([policy]);
  const { project_id, resource_type } = hello;
  const project = await api.call('showProjectTagsList', { params: { project_id, resource_type } });
  expect(project.data.tags).toEqual([{ key: 'name', values: ['hello'] }]);
  const found = await api.call('showResInstanceInfo', {
    params: { project_id, resource_type, action: 'count' },
    body: {},
  });
  expect(found.data.total_count).toBe(1);
  await api.call('createTags', { params: hello, body: { tags: [{ key: 'more', value: '' }] } });
  for (const id of ['listFunctionTags', 'createTags', 'deleteTags'] as const) {
    const input = id === 'listFunctionTags' ? {} : { body: { tags: [{ key: 'x', value: '' }] } };
    expect([id, (await refusal(api.bytes(id, { params: other, ...input }))).status]).toEqual([id, 403]);
  }
});

it('lets readers read, and only those who manage functions change', async () => {
  const [full, read] = await Promise.all([
    identities.user(['functiongraph_full_access']),
    identities.user(['functiongraph_read_only_access']),
  ]);
  const may = async (id: 'listFunctionTags' | 'createTags' | 'deleteTags') =>
    Promise.all(
      [full, read].map(({ api }) =>
        mayCall(api, id, { params: hello, ...(id === 'listFunctionTags' ? {} : { body: { tags: [{ key: 'y' }] } }) }),
      ),
    );
  expect(await may('listFunctionTags')).toEqual([true, true]);
  expect(await may('createTags')).toEqual([true, false]);
  expect(await may('deleteTags')).toEqual([true, false]);
});

it('refuses the function of another project, for any project in the path', async () => {
  const { data } = await server.api.call('createProject', { body: { project: { name: 'second' } } });
  const second = { ...hello, project_id: data.project.id };
  expect((await refusal(server.api.call('listFunctionTags', { params: second }))).status).toBe(403);
});
