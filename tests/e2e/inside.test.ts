import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploy, invoke, PATIENCE, project, runtimeOf, target } from '../functions.ts';
import { ROOT } from '../server.ts';
import { TestAccount } from '../test-account.ts';
import { packageFiles, SDK as SDK_PACKAGES } from './inside/package-files.ts';

const SDK = `
const { BasicCredentials } = require('@huaweicloud/huaweicloud-sdk-core');
const sdk = require('@huaweicloud/huaweicloud-sdk-functiongraph');

exports.handler = async ({ urn, operation }, context) => {
  const credential = new BasicCredentials()
    .withAk(context.getSecurityAccessKey())
    .withSk(context.getSecuritySecretKey())
    .withSecurityToken(context.getSecurityToken())
    .withProjectId(context.getProjectID());
  const client = sdk.FunctionGraphClient.newBuilder()
    .withCredential(credential)
    .withEndpoint(process.env.RUNTIME_PLATFORM_ENDPOINT)
    .build();
  try {
    if (operation === 'list') {
      const { functions } = await client.listFunctions(new sdk.ListFunctionsRequest());
      return { names: functions.map((each) => each.func_name).sort() };
    }
    if (operation === 'invoke') {
      const request = new sdk.AsyncInvokeFunctionRequest().withFunctionUrn(urn).withBody({ from: 'inside' });
      const { request_id } = await client.asyncInvokeFunction(request);
      return { requestId: request_id };
    }
    await client.deleteFunction(new sdk.DeleteFunctionRequest().withFunctionUrn(urn));
    return {};
  } catch (error) {
    return { status: error.httpStatusCode, code: error.errorCode, message: error.errorMsg ?? error.message };
  }
};`;

/** Requests without a client: what hostile code would send. */
const RAW = `
const http = require('node:http');
const net = require('node:net');
const ask = ({ host = 'platform.internal', port = 80, path = '/', headers = {}, method = 'GET', body }) =>
  new Promise((resolve) => {
    const request = http.request({ host, port, path, headers, method, timeout: 20_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => { text += part; });
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', (error) => resolve({ error: error.code ?? error.message }));
    request.end(body);
  });
exports.handler = async (event, context) => {
  if (event.many !== undefined) return Promise.all(Array.from({ length: event.many }, () => ask(event)));
  if (event.listen !== undefined) {
    return new Promise((resolve) => {
      const server = net.createServer().listen(event.listen.port, event.listen.host, () => resolve({ ok: true }));
      server.on('error', (error) => resolve({ error: error.code }));
    });
  }
  if (event.token) event.headers = { ...event.headers, 'x-auth-token': context.getToken() };
  return ask(event);
};`;

interface Answer {
  readonly status?: number;
  readonly text?: string;
  readonly error?: string;
}

let server: TestAccount;
let folder: string;
let runtime: string;

