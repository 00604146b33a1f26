import type { Receipt } from '@funcgraph/api';
import * as sdk from '@huaweicloud/huaweicloud-sdk-functiongraph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, deploy, invoke, PATIENCE, receiptOf, request, runtimeOf, target } from '../functions.ts';
import { TestAccount } from '../test-account.ts';

const MIB = 2 ** 20;
const LIMIT = 6 * MIB;

const NODE = `
exports.init = (context, callback) => { globalThis.word = 'initialized'; callback(null); };
exports.handler = async (event, context) => {
  switch (event.do) {
    case 'size': return 'x'.repeat(event.bytes);
    case 'log': console.log('line of ' + event.word); context.getLogger().warn('warned ' + event.word); return 'ok';
    case 'number': return 42;
    case 'nothing': return undefined;
    case 'object': return { a: [1, 2], text: 'ünï' };
    case 'length': return String(event.text.length);
    case 'environment': return {
      env: process.env, cwd: process.cwd(), uid: process.getuid(), gid: process.getgid(),
      user: context.getUserData('COLOUR'), memory: context.getMemorySize(), version: context.getVersion(),
      project: context.getProjectID(), requestId: context.getRequestID(), key: context.getSecurityAccessKey(),
      remaining: context.getRemainingTimeInMilliSeconds(), word: globalThis.word,
    };
    default: return 'text:' + JSON.stringify(event);
  }
};`;

const PYTHON = `# -*- coding:utf-8 -*-
import os

def handler(event, context):
    if event.get('do') == 'environment':
        return {'env': dict(os.environ), 'cwd': os.getcwd(), 'uid': os.getuid(), 'user': context.getUserData('COLOUR'),
                'memory': context.getMemorySize(), 'requestId': context.getRequestID()}
    if event.get('do') == 'size':
        return 'x' * event['bytes']
    print('line of ' + str(event.get('word')))
    context.getLogger().warning('warned ' + str(event.get('word')))
    return {'got': event, 'text': u'ünï'}
`;

/** A bootstrap in Node.js against the runtime API; answers each event with its bytes turned round. */
const BOOTSTRAP = `#!/opt/function/runtime/NODEPATH/rtsp/nodejs/bin/node
const api = 'http://' + process.env.RUNTIME_API_ADDR + '/v1/runtime/invocation/';
(async () => {
  for (;;) {
    const next = await fetch(api + 'request');
    const id = next.headers.get('x-cff-request-id');
    if (next.status !== 200 || id === null) continue;
    const event = Buffer.from(await next.arrayBuffer());
    await fetch(api + 'response/' + id, { method: 'POST', body: event.reverse() });
  }
})();
`;

let server: TestAccount;
let node: string;
let python: string;

beforeAll(async () => {
  server = await TestAccount.open();
  const nodejs = await runtimeOf(server, 'Node.js');
  const userData = { COLOUR: 'red', RUNTIMEX: 'mine' };
  const settings = { runtime: nodejs, files: { 'index.js': NODE }, userData, initializer: 'index.init' };
  node = await deploy(server, { name: 'node', dynamicMemory: true, ...settings });
  const py = { runtime: await runtimeOf(server, 'Python'), files: { 'index.py': PYTHON }, userData };
  python = await deploy(server, { name: 'python', ...py });
});
afterAll(() => server?.stop());

