import { createHash } from 'node:crypto';
import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  asyncInvocations,
  deploy,
  enqueue,
  logLines,
  PATIENCE,
  receiptOf,
  request,
  runtimeOf,
  target,
} from '../functions.ts';
import { TestAccount } from '../test-account.ts';

const SOURCE = `
const crypto = require('node:crypto');
exports.handler = async (event, context) => {
  console.log('attempt ' + event.n);
  if (event.fail) throw new Error('asked to fail ' + event.n);
  if (event.ms) await new Promise((resolve) => setTimeout(resolve, event.ms));
  return event.text === undefined ? 'done' : crypto.createHash('sha256').update(event.text).digest('hex');
};`;

/** A bootstrap that logs the hash of the bytes it got. */
const BOOTSTRAP = `#!/opt/function/runtime/NODEPATH/rtsp/nodejs/bin/node
const { createHash } = require('node:crypto');
const api = 'http://' + process.env.RUNTIME_API_ADDR + '/v1/runtime/invocation/';
(async () => {
  for (;;) {
    const next = await fetch(api + 'request');
    const id = next.headers.get('x-cff-request-id');
    if (next.status !== 200 || id === null) continue;
    const event = Buffer.from(await next.arrayBuffer());
    console.log('sha256 ' + createHash('sha256').update(event).digest('hex') + ' ' + event.length);
    await fetch(api + 'response/' + id, { method: 'POST', body: 'ok' });
  }
})();
`;

let server: TestAccount;
let runtime: string;
let urn: string;

beforeAll(async () => {
  server = await TestAccount.open();
  runtime = await runtimeOf(server, 'Node.js');
  urn = await make('work');
});
afterAll(() => server?.stop());

const make = (name: string): Promise<string> =>
  deploy(server, { name, runtime, files: { 'index.js': SOURCE }, timeout: 60 });

async function configure(of: string, retries: number, ageSeconds = 3600): Promise<void> {
  const body = new sdk.UpdateFunctionAsyncInvokeConfigRequestBody()
    .withMaxAsyncRetryAttempts(retries)
    .withMaxAsyncEventAgeInSeconds(ageSeconds);
  await server.sdk.updateFunctionAsyncInvokeConfig(new sdk.UpdateFunctionAsyncInvokeConfigRequest(of).withBody(body));
}

const statusOf = async (of: string, id: string): Promise<string | undefined> =>
  (await asyncInvocations(server, of, { request_id: id }))[0]?.status;

const untilStatus = (of: string, id: string, status: string) =>
  expect.poll(() => statusOf(of, id), PATIENCE).toBe(status);

const attemptsSeen = async (of: string, n: number): Promise<number> =>
  (await logLines(server, of)).filter((line) => line.message.trim() === `attempt ${n}`).length;

async function cancel(of: string, id: string): Promise<void> {
  await server.api.call('cancelAsyncInvocation', {
    params: target(server, of),
    body: { request_id: id, type: 'force' },
  });
}

describe('acceptance', () => {
  it('answers 202 with the request id, in body and header, and the official SDK can do it', async () => {
    const path = `/v2/${server.credentials.project_id}/fgs/functions/${urn}/invocations-async`;
    const answer = await request(server, { path, body: '{"n":1}' });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('x-cff-request-id')).toBe(answer.json.request_id);
    await untilStatus(urn, String(answer.json.request_id), 'SUCCESS');

    const ask = new sdk.AsyncInvokeFunctionRequest(urn);
    ask.body = { n: 2 } as never;
    const { request_id: id } = (await server.sdk.asyncInvokeFunction(ask)) as unknown as { request_id: string };
    await untilStatus(urn, id, 'SUCCESS');
    await expect
      .poll(() => receiptOf(server, id), PATIENCE)
      .toMatchObject({ mode: 'async', attempt: 1, outcome: 'ok', request_id: id });
  });

  it('takes 256 KB and refuses more, an unknown function and a disabled one', async () => {
    const path = (of: string) => `/v2/${server.credentials.project_id}/fgs/functions/${of}/invocations-async`;
    const event = (bytes: number) => {
      const frame = '{"n":3,"text":""}';
      return `{"n":3,"text":"${'x'.repeat(bytes - frame.length)}"}`;
    };
    expect((await request(server, { path: path(urn), body: event(256 * 1024) })).status).toBe(202);
    const large = await request(server, { path: path(urn), body: event(256 * 1024 + 101) });
    expect([large.status, large.json.error_code]).toEqual([413, 'FSS.1201']);
    const unknown = await request(server, { path: path(`${urn}x`), body: '{}' });
    expect([unknown.status, unknown.json.error_code]).toEqual([404, 'FSS.0404']);
    const off = await make('off');
    await server.api.call('updateFunctionMaxInstanceConfig', {
      params: target(server, off),
      body: { max_instance_num: 0 },
    });
    const disabled = await request(server, { path: path(off), body: '{}' });
    expect([disabled.status, disabled.json.error_code]).toEqual([429, 'FSS.0429']);
  });

  it('gives the function the bytes as they came', async () => {
    const bootstrap = BOOTSTRAP.replace('NODEPATH', runtime.toLowerCase().replace('.js', 'js'));
    const bytes = await deploy(server, {
      name: 'bytes',
      runtime: 'Custom',
      handler: 'bootstrap',
      files: { bootstrap },
    });
    const event = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 31) % 256));
    const id = await enqueue(server, bytes, event);
    await untilStatus(bytes, id, 'SUCCESS');
    const reported = `sha256 ${createHash('sha256').update(event).digest('hex')} ${event.length}`;
    await expect
      .poll(async () => (await logLines(server, bytes)).map((line) => line.message.trim()), PATIENCE)
      .toContain(reported);
  });
});

