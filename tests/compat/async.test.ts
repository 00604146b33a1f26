import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploy, enqueue, PATIENCE, receiptOf, request, runtimeOf, target } from '../functions.ts';
import { TestServer } from '../server.ts';
import { TestAccount } from '../test-account.ts';
import { refusal } from './answers.ts';

const SOURCE = `exports.handler = async (event, context) => {
  if (event.fail) throw new Error('asked to fail');
  await new Promise((resolve) => setTimeout(resolve, event.ms ?? 0));
  return 'done';
};`;

let server: TestAccount;
let runtime: string;
let urn: string;

beforeAll(async () => {
  server = await TestAccount.open();
  runtime = await runtimeOf(server, 'Node.js');
  urn = await make('calls');
});
afterAll(() => server?.stop());

const make = (name: string, dynamicMemory = false): Promise<string> =>
  deploy(server, { name, runtime, files: { 'index.js': SOURCE }, timeout: 60, dynamicMemory });

/** What really came over the wire. */
const wire = async <T>(work: Promise<object>): Promise<T> => (await work) as unknown as T;

interface Config {
  readonly func_urn: string;
  readonly max_async_event_age_in_seconds: number;
  readonly max_async_retry_attempts: number;
  readonly destination_config: object;
  readonly created_time: string;
  readonly last_modified: string;
  readonly enable_async_status_log: boolean;
}
interface Listed {
  readonly invocations: ReadonlyArray<Record<string, unknown>>;
  readonly count: number;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
const destination = (kind: sdk.FuncDestinationConfigDestinationEnum, param: object) =>
  new sdk.FuncDestinationConfig().withDestination(kind).withParam(JSON.stringify(param));
const { FUNCTIONGRAPH, OBS, SMN, DIS } = sdk.FuncDestinationConfigDestinationEnum;

const set = (of: string, body: sdk.UpdateFunctionAsyncInvokeConfigRequestBody) =>
  wire<Config>(
    server.sdk.updateFunctionAsyncInvokeConfig(new sdk.UpdateFunctionAsyncInvokeConfigRequest(of).withBody(body)),
  );
const show = (of: string) =>
  wire<Config>(server.sdk.showFunctionAsyncInvokeConfig(new sdk.ShowFunctionAsyncInvokeConfigRequest(of)));
const list = (of: string, id?: string) => {
  const ask = new sdk.ListAsyncInvocationsRequest(of);
  if (id !== undefined) ask.withRequestId(id);
  return wire<Listed>(server.sdk.listAsyncInvocations(ask));
};
const active = (of: string, requests?: string) => {
  const ask = new sdk.ListActiveAsyncInvocationsRequest(of);
  if (requests !== undefined) ask.withRequests(requests);
  return wire<Listed>(server.sdk.listActiveAsyncInvocations(ask));
};
const cancel = (of: string, body: sdk.CancelAsyncInvocationRequestBody) =>
  server.sdk.cancelAsyncInvocation(new sdk.CancelAsyncInvocationRequest(of).withBody(body));

describe('asynchronous settings', () => {
  it('come back with every field, from set, show and list, and are gone after delete', async () => {
    const [from, to] = [await make('from'), await make('to')];
    const destinations = new sdk.FuncAsyncDestinationConfig()
      .withOnSuccess(destination(FUNCTIONGRAPH, { func_urn: to }))
      .withOnFailure(destination(OBS, { bucket: 'results', prefix: 'p', expires: 3 }));
    const body = new sdk.UpdateFunctionAsyncInvokeConfigRequestBody()
      .withMaxAsyncEventAgeInSeconds(120)
      .withMaxAsyncRetryAttempts(2)
      .withDestinationConfig(destinations)
      .withEnableAsyncStatusLog(true);
    const config = await set(from, body);
    expect(config).toMatchObject({
      func_urn: `${from}:latest`,
      max_async_event_age_in_seconds: 120,
      max_async_retry_attempts: 2,
      destination_config: {
        on_success: { destination: 'FunctionGraph', param: JSON.stringify({ func_urn: to }) },
        on_failure: { destination: 'OBS', param: '{"bucket":"results","prefix":"p","expires":3}' },
      },
      created_time: expect.stringMatching(TIME),
      last_modified: expect.stringMatching(TIME),
      enable_async_status_log: true,
    });
    const { httpStatusCode: _, ...fields } = config as Config & { httpStatusCode?: number };
    expect(await show(from)).toMatchObject(fields);
    const all = await wire<object>(
      server.sdk.listFunctionAsyncInvokeConfig(new sdk.ListFunctionAsyncInvokeConfigRequest(from)),
    );
    expect(all).toMatchObject({ count: 1, async_invoke_configs: [fields], page_info: { next_marker: 0 } });
    await server.sdk.deleteFunctionAsyncInvokeConfig(new sdk.DeleteFunctionAsyncInvokeConfigRequest(from));
    expect(await refusal(show(from))).toEqual([404, 'FSS.0404']);
  });

  it('refuse destinations that cannot be meant, each before anything changes', async () => {
    const body = (one: sdk.FuncDestinationConfig) =>
      new sdk.UpdateFunctionAsyncInvokeConfigRequestBody().withDestinationConfig(
        new sdk.FuncAsyncDestinationConfig().withOnSuccess(one),
      );
    const other = urn.replace(/function:default:calls$/, 'function:default:nobody');
    for (const [one, expected] of [
      [destination(FUNCTIONGRAPH, { func_urn: other }), [404, 'FSS.1051']],
      [destination(FUNCTIONGRAPH, { func_urn: `${urn}:v9` }), [404, 'FSS.1052']],
      [destination(FUNCTIONGRAPH, { func_urn: `${urn}:!live` }), [404, 'FSS.1053']],
      [destination(FUNCTIONGRAPH, { func_urn: urn }), [400, 'FSS.0400']],
      [destination(FUNCTIONGRAPH, {}), [400, 'FSS.0400']],
      [destination(OBS, {}), [400, 'FSS.0400']],
      [destination(OBS, { bucket: 'results', expires: 366 }), [400, 'FSS.0400']],
      [destination(OBS, { bucket: '@company/results', expires: 3 }), [426, 'FSS.0426']],
      [destination(SMN, { topic: 'x' }), [400, 'FSS.0400']],
      [destination(DIS, {}), [400, 'FSS.0400']],
    ] as const) {
      expect(await refusal(set(urn, body(one))), JSON.stringify(one)).toEqual(expected);
    }
    for (const of of [other, `${urn}:v9`, `${urn}:!live`]) {
      expect((await refusal(set(of, new sdk.UpdateFunctionAsyncInvokeConfigRequestBody())))[0]).toBe(404);
    }
    expect(await refusal(show(urn))).toEqual([404, 'FSS.0404']);
  });
});

describe('the log of asynchronous status', () => {
  it('is there once it was switched on, under the same names for ever', async () => {
    const fresh = await TestServer.start();
    try {
      const detail = () =>
        wire<Record<string, string>>(
          fresh.sdk.showProjectAsyncStatusLogInfo(new sdk.ShowProjectAsyncStatusLogInfoRequest()),
        );
      expect(await refusal(detail())).toEqual([404, 'FSS.0404']);
      await fresh.sdk.enableAsyncStatusLog(new sdk.EnableAsyncStatusLogRequest());
      const { group_name, group_id, stream_name, stream_id } = await detail();
      expect([group_name, stream_name].every((name) => name !== undefined && name !== '')).toBe(true);
      for (const id of [group_id, stream_id]) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(group_id).not.toBe(stream_id);
      await fresh.sdk.enableAsyncStatusLog(new sdk.EnableAsyncStatusLogRequest());
      await fresh.restart();
      expect(await detail()).toMatchObject({ group_name, group_id, stream_name, stream_id });
    } finally {
      await fresh.stop();
    }
  });

  it('is switched on by a function that wants it', async () => {
    await set(await make('wants'), new sdk.UpdateFunctionAsyncInvokeConfigRequestBody().withEnableAsyncStatusLog(true));
    const info = server.sdk.showProjectAsyncStatusLogInfo(new sdk.ShowProjectAsyncStatusLogInfoRequest());
    expect(await wire<object>(info)).toMatchObject({ stream_name: 'async-status' });
  });
});

describe('asynchronous invocations', () => {
  it('are listed with every field, after success and after failure', async () => {
    const of = await make('listed');
    await set(of, new sdk.UpdateFunctionAsyncInvokeConfigRequestBody().withMaxAsyncRetryAttempts(0));
    for (const [event, status, code, message] of [
      [{}, 'SUCCESS', 0, ''],
      [{ fail: true }, 'FAIL', 4002, expect.stringContaining('asked to fail')],
    ] as const) {
      const id = await enqueue(server, of, event);
      await expect.poll(async () => (await list(of, id)).invocations[0]?.status, PATIENCE).toBe(status);
      const { invocations, count } = await list(of, id);
      expect([invocations, count]).toEqual([
        [
          {
            request_id: id,
            status,
            error_code: code,
            error_message: message,
            start_time: expect.stringMatching(TIME),
            end_time: expect.stringMatching(TIME),
          },
        ],
        1,
      ]);
    }
    expect((await refusal(list(`${of}x`)))[0]).toBe(404);
  });

  it('are counted in full on each page, and a page begins at its offset', async () => {
    const of = await make('pages');
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      const id = await enqueue(server, of, {});
      await expect.poll(async () => (await list(of, id)).invocations[0]?.status, PATIENCE).toBe('SUCCESS');
      ids.unshift(id);
    }
    const page = async (marker: string, limit: string) => {
      const ask = new sdk.ListAsyncInvocationsRequest(of).withMarker(marker).withLimit(limit);
      const { invocations, count } = await wire<Listed>(server.sdk.listAsyncInvocations(ask));
      return [invocations.map(({ request_id: id }) => id), count];
    };
    expect(await page('0', '2')).toEqual([ids.slice(0, 2), 3]);
    expect(await page('2', '2')).toEqual([ids.slice(2), 3]);
    expect(await page('3', '2')).toEqual([[], 3]);
  });

  it('that wait or run are listed by their ids, and can be stopped', async () => {
    const of = await make('active');
    const ids = [await enqueue(server, of, { ms: 50_000 }), await enqueue(server, of, { ms: 50_000 })];
    expect((await active(of)).count).toBe(2);
    expect((await active(of, ids[0])).invocations.map(({ request_id: id }) => id)).toEqual([ids[0]]);
    expect((await active(of, 'unknown')).count).toBe(0);
    expect((await refusal(active(of, Array(11).fill('x').join(','))))[0]).toBe(400);
    const body = (id: string) => new sdk.CancelAsyncInvocationRequestBody(id);
    const recursive = body(ids[0] ?? '').withType(sdk.CancelAsyncInvocationRequestBodyTypeEnum.RECURSIVE);
    expect(await refusal(cancel(of, recursive))).toEqual([400, 'FSS.0400']);
    for (const id of ids) await cancel(of, body(id).withType(sdk.CancelAsyncInvocationRequestBodyTypeEnum.FORCE));
    await expect.poll(async () => (await active(of)).count, PATIENCE).toBe(0);
    expect((await list(of)).invocations.map(({ status, error_code: code }) => [status, code])).toEqual([
      ['FAIL', 4208],
      ['FAIL', 4208],
    ]);
    expect(await refusal(cancel(of, body('unknown')))).toEqual([404, 'FSS.0404']);
  });
});

