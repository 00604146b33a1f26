import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { refusal } from './identity-fixture.ts';

const EVER = { from: '2000-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
const EVER_ASYNC = { query_begin_time: EVER.from, query_end_time: EVER.to };

let server: FakeServer;
/** Events of all functions, as they ran. */
let ran: string[] = [];
/** Ends the run of an event with `slow`. */
let finishSlow: () => void = () => {};

beforeAll(async () => {
  server = await FakeServer.start({
    async handler(event, { requestId }, peer) {
      const text = event.toString();
      ran.push(text);
      if (text.includes('slow')) {
        await new Promise<void>((resolve) => {
          finishSlow = resolve;
        });
      }
      peer.log(requestId, text);
      if (text.startsWith('"fail')) throw new Error('refused');
      return '';
    },
  });
});
beforeEach(() => {
  ran = [];
});
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
  const points = (await server.api.call('showFunctionMetrics', { params: { ...params, period: '60' } })).data.count;
  const metrics = points.reduce((sum, { value }) => sum + value, 0);
  const lines = { logs: messages(logs), found: messages(found) };
  return { ...lines, receipts: receipts.length, queued: queued.length, metrics };
}

/** Deletes a function and creates another one of its name. */
async function replaced(params: { project_id: string; function_urn: string }, name: string) {
  const whole = { ...params, function_urn: params.function_urn.replace(/:latest$/, '') };
  await server.api.call('deleteFunction', { params: whole });
  server.clock.advance(100);
  return server.deploy(name);
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

  const again = await replaced(params, 'orders');
  expect(await seen(again)).toEqual({ logs: [], found: [], receipts: 0, queued: 0, metrics: 0 });
  await expect(server.api.call('showReceipt', receipt)).rejects.toMatchObject({ status: 404 });

  await server.api.bytes('invokeFunction', { params: again, body: bytes('of the second') });
  await expect
    .poll(() => seen(again))
    .toEqual({ logs: ['"of the second"'], found: ['"of the second"'], receipts: 1, queued: 0, metrics: 1 });
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

it('does not run what waited for an earlier one, and logs nothing of its end', async () => {
  const receiver = await server.deploy('receiver');
  const params = await server.deploy('waits');
  const config = {
    max_async_retry_attempts: 3,
    enable_async_status_log: true,
    destination_config: {
      on_failure: { destination: 'FunctionGraph', param: JSON.stringify({ func_urn: receiver.function_urn }) },
    },
  };
  await server.api.call('updateFunctionAsyncInvokeConfig', { params, body: config });
  const { data } = await server.api.call('asyncInvokeFunction', { params, body: bytes('fail once') });
  await expect.poll(() => ran).toEqual(['"fail once"']);
  // until the next attempt
  await expect
    .poll(async () => (await server.api.call('listAsyncInvocations', { params, query: EVER_ASYNC })).data.invocations)
    .toMatchObject([{ status: 'WAIT' }]);

  const again = await replaced(params, 'waits');
  const { request_id = '' } = data;
  expect(
    await refusal(server.api.call('cancelAsyncInvocation', { params: again, body: { request_id } })),
  ).toMatchObject({
    status: 404,
  });
  await expect
    .poll(() => {
      server.clock.advance(1000);
      return ran;
    })
    .toHaveLength(2);
  expect(ran[1]).toContain('was deleted');
  expect(await seen(again)).toEqual({
    logs: [],
    found: expect.not.arrayContaining(['"fail once"']),
    receipts: 0,
    queued: 0,
    metrics: 0,
  });
  const { lines } = (await server.api.call('queryLogs', { params: again, query: EVER })).data;
  expect(lines).toEqual([]);
  const { project_id } = again;
  expect((await server.api.call('listDeadLetters', { params: { project_id }, query: {} })).data.dead_letters).toEqual(
    [],
  );
});

it('has no dead letters of an earlier one', async () => {
  const params = await server.deploy('letters');
  await server.api.call('updateFunctionAsyncInvokeConfig', { params, body: { max_async_retry_attempts: 0 } });
  await server.api.call('asyncInvokeFunction', { params, body: bytes('fail for ever') });
  const letters = async () =>
    (await server.api.call('listDeadLetters', { params, query: { function_urn: params.function_urn } })).data
      .dead_letters;
  await expect.poll(letters).toHaveLength(1);
  const [letter] = await letters();
  const one = { params: { project_id: params.project_id, letter_id: letter?.id ?? '' } };
  const again = await replaced(params, 'letters');
  expect(await letters()).toEqual([]);
  for (const id of ['showDeadLetter', 'redriveDeadLetter', 'deleteDeadLetter'] as const) {
    expect(await refusal(server.api.call(id, one)), id).toMatchObject({ status: 404 });
  }
  const all = await server.api.call('redriveFunctionDeadLetters', { params: again, body: {} });
  expect(all.data).toEqual({ redriven: [], refused: [] });
  expect(ran).toEqual(['"fail for ever"']);
});

it('shows nothing of a call to an earlier one that ends after its creation', async () => {
  const params = await server.deploy('late');
  const running = server.api.bytes('invokeFunction', { params, body: bytes('slow') });
  await expect.poll(() => ran).toEqual(['"slow"']);
  const again = await replaced(params, 'late');
  server.clock.advance(100);
  finishSlow();
  expect((await running).headers.get('x-cff-func-err-code') ?? '0').toBe('0');
  await server.api.bytes('invokeFunction', { params: again, body: bytes('of the second') });
  await expect.poll(() => seen(again)).toMatchObject({ logs: ['"of the second"'], receipts: 1, metrics: 1 });
});
