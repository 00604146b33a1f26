import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';

const EVER = { from: '2000-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
const EVER_ASYNC = { query_begin_time: EVER.from, query_end_time: EVER.to };

let server: FakeServer;

beforeAll(async () => {
  server = await FakeServer.start({
    handler(event, { requestId }, peer) {
      peer.log(requestId, event.toString());
      return '';
    },
  });
}, 60_000);
afterAll(() => server?.[Symbol.asyncDispose]());

const bytes = (text: string) => new TextEncoder().encode(JSON.stringify(text));

async function seen(params: { project_id: string; function_urn: string }) {
  server.clock.advance(100);
  const logs = (await server.api.call('queryLogs', { params, query: EVER })).data.lines;
  const receipts = (await server.api.call('listReceipts', { params, query: EVER })).data.receipts;
  const queued = (await server.api.call('listAsyncInvocations', { params, query: EVER_ASYNC })).data.invocations;
  const { project_id } = params;
  const found = (await server.api.call('searchLogs', { params: { project_id }, query: EVER })).data.lines;
  const messages = (lines: readonly { readonly message: string }[]) =>
    lines.map(({ message }) => message).filter((message) => message.startsWith('"'));
  return { logs: messages(logs), found: messages(found), receipts: receipts.length, queued: queued.length };
}

it('shows nothing that an earlier function of its name did', async () => {
  const params = await server.deploy('orders');
  const old = await server.api.bytes('invokeFunction', { params, body: bytes('of the first') });
  await server.api.call('asyncInvokeFunction', { params, body: bytes('queued by the first') });
  await expect
    .poll(() => seen(params))
    .toMatchObject({
      logs: expect.arrayContaining(['"of the first"', '"queued by the first"']),
      receipts: 2,
      queued: 1,
    });
  const requestId = old.headers.get('x-cff-request-id') ?? '';
  const receipt = { params: { project_id: server.projectId, request_id: requestId } };
  expect((await server.api.call('showReceipt', receipt)).data.request_id).toBe(requestId);

  const whole = { ...params, function_urn: params.function_urn.replace(/:latest$/, '') };
  await server.api.call('deleteFunction', { params: whole });
  server.clock.advance(100);
  const again = await server.deploy('orders');
  expect(await seen(again)).toEqual({ logs: [], found: [], receipts: 0, queued: 0 });
  await expect(server.api.call('showReceipt', receipt)).rejects.toMatchObject({ status: 404 });

  await server.api.bytes('invokeFunction', { params: again, body: bytes('of the second') });
  await expect
    .poll(() => seen(again))
    .toEqual({ logs: ['"of the second"'], found: ['"of the second"'], receipts: 1, queued: 0 });
});

it('shows nothing of a time before it', async () => {
  const params = await server.deploy('later');
  await server.api.bytes('invokeFunction', { params, body: bytes('now') });
  await expect.poll(() => seen(params)).toMatchObject({ logs: ['"now"'], receipts: 1 });
  const early = { from: '2001-01-01T00:00:00Z', to: '2001-01-02T00:00:00Z' };
  expect((await server.api.call('queryLogs', { params, query: early })).data.lines).toEqual([]);
  expect((await server.api.call('listReceipts', { params, query: early })).data.receipts).toEqual([]);
  const earlyAsync = { query_begin_time: early.from, query_end_time: early.to };
  expect((await server.api.call('listAsyncInvocations', { params, query: earlyAsync })).data).toMatchObject({
    count: 0,
  });
});
