import { REFUSED, type RefusedOperation, ROUTES } from '@funcgraph/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities, refusal } from './identity-fixture.ts';

let server: FakeServer;
let identities: Identities;
let functionUrn: string;

/** Valid values for those that check more than the path. */
const INPUT: Partial<Record<RefusedOperation, { query?: object; body?: object }>> = {
  listBridgeVersions: { query: { type: 'rds' } },
  createVpcEndpoint: { body: { vpc_id: 'v', subnet_id: 's' } },
};
const all = Object.keys(REFUSED) as RefusedOperation[];

function inputOf(id: RefusedOperation): object {
  const names = Object.keys(ROUTES[id].params.properties);
  const known: Record<string, string> = { project_id: server.projectId, function_urn: functionUrn };
  return { params: Object.fromEntries(names.map((name) => [name, known[name] ?? 'x'])), ...INPUT[id] };
}

beforeAll(async () => {
  server = await FakeServer.start({ handler: () => '{}' });
  identities = new Identities(server);
  functionUrn = (await server.deploy('hello')).function_urn;
});
afterAll(() => server[Symbol.asyncDispose]());

it.each(all)('refuses %s with a hint, once the caller may ask', async (id) => {
  const refused = await refusal(server.api.bytes(id, inputOf(id)));
  expect(refused).toMatchObject({ status: 426, code: 'FSS.0426', message: expect.stringContaining(id) });
});

it('refuses callers without rights, and unknown ones, before anything else', async () => {
  const { api } = await identities.user([]);
  for (const id of all) {
    expect([id, (await refusal(api.bytes(id, inputOf(id)))).status]).toEqual([id, 403]);
    expect([id, (await refusal(identities.tokenClient('x').bytes(id, inputOf(id)))).status]).toEqual([id, 401]);
  }
});

it('lets readers read but not change', async () => {
  const { api } = await identities.user(['functiongraph_read_only_access']);
  for (const id of all) {
    const expected = ROUTES[id].method === 'GET' ? 426 : 403;
    expect([id, (await refusal(api.bytes(id, inputOf(id)))).status]).toEqual([id, expected]);
  }
});

it.each<[RefusedOperation, object, string]>([
  ['listBridgeVersions', { query: { type: 'disk' } }, 'type'],
  ['createVpcEndpoint', { body: { vpc_id: 'v' } }, 'subnet_id'],
])('checks the fields of %s like those of any other', async (id, input, field) => {
  const refused = await refusal(server.api.bytes(id, { ...inputOf(id), ...input }));
  expect(refused).toMatchObject({ status: 400, message: expect.stringContaining(field) });
});

it('requires an existing function', async () => {
  const params = { project_id: server.projectId, function_urn: functionUrn.replace(':hello', ':missing') };
  expect((await refusal(server.api.call('listBridgeFunctions', { params }))).code).toBe('FSS.1051');
});
