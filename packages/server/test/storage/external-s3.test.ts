import dns from 'node:dns';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import type { Client } from '@funcgraph/api';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fakeZip } from '../../src/artifacts/testing.ts';
import { ManualClock } from '../../src/lib/manual-clock.ts';
import type { S3Service } from '../../src/lib/s3-place.ts';
import { Secret } from '../../src/lib/secret.ts';
import { FakeServer } from '../fake-server.ts';
import { Identities } from '../identity-fixture.ts';
import { awsClient } from './clients.ts';
import { Line } from './line.ts';

const CODE = fakeZip([{ name: 'index.js', data: 'exports.handler = (event, context) => 1;' }]);
const LIBRARY = fakeZip([{ name: 'node_modules/lib/index.js', data: '' }]);

/** The service outside. */
let outside: FakeServer;
let line: Line;
/** Answers each request as the test says. */
let odd: Server;
let answer: { status: number; headers?: Record<string, string>; body?: string | Buffer };
let server: FakeServer;
const granted = new Set<string>();
let runtime: string;
/** May create functions and dependencies, and read objects of the service below `code/public/`. */
let reader: Client;

const addressOf = (host: Server): string => `http://127.0.0.1:${(host.address() as AddressInfo).port}`;

beforeAll(async () => {
  // not every machine resolves names below localhost
  const lookup = dns.lookup as LookupFunction;
  vi.spyOn(dns, 'lookup').mockImplementation(((name, options, done) =>
    lookup(name.replace(/^.*\.localhost$/, 'localhost'), options, done)) as LookupFunction as typeof dns.lookup);
  const quiet = pino({ level: 'silent' });
  const clock = new ManualClock(Date.now());
  outside = await FakeServer.start({ handler: () => '' }, {}, quiet, { clock });
  const { createBucket, put } = awsClient(outside);
  await createBucket('code');
  for (const key of ['public/a b.zip', 'private/a.zip']) await put('code', key, CODE);
  await put('code', 'public/lib.zip', LIBRARY);
  line = await Line.to(outside.running.storage);
  odd = createServer((_, response) => response.writeHead(answer.status, answer.headers).end(answer.body));
  await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve));
  const { accessKey, secretKey } = outside.key;
  const service = (changes: Partial<S3Service>): S3Service => ({
    ...{ endpoint: line.endpoint, region: 'us-east-1', accessKey, secretKey: new Secret(secretKey), ...changes },
  });
  const named = `http://localhost:${new URL(outside.running.storage).port}`;
  const externalS3 = [
    { name: 'company', service: service({}), projects: granted },
    { name: 'named', service: service({ endpoint: named, virtualHosts: true }), projects: granted },
    { name: 'odd', service: service({ endpoint: addressOf(odd) }), projects: granted },
  ];
  server = await FakeServer.start({ handler: () => '' }, { externalS3 }, quiet, { clock });
  granted.add(server.projectId);
  const { data } = await server.api.call('listRuntimeTypes', { params: { project_id: server.projectId } });
  runtime = (data as { type: string }[]).find(({ type }) => type.startsWith('Node.js'))?.type ?? '';
  const identities = new Identities(server);
  const policy = await identities.policy([
    { Effect: 'Allow', Action: ['functiongraph:*:*'] },
    { Effect: 'Allow', Action: ['obs:object:GetObject'], Resource: ['OBS:*:*:object:@company/code/public/*'] },
  ]);
  reader = (await identities.user([policy])).api;
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await line.close();
  await outside[Symbol.asyncDispose]();
  odd.close();
  vi.restoreAllMocks();
});

let made = 0;
async function create(code_url: string, api = server.api): Promise<string> {
  made += 1;
  const settings = { runtime, handler: 'index.handler', timeout: 10, memory_size: 128 };
  const body = { func_name: `linked-${made}`, package: 'default', ...settings, code_type: 'obs', code_url } as const;
  const { data } = await api.call('createFunction', { params: { project_id: server.projectId }, body });
  const params = { project_id: server.projectId, function_urn: data.func_urn };
  return (await server.api.call('showFunctionCode', { params })).data.func_code.file ?? '';
}