describe('headers of an asynchronous invocation', () => {
  const call = (of: string, headers: Readonly<Record<string, string>>) =>
    request(server, {
      path: `/v2/${server.credentials.project_id}/fgs/functions/${of}/invocations-async`,
      headers,
      body: '{}',
    });

  it('choose the memory where the function allows that, and are refused for a size that is none', async () => {
    const of = await make('memory', true);
    const taken = await call(of, { 'X-Cff-Instance-Memory': '256' });
    expect(taken.status).toBe(202);
    const id = taken.headers.get('x-cff-request-id') ?? '';
    expect(taken.json.request_id).toBe(id);
    await expect.poll(() => receiptOf(server, id), PATIENCE).toMatchObject({ memory_mb: 256, mode: 'async' });
    const refused = await call(of, { 'X-Cff-Instance-Memory': '200' });
    expect([refused.status, refused.json.error_code]).toEqual([406, 'FSS.0406']);
    const ignored = await call(urn, { 'X-Cff-Instance-Memory': '200' });
    expect(ignored.status).toBe(202);
  });

  it('of synchronous calls have no meaning: the answer is always the request id', async () => {
    const answer = await call(urn, { 'X-Cff-Log-Type': 'tail', 'X-CFF-Request-Version': 'v1' });
    expect(answer.status).toBe(202);
    expect(Object.keys(answer.json)).toEqual(['request_id']);
    expect(answer.headers.get('x-cff-function-log')).toBeNull();
  });

  it('pass the function the way it was called', async () => {
    const bootstrap = `#!/opt/function/runtime/${runtime.toLowerCase().replace('.js', 'js')}/rtsp/nodejs/bin/node
const api = 'http://' + process.env.RUNTIME_API_ADDR + '/v1/runtime/invocation/';
(async () => {
  for (;;) {
    const next = await fetch(api + 'request');
    const id = next.headers.get('x-cff-request-id');
    if (next.status !== 200 || id === null) continue;
    await next.arrayBuffer();
    console.log('called ' + next.headers.get('x-cff-invoke-type') + ' as ' + id);
    await fetch(api + 'response/' + id, { method: 'POST', body: 'ok' });
  }
})();
`;
    const of = await deploy(server, { name: 'custom', runtime: 'Custom', handler: 'bootstrap', files: { bootstrap } });
    const id = await enqueue(server, of, {});
    const lines = async () =>
      (await server.api.call('queryLogs', { params: target(server, of), query: {} })).data.lines.map(({ message }) =>
        message.trim(),
      );
    await expect.poll(lines, PATIENCE).toContain(`called async as ${id}`);
  });
});