beforeAll(async () => {
  server = await TestAccount.open();
  folder = await mkdtemp(join(tmpdir(), 'funcgraph-inside-'));
  runtime = await runtimeOf(server, 'Node.js');
  const policy = {
    Version: '1.1',
    Statement: [{ Effect: 'Allow', Action: ['functiongraph:function:list', 'functiongraph:function:invokeAsync'] }],
  };
  await writeFile(join(folder, 'policy.json'), JSON.stringify(policy));
  await fgs('iam', 'policies', 'create', 'list-and-call', '--file', join(folder, 'policy.json'));
  await fgs('iam', 'agencies', 'create', 'helper', '--policy', 'list-and-call');
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function fgs(...args: string[]): Promise<string> {
  const run = await server.fgs(args);
  expect(run, run.stderr).toMatchObject({ exitCode: 0 });
  return run.stdout.toString();
}

async function make(name: string, source: string, options: { agency?: string; files?: object } = {}): Promise<string> {
  const urn = await deploy(server, {
    name,
    runtime,
    files: { 'index.js': source, ...options.files },
    timeout: 30,
    memory: 256,
  });
  if (options.agency !== undefined) await fgs('functions', 'update', name, '--agency', options.agency);
  return urn;
}

const call = async <T = Answer>(urn: string, event: object): Promise<T> =>
  JSON.parse((await invoke(server, urn, event)).text) as T;

describe('the platform from inside a function', () => {
  it('serves the unmodified official SDK with the keys of the context, within the rights of the agency', async () => {
    const called = await make('called', 'exports.handler = async (event, context) => event;');
    const urn = await make('caller', SDK, { agency: 'helper', files: packageFiles(SDK_PACKAGES) });
    expect(await call(urn, { operation: 'list' })).toEqual({ names: ['called', 'caller'] });

    const { requestId } = await call<{ requestId: string }>(urn, { operation: 'invoke', urn: called });
    await expect
      .poll(async () => {
        const { data } = await server.api.call('listAsyncInvocations', { params: target(server, called) });
        return data.invocations.find(({ request_id }) => request_id === requestId)?.status;
      }, PATIENCE)
      .toBe('SUCCESS');

    expect(await call(urn, { operation: 'delete', urn: called })).toMatchObject({ status: 403, code: 'FSS.0403' });
    const { data } = await server.api.call('listAudit', { query: { user: 'helper' } });
    expect(data.entries[0]).toMatchObject({ source_ip: 'function:default/caller', status: 403 });
  });

  it('serves the examples of the guide, in Node.js and in Python', async () => {
    const read = (name: string): string => readFileSync(join(ROOT, 'examples', name), 'utf8');
    const called = await make('example-called', 'exports.handler = async (event, context) => event;');
    const node = await make('example-node', read('call-platform-node/index.js'), {
      agency: 'helper',
      files: packageFiles(SDK_PACKAGES),
    });
    expect(await call(node, {})).toEqual({ functions: expect.arrayContaining(['example-called', 'example-node']) });
    const python = await deploy(server, {
      name: 'example-python',
      runtime: await runtimeOf(server, 'Python'),
      files: { 'index.py': read('call-platform-python/index.py') },
    });
    await fgs('functions', 'update', 'example-python', '--agency', 'helper');
    const { request_id } = await call<{ request_id: string }>(python, { urn: called, event: { from: 'python' } });
    expect(request_id).toMatch(/^[\w-]{36}$/);
  });

  it('serves function URLs', async () => {
    await make('answering', "exports.handler = async (event, context) => ({ statusCode: 200, body: 'here' });");
    const urn = await make('asking', RAW);
    const url = new URL(
      (await fgs('functions', 'url', 'answering', '--enable', '--auth', 'none', '--field', 'url')).trim(),
    );
    expect(await call(urn, { port: 81, path: url.pathname })).toEqual({ status: 200, text: 'here' });
  });

  it('offers a function nothing but the API, the gateway and buckets', async () => {
    const urn = await make('curious', RAW, { agency: 'helper' });
    const list = `/v2/${server.credentials.project_id}/fgs/functions`;
    expect(await call(urn, { path: list, token: true })).toMatchObject({ status: 200 });
    for (const path of ['/metrics', '/v1/health', '/v1/ready', '/v1/doctor', '/v1/networks', '/v1/images', '/']) {
      expect([path, (await call(urn, { path, token: true })).status]).toEqual([path, 404]);
    }
    const login = { method: 'POST', path: '/v3/auth/tokens', body: '{}' };
    expect((await call(urn, login)).status).toBe(404);
    expect((await call(urn, { port: 81, path: '/nothing' })).status).toBe(404);

    const { port } = new URL(server.endpoint);
    for (const closed of [Number(port), 22, 83, 443]) {
      expect([closed, await call(urn, { port: closed })]).toEqual([closed, { error: 'ECONNREFUSED' }]);
    }
    expect(await call(urn, { host: '127.0.0.1', port: 80 })).toEqual({ error: 'ECONNREFUSED' });
    expect(await call(urn, { listen: { host: '127.0.100.1', port: 80 } })).toHaveProperty('error');
    expect(await call(urn, { listen: { host: '0.0.0.0', port: 8080 } })).toEqual({ ok: true });
    for (const headers of [{ host: '127.0.0.1' }, { host: `127.0.0.1:${port}` }, { 'x-forwarded-for': '127.0.0.1' }]) {
      expect((await call(urn, { path: '/metrics', headers })).status).toBe(404);
    }
  });

  it('works on every network, and says what a function without an agency lacks', async () => {
    const urn = await make('alone', RAW);
    await fgs('functions', 'update', 'alone', '--network', 'none');
    const path = `/v2/${server.credentials.project_id}/fgs/functions`;
    const answer = await call(urn, { path, token: true });
    expect(answer.status).toBe(401);
    expect(answer.text).toContain('Please set an agency.');
    await fgs('functions', 'update', 'alone', '--agency', 'helper');
    expect((await call(urn, { path, token: true })).status).toBe(200);
  });

  it('ends a loop of functions that call themselves after 16 calls', async () => {
    const params = project(server);
    const source = `
      const http = require('node:http');
      let token;
      exports.handler = async (event, context) => {
        // A client that is made once and used for all requests, as the SDKs recommend.
        token ??= context.getToken();
        const path = '/v2/${params.project_id}/fgs/functions/' + event.urn + '/invocations-async';
        return new Promise((resolve) => {
          const headers = { 'x-auth-token': token, 'content-type': 'application/json' };
          http.request({ host: 'platform.internal', path, method: 'POST', headers }, (response) => {
            let text = '';
            response.on('data', (part) => { text += part; }).on('end', () => {
              console.log('answer ' + response.statusCode + ' ' + text);
              resolve(response.statusCode);
            });
          }).end(JSON.stringify(event));
        });
      };`;
    const urn = await make('loop', source, { agency: 'helper' });
    await call(urn, { urn });
    await expect.poll(async () => fgs('functions', 'logs', 'loop'), PATIENCE).toContain('answer 409');
    const { data } = await server.api.call('listAsyncInvocations', { params: target(server, urn) });
    expect(data.invocations.map(({ status }) => status)).toEqual(Array(16).fill('SUCCESS'));
  });
});
