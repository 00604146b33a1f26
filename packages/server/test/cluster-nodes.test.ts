import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities, refusal } from './identity-fixture.ts';

let server: FakeServer;
beforeAll(async () => {
  server = await FakeServer.start({ handler: () => '{}' });
});
afterAll(() => server[Symbol.asyncDispose]());

const onlyNode = async () => {
  const { nodes } = (await server.api.call('listClusterNodes', {})).data;
  expect(nodes).toHaveLength(1);
  const [node] = nodes;
  if (node === undefined) throw new Error('no node');
  return node;
};

it('a server on SQLite is the only one of its list, with what it can do and does', async () => {
  expect(await onlyNode()).toMatchObject({
    ...{ live: true, draining: false, this_server: true, last_heartbeat: null, address: null },
    ...{ memory_mb: expect.any(Number), processors: expect.any(Number) },
    load: { running: 0, waiting: 0, instances: 0, memory_mb: 0 },
    leases: expect.arrayContaining(['triggers', 'housekeeping']),
  });
});

it('it cannot be drained or removed, and the refusal is in the audit log', async () => {
  const params = { server: (await onlyNode()).id };
  for (const id of ['drainClusterNode', 'undrainClusterNode', 'removeClusterNode'] as const) {
    expect(await refusal(server.api.call(id, { params }))).toMatchObject({ status: 409, code: 'FSS.0409' });
  }
  const unknown = server.api.call('drainClusterNode', { params: { server: 'elsewhere' } });
  expect(await refusal(unknown)).toMatchObject({ status: 404 });
  const { entries } = (await server.api.call('listAudit', {})).data;
  expect(entries).toContainEqual(
    expect.objectContaining({ operation: 'removeClusterNode', resource: `server:${params.server}`, status: 409 }),
  );
});

it('users without a right on the platform see and change no servers', async () => {
  const { api } = await new Identities(server).user(['functiongraph_full_access']);
  const params = { server: (await onlyNode()).id };
  expect(await refusal(api.call('listClusterNodes', {}))).toMatchObject({ status: 403 });
  for (const id of ['drainClusterNode', 'undrainClusterNode', 'removeClusterNode'] as const) {
    expect(await refusal(api.call(id, { params }))).toMatchObject({ status: 403 });
  }
});