describe('the answer of a synchronous invocation', () => {
  it('is the bare result by default and the wrapped one for version v1', async () => {
    const bare = await invoke(server, node, { a: 1 });
    expect(bare).toMatchObject({ status: 200, text: 'text:{"a":1}', code: 0, isError: false });
    expect(bare.headers.get('x-cff-response-version')).toBe('v0');
    expect(bare.headers.get('x-request-id')).toBe(bare.requestId);

    const wrapped = await invoke(server, node, { a: 1 }, { 'X-CFF-Request-Version': 'v1' });
    expect(wrapped.json).toEqual({
      request_id: wrapped.requestId,
      result: 'text:{"a":1}',
      log: wrapped.log,
      status: 200,
    });
    expect(wrapped.headers.get('content-type')).toContain('application/json');
    expect(wrapped.headers.get('x-cff-response-version')).toBe('v1');
  });

  it('keeps text, objects, numbers and nothing as the contract says, in both languages', async () => {
    expect((await invoke(server, node, { do: 'object' })).json).toEqual({ a: [1, 2], text: 'ünï' });
    expect((await invoke(server, node, { do: 'number' })).text).toBe('42');
    expect((await invoke(server, node, { do: 'nothing' })).body).toHaveLength(0);
    expect((await invoke(server, python, { b: null })).json).toEqual({ got: { b: null }, text: 'ünï' });
  });

  it('carries the log tail only when it was asked for', async () => {
    const { log, requestId } = await invoke(server, node, { do: 'log', word: 'tail' });
    expect(log).toContain(`Start invoke request '${requestId}', version: latest`);
    expect(log).toMatch(new RegExp(`${requestId} INFO line of tail`));
    expect(log).toMatch(new RegExp(`${requestId} WARN warned tail`));
    expect(log).toMatch(
      new RegExp(`Finish invoke request '${requestId}', duration: [0-9.]+ms, billing duration: \\d+ms`),
    );
    expect((await invoke(server, python, { word: 'snake' })).log).toMatch(/INFO line of snake\n.* WARN warned snake/);

    const silent = await call(server, node, { do: 'log' }, { 'X-Cff-Log-Type': '' });
    expect(silent.headers.get('x-cff-function-log')).toBeNull();
  });

  it('reaches the official SDK, which reads result, log and request id', async () => {
    const ask = new sdk.InvokeFunctionRequest(node).withXCFFRequestVersion('v1').withXCffLogType('tail');
    ask.body = { do: 'log', word: 'sdk' } as never;
    const answer = (await server.sdk.invokeFunction(ask)) as unknown as Record<string, unknown>;
    expect(answer).toMatchObject({ result: 'ok', status: 200 });
    expect(answer.log).toContain('warned sdk');
    expect(answer.request_id).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('the receipt', () => {
  const parts = (r: Receipt) => r.queue_ms + r.sandbox_ms + r.boot_ms + r.load_ms + r.init_ms + r.handler_ms;

  it('reports where the time of a cold and of a warm call went', async () => {
    const fresh = { name: 'fresh', runtime: await runtimeOf(server, 'Node.js'), files: { 'index.js': NODE } };
    // a busy machine may let a call wait between two of its parts: some do not wait
    const isExplained = (one: Receipt) => one.total_ms - parts(one) < Math.max(50, one.total_ms * 0.25);
    let urn = await deploy(server, { ...fresh, initializer: 'index.init' });
    let { receipt: cold } = await invoke(server, urn, {});
    for (let n = 1; n < 20 && !isExplained(cold); n += 1) {
      urn = await deploy(server, { ...fresh, name: `fresh-${n}`, initializer: 'index.init' });
      cold = (await invoke(server, urn, {})).receipt;
    }
    expect(cold).toMatchObject({ cold: true, outcome: 'ok', component: '', attempt: 1, mode: 'sync', memory_mb: 128 });
    // A sandbox that waited for the call has booted before it; it may load the code while that is attached.
    for (const part of [cold.sandbox_ms + cold.load_ms, cold.handler_ms]) expect(part).toBeGreaterThan(0);
    expect(cold.function_urn).toBe(`${urn}:latest`);
    expect(cold.peak_memory_bytes).toBeGreaterThan(4 * MIB);
    expect(cold.peak_memory_bytes).toBeLessThanOrEqual(128 * MIB);
    expect(cold.cpu_ms).toBeGreaterThan(0);

    let { receipt: warm } = await invoke(server, urn, { n: 2 });
    for (let n = 1; n < 20 && !isExplained(warm); n += 1) warm = (await invoke(server, urn, { n: 2 })).receipt;
    expect(warm).toMatchObject({ cold: false, sandbox_ms: 0, boot_ms: 0, load_ms: 0, init_ms: 0 });
    expect(warm.instance_id).toBe(cold.instance_id);
    expect(warm.response_bytes).toBe('text:{"n":2}'.length);
    for (const one of [cold, warm]) {
      expect(one.total_ms).toBeGreaterThanOrEqual(parts(one) - 1);
      expect(isExplained(one), JSON.stringify(one)).toBe(true);
    }
  });

  it('can be read later under its request id and in the list of the function', async () => {
    const { receipt, requestId } = await invoke(server, node, {});
    await expect.poll(() => receiptOf(server, requestId), PATIENCE).toEqual(receipt);
    const { data } = await server.api.call('listReceipts', { params: target(server, node) });
    expect(data.receipts.map((one) => one.request_id)).toContain(requestId);
    expect(await receiptOf(server, '00000000-0000-0000-0000-000000000000')).toBeUndefined();
  });
});

describe('sizes', () => {
  it('takes an event of exactly 6 MB and refuses one over the tolerance', async () => {
    const filler = LIMIT - '{"do":"length","text":""}'.length;
    const event = (bytes: number) => `{"do":"length","text":"${'x'.repeat(filler + bytes)}"}`;
    expect((await invoke(server, node, event(0))).text).toBe(String(filler));
    const refused = await call(server, node, event(101));
    expect(refused.status).toBe(413);
    expect(refused.json).toMatchObject({ error_code: 'FSS.1201' });
  });

  it('takes a result of 6 MB and answers code 4004 for a larger one, in both languages', async () => {
    for (const urn of [node, python]) {
      const fits = await invoke(server, urn, { do: 'size', bytes: LIMIT });
      expect(fits).toMatchObject({ code: 0, isError: false });
      expect(fits.body).toHaveLength(LIMIT);
      const large = await invoke(server, urn, { do: 'size', bytes: LIMIT + 1 });
      expect(large).toMatchObject({ status: 200, code: 4004, isError: true });
      expect(large.text).toContain(`response body size ${LIMIT + 1} exceeds the limit of ${LIMIT}`);
      expect((await invoke(server, urn, { do: 'size', bytes: 3 })).text).toBe('xxx');
    }
  });

  it('carries any bytes through a bootstrap unchanged', async () => {
    const runtime = await runtimeOf(server, 'Node.js');
    const bootstrap = BOOTSTRAP.replace('NODEPATH', runtime.toLowerCase().replace('.js', 'js'));
    const urn = await deploy(server, { name: 'bytes', runtime: 'Custom', handler: 'bootstrap', files: { bootstrap } });
    const event = Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 7) % 256));
    const answer = await invoke(server, urn, event);
    expect(answer).toMatchObject({ code: 0, isError: false });
    expect(answer.body.equals(Buffer.from(event).reverse())).toBe(true);
  });
});

describe('what a function can see', () => {
  it('is its variables, the reserved ones, the paths and the user of the contract, in Node.js', async () => {
    const { json, requestId } = await invoke(server, node, { do: 'environment' });
    expect(json).toMatchObject({
      user: 'red',
      memory: '128',
      version: 'latest',
      project: server.credentials.project_id,
      requestId,
      key: '',
      word: 'initialized',
      cwd: '/opt/function',
      uid: 1003,
      gid: 1003,
    });
    expect(json.remaining).toBeLessThanOrEqual(10_000);
    expect(json.env).toMatchObject({
      COLOUR: 'red',
      RUNTIMEX: 'mine',
      RUNTIME_PROJECT_ID: server.credentials.project_id,
      RUNTIME_PACKAGE: 'default',
      RUNTIME_FUNC_NAME: 'node',
      RUNTIME_FUNC_VERSION: 'latest',
      RUNTIME_HANDLER: 'index.handler',
      RUNTIME_INITIALIZER_HANDLER: 'index.init',
      RUNTIME_INITIALIZER_TIMEOUT: '10',
      RUNTIME_TIMEOUT: '10',
      RUNTIME_CPU: '300',
      RUNTIME_MEMORY: '128',
      RUNTIME_MAX_RESP_BODY_SIZE: '6291456',
      RUNTIME_ROOT: '/home/snuser/runtime',
      RUNTIME_CODE_ROOT: '/opt/function/code',
      RUNTIME_LOG_DIR: '/home/snuser/log',
    });
    expect(JSON.parse(String((json.env as Record<string, string>).RUNTIME_USERDATA))).toEqual({
      COLOUR: 'red',
      RUNTIMEX: 'mine',
    });
    expect(Object.keys(json.env as object).filter((name) => name.startsWith('FUNCGRAPH'))).toEqual([]);
  });

  it('is the same in Python', async () => {
    const { json, requestId } = await invoke(server, python, { do: 'environment' });
    expect(json).toMatchObject({ user: 'red', memory: '128', requestId, cwd: '/opt/function', uid: 1003 });
    expect(json.env).toMatchObject({
      COLOUR: 'red',
      RUNTIME_FUNC_NAME: 'python',
      RUNTIME_CODE_ROOT: '/opt/function/code',
    });
    expect(Object.keys(json.env as object).filter((name) => name.startsWith('FUNCGRAPH'))).toEqual([]);
  });

  it('is the memory that the call chose from the list, when the function allows it', async () => {
    const chosen = await invoke(server, node, { do: 'environment' }, { 'X-Cff-Instance-Memory': '256' });
    expect(chosen.json).toMatchObject({ memory: '256' });
    expect(chosen.receipt.memory_mb).toBe(256);
    const wrong = await call(server, node, {}, { 'X-Cff-Instance-Memory': '200' });
    expect([wrong.status, wrong.json.error_code]).toEqual([406, 'FSS.0406']);
    const ignored = await invoke(server, python, { do: 'environment' }, { 'X-Cff-Instance-Memory': '200' });
    expect(ignored.json).toMatchObject({ memory: '128' });
  });
});

describe('an address', () => {
  const path = (urn: string) => `/v2/${server.credentials.project_id}/fgs/functions/${urn}/invocations`;

  it.each<[string, (urn: string) => string, number, string]>([
    ['a function that does not exist', (urn: string) => urn.replace(':node', ':nowhere'), 404, 'FSS.0404'],
    ['a version that does not exist', (urn: string) => `${urn}:v7`, 404, 'FSS.1052'],
    ['an alias that does not exist', (urn: string) => `${urn}:!prod`, 404, 'FSS.1053'],
    ['no URN at all', () => 'node', 400, 'FSS.1309'],
    ['a URN with too many parts', (urn: string) => `${urn}:latest:more`, 400, 'FSS.1309'],
  ])('of %s is refused with its code', async (_, change, status, code) => {
    const answer = await request(server, { path: path(change(node)), body: '{}' });
    expect([answer.status, answer.json.error_code]).toEqual([status, code]);
    expect(answer.json.request_id).toBe(answer.headers.get('x-request-id'));
  });

  it('may name the latest version', async () => {
    expect((await invoke(server, `${node}:latest`, { b: 1 })).text).toBe('text:{"b":1}');
  });
});