const at = (path: string, endpoint = line.endpoint): string => `${endpoint}/${path}`;

it('doctor says which registered S3 services answer, and which know their keys', async () => {
  const checks = async () => {
    const { data } = await server.api.call('showDoctor', {});
    return data.checks
      .filter(({ name }) => name.startsWith('S3 service'))
      .map(({ name, ok, detail }) => [name, ok, detail]);
  };
  const error = (code: string) => `<Error><Code>${code}</Code><Message>internal text</Message></Error>`;
  const named = `http://localhost:${new URL(outside.running.storage).port}`;
  answer = { status: 403, body: error('InvalidAccessKeyId') };
  expect(await checks()).toEqual([
    ['S3 service company', true, `${line.endpoint}: answers`],
    ['S3 service named', true, `${named}: answers`],
    ['S3 service odd', false, `${addressOf(odd)}: does not know the keys`],
  ]);
  answer = { status: 403, body: error('AccessDenied') };
  line.cut();
  expect(await checks()).toEqual([
    ['S3 service company', false, `${line.endpoint}: company cannot be reached`],
    ['S3 service named', true, `${named}: answers`],
    ['S3 service odd', true, `${addressOf(odd)}: answers; its keys may not list buckets`],
  ]);
  line.mend();
});

describe('code at an address of a registered S3 service', () => {
  it('is read with its keys, in each form of addressing, by a caller who may read the object', async () => {
    const bytes = CODE.toString('base64');
    expect(await create(at('code/public/a%20b.zip'), reader)).toBe(bytes);
    const { port } = new URL(outside.running.storage);
    expect(await create(`http://code.localhost:${port}/private/a.zip`)).toBe(bytes);
    expect(await create(`http://localhost:${port}/code/private/a.zip`)).toBe(bytes);
    await expect(create(at('code/private/a.zip'), reader)).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('obs:object:GetObject on @company/code/private/a.zip'),
    });
  });

  it('is refused to a project without a grant, whatever the rights of its caller', async () => {
    granted.delete(server.projectId);
    try {
      await expect(create(at('code/public/a%20b.zip'))).rejects.toMatchObject({
        ...{ status: 403, message: expect.stringContaining('may not read from the S3 service at 127.0.0.1') },
        hint: expect.stringContaining('external_s3_file'),
      });
    } finally {
      granted.add(server.projectId);
    }
  });

  it('is fetched without the keys when it brings a signature, by the rules of other addresses', async () => {
    const inside = { status: 400, message: expect.stringContaining("server's own network") };
    await expect(create(at('code/private/a.zip?X-Amz-Signature=0'))).rejects.toMatchObject(inside);
    await expect(create(at('code/private/a.zip?Signature=0'))).rejects.toMatchObject(inside);
  });

  it('must exist, be an archive, and be named without a query', async () => {
    await expect(create(at('code/public/none.zip'))).rejects.toMatchObject({ status: 404, code: 'FSS.1054' });
    await expect(create(at('nowhere/a.zip'))).rejects.toMatchObject({ status: 404, code: 'FSS.1054' });
    await expect(create(at('code'))).rejects.toMatchObject({ status: 400, code: 'FSS.1010' });
    await expect(create(at('code/a.zip?versionId=1'))).rejects.toMatchObject({ status: 400, code: 'FSS.1010' });
    await expect(create(at('code/x%2f..%2fb/a.zip'))).rejects.toMatchObject({ status: 400, code: 'FSS.1010' });
    await awsClient(outside).put('code', 'text', Buffer.from('text'));
    await expect(create(at('code/text'))).rejects.toMatchObject({ status: 400, code: 'FSS.1011' });
  });

  it('is not read from where the service redirects', async () => {
    const location = at('code/private/a.zip', outside.running.storage);
    for (const status of [301, 302, 307, 308]) {
      answer = { status, headers: { location } };
      await expect(create(at('code/a.zip', addressOf(odd)))).rejects.toMatchObject({
        ...{ status: 404, code: 'FSS.1054', message: expect.stringContaining('redirects, which is not followed') },
      });
    }
  });

  it('is refused with a reason of ours, without text of the service', async () => {
    answer = { status: 403, body: '<Error><Code>AccessDenied</Code><Message>internal text</Message></Error>' };
    const refusal = await create(at('code/a.zip', addressOf(odd))).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ status: 404, message: expect.stringContaining('403 AccessDenied') });
    expect((refusal as Error).message).not.toContain('internal text');
  });

  it('is refused as a whole when the service breaks off', async () => {
    answer = { status: 200, headers: { 'content-length': String(CODE.length + 1) }, body: CODE };
    odd.once('request', (_, response) => setImmediate(() => response.socket?.destroy()));
    await expect(create(at('code/a.zip', addressOf(odd)))).rejects.toMatchObject({ status: 404, code: 'FSS.1054' });
    line.cut();
    await expect(create(at('code/public/a%20b.zip'))).rejects.toMatchObject({
      ...{ status: 404, message: expect.stringContaining('cannot be reached') },
    });
    line.mend();
    expect(await create(at('code/public/a%20b.zip'))).toBe(CODE.toString('base64'));
  });
});