describe('retries', () => {
  it.each([0, 1, 2])('a failing function is tried once and %i times more', async (retries) => {
    const of = await make(`retry-${retries}`);
    await configure(of, retries);
    const id = await enqueue(server, of, { n: retries, fail: true });
    await untilStatus(of, id, 'FAIL');
    await expect.poll(() => attemptsSeen(of, retries), PATIENCE).toBe(retries + 1);
    const [record] = await asyncInvocations(server, of, { request_id: id });
    expect(record).toMatchObject({ error_code: 4002, error_message: expect.stringContaining('asked to fail') });
    const receipt = await receiptOf(server, id);
    expect(receipt).toMatchObject({ attempt: retries + 1, outcome: 'function_error' });
  });

  it('refuses more than three', async () => {
    await expect(configure(urn, 4)).rejects.toMatchObject({ httpStatusCode: 400 });
    await configure(urn, 3);
  });

  it('what is not run within its age is discarded', async () => {
    const of = await make('old');
    await server.api.call('updateFunctionMaxInstanceConfig', {
      params: target(server, of),
      body: { max_instance_num: 1 },
    });
    const first = await enqueue(server, of, { n: 1, ms: 50_000 });
    await expect.poll(() => attemptsSeen(of, 1), PATIENCE).toBe(1);
    await configure(of, 0, 1);
    const late = await enqueue(server, of, { n: 2 });
    await untilStatus(of, late, 'DISCARD');
    expect((await asyncInvocations(server, of, { status: 'FAIL' })).map((one) => one.request_id)).toEqual([]);
    await cancel(of, first);
    await untilStatus(of, first, 'FAIL');
    expect(await attemptsSeen(of, 2)).toBe(0);
    expect((await asyncInvocations(server, of, { status: 'DISCARD' })).map((one) => one.request_id)).toEqual([late]);
  });
});

describe('cancelling', () => {
  it('stops one that runs, and one that waits never runs', async () => {
    const of = await make('cancel');
    await server.api.call('updateFunctionMaxInstanceConfig', {
      params: target(server, of),
      body: { max_instance_num: 1 },
    });
    await configure(of, 3);
    const running = await enqueue(server, of, { n: 1, ms: 50_000 });
    await expect.poll(() => attemptsSeen(of, 1), PATIENCE).toBe(1);
    const waiting = await enqueue(server, of, { n: 2 });
    const { data } = await server.api.call('listActiveAsyncInvocations', { params: target(server, of) });
    expect(data.invocations.map((one) => one.request_id).sort()).toEqual([running, waiting].sort());
    await cancel(of, waiting);
    await untilStatus(of, waiting, 'FAIL');
    await cancel(of, running);
    await untilStatus(of, running, 'FAIL');
    const after = await enqueue(server, of, { n: 3 });
    await untilStatus(of, after, 'SUCCESS');
    expect(await attemptsSeen(of, 2)).toBe(0);
    await expect(cancel(of, after)).rejects.toMatchObject({ status: 400, code: 'FSS.0400' });
    await expect(cancel(of, '00000000-0000-0000-0000-000000000000')).rejects.toMatchObject({ status: 404 });
    await expect(cancel(urn, after)).rejects.toMatchObject({ status: 404 });
  });
});

describe('the list', () => {
  it('pages from the newest to the oldest and filters by status', async () => {
    const of = await make('list');
    await configure(of, 0);
    const ids: string[] = [];
    for (let n = 0; n < 7; n += 1) ids.push(await enqueue(server, of, { n, fail: n === 3 }));
    const ended = async () =>
      Promise.all(['SUCCESS', 'FAIL'].map(async (status) => (await asyncInvocations(server, of, { status })).length));
    await expect.poll(ended, PATIENCE).toEqual([6, 1]);
    const pages: string[][] = [];
    let marker: string | undefined;
    do {
      const ask = new sdk.ListAsyncInvocationsRequest(of).withLimit('3');
      if (marker !== undefined) ask.withMarker(marker);
      const page = (await server.sdk.listAsyncInvocations(ask)) as unknown as {
        invocations: { request_id: string }[];
        next_marker?: string;
        count: number;
      };
      expect(page.count).toBe(7);
      pages.push(page.invocations.map((one) => one.request_id));
      marker = page.next_marker;
    } while (marker !== undefined);
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    expect(pages.flat()).toEqual([...ids].reverse());
    const offset = await asyncInvocations(server, of, { marker: '5' });
    expect(offset.map((one) => one.request_id)).toEqual([ids[1], ids[0]]);
    expect((await asyncInvocations(server, of, { status: 'FAIL' })).map((one) => one.request_id)).toEqual([ids[3]]);
    const [record] = await asyncInvocations(server, of, { request_id: ids[0] ?? '' });
    expect(record?.start_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    expect(record?.end_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
  });
});