it('a dependency at an address of a registered S3 service is read with the rights of the caller', async () => {
  const add = (name: string, path: string) => {
    const body = { depend_type: 'obs', depend_link: at(path), name, runtime } as const;
    return reader.call('createDependency', { params: { project_id: server.projectId }, body });
  };
  expect((await add('lib', 'code/public/lib.zip')).data).toMatchObject({ name: 'lib', size: LIBRARY.length });
  await expect(add('other', 'code/private/a.zip')).rejects.toMatchObject({ status: 403 });
});

describe('results of asynchronous invocations', () => {
  const setTo = async (params: { project_id: string; function_urn: string }, bucket: string, api = server.api) => {
    const on_success = { destination: 'OBS', param: JSON.stringify({ bucket, prefix: 'daily/' }) } as const;
    await api.call('updateFunctionAsyncInvokeConfig', { params, body: { destination_config: { on_success } } });
  };

  it('are stored in a bucket of a registered S3 service', async () => {
    const params = await server.deploy('report');
    await setTo(params, '@company/code');
    const { data } = await server.api.call('asyncInvokeFunction', { params, body: {} as never });
    const key = `daily/report/${data.request_id}.json`;
    const stored = async () => {
      server.clock.advance(1000);
      return (await awsClient(outside).list('code', { prefix: 'daily/' })).keys;
    };
    await expect.poll(stored).toEqual([key]);
    const { body, contentType } = await awsClient(outside).get('code', key);
    expect(contentType).toBe('application/json');
    expect(JSON.parse(body.toString())).toMatchObject({ request_context: { request_id: data.request_id } });
  });

  it('go to no service without a grant or the right', async () => {
    const params = await server.deploy('other');
    const refused = { status: 403, message: expect.stringContaining('may not store into @nowhere') };
    await expect(setTo(params, '@nowhere/code')).rejects.toMatchObject(refused);
    await expect(setTo(params, '@company/code', reader)).rejects.toMatchObject({
      ...{ status: 403, message: expect.stringContaining('obs:object:PutObject') },
    });
    await expect(setTo(params, '@company/../code')).rejects.toMatchObject({ status: 400 });
    granted.delete(server.projectId);
    await expect(setTo(params, '@company/code')).rejects.toMatchObject({ status: 403 });
    granted.add(server.projectId);
  });
});
