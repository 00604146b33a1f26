import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { ROUTES } from '@funcgraph/api';
import type { Credentials } from '@funcgraph/runtimes';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { INSIDE_LIMITS } from '../src/ingress/clients/inside-clients.ts';
import { FakeServer } from './fake-server.ts';
import { Identities } from './identity-fixture.ts';

type Target = Awaited<ReturnType<FakeServer['deploy']>>;

/** The platform as one function sees it. */
interface View {
  readonly api: number;
  readonly gateway: number;
  readonly storage: number;
}

let server: FakeServer;
let identities: Identities;
let caller: Target;
let other: Target;
let view: View;
/** Given to the last request that ran. */
let given: Credentials;

beforeAll(async () => {
  const handler = (_: Buffer, { credentials }: { readonly credentials: Credentials }): string => {
    given = credentials;
    return '{}';
  };
  server = await FakeServer.start(
    { handler },
    { trustedProxies: ['127.0.0.1'], idleMs: 3_600_000 },
    pino({ level: 'silent' }),
    {
      doors: true,
    },
  );
  identities = new Identities(server);
  caller = await server.deploy('caller');
  other = await server.deploy('other');
  const policy = await identities.policy([
    {
      Effect: 'Allow',
      Action: ['functiongraph:*:*', 'obs:bucket:CreateBucket', 'obs:object:PutObject', 'obs:object:GetObject'],
    },
  ]);
  await identities.agency('helper', [policy]);
  const { data } = await server.api.call('showFunctionConfig', { params: caller });
  await server.api.call('updateFunctionConfig', {
    params: caller,
    body: {
      func_name: 'caller',
      runtime: data.runtime,
      handler: 'index.handler',
      memory_size: 128,
      timeout: 10,
      xrole: 'helper',
    },
  });
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  view = await openView(caller);
  // The rate of the tests before is over.
  server.clock.advance(10_000);
});

async function openView(target: Target): Promise<View> {
  const before = new Set(server.driver.running.keys());
  await server.api.bytes('invokeFunction', { params: target, body: new Uint8Array() });
  const all = [...server.driver.running.values()];
  const sandbox = all.find(({ id }) => !before.has(id)) ?? sandboxes.get(target.function_urn);
  if (sandbox === undefined) throw new Error('no sandbox was started');
  sandboxes.set(target.function_urn, sandbox);
  const ports = await sandbox.openDoors([80, 81, 82]);
  return { api: ports.get(80) ?? 0, gateway: ports.get(81) ?? 0, storage: ports.get(82) ?? 0 };
}
const sandboxes = new Map<string, NonNullable<ReturnType<FakeServer['driver']['running']['get']>>>();

const LIST = (): string => ROUTES.listFunctions.path.replace('{project_id}', server.projectId);
const at = (port: number, path: string): string => `http://127.0.0.1:${port}${path}`;

async function list(port: number, headers: Record<string, string>): Promise<{ status: number; text: string }> {
  const response = await fetch(at(port, LIST()), { headers });
  return { status: response.status, text: await response.text() };
}

it('serves the function with the rights of its agency, and records which function called', async () => {
  expect(await list(view.api, { 'X-Auth-Token': given.authToken })).toMatchObject({ status: 200 });
  const response = await fetch(at(view.api, LIST()), {
    method: 'POST',
    headers: { 'X-Auth-Token': given.authToken, 'X-Forwarded-For': '192.0.2.7', 'Content-Type': 'application/json' },
    body: '{}',
  });
  expect(response.status).toBe(400);
  const { data } = await server.api.call('listAudit', {});
  expect(data.entries[0]).toMatchObject({ source_ip: 'function:default/caller', user_name: 'helper', status: 400 });
});

it('answers a request without credentials with the text of the guide', async () => {
  const expected = { status: 401, text: expect.stringContaining('Please set an agency.') };
  expect(await list(view.api, {})).toEqual(expected);
  expect(await list(view.api, { 'X-Auth-Token': '' })).toEqual(expected);
  expect(await list(view.api, { 'X-Auth-Token': 'x' })).toEqual({
    status: 401,
    text: expect.stringContaining('could not be authenticated'),
  });
});

it('refuses valid credentials of another account', async () => {
  const { data } = await server.api.call('createAccount', { body: { name: 'stranger' } });
  const { token } = await identities.login({ name: data.user, password: data.password, domain: 'stranger' });
  const path = ROUTES.listFunctions.path.replace('{project_id}', data.project_id);
  const headers = { 'X-Auth-Token': token };
  expect((await fetch(at(view.api, path), { headers })).status).toBe(403);
  expect((await fetch(`${server.running.endpoint}${path}`, { headers })).status).toBe(200);
});

/** An unmodified client of S3, for one command: after an answer it sets its clock by the real one. */
const s3 = (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }): S3Client =>
  new S3Client({
    endpoint: at(view.storage, ''),
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    systemClockOffset: server.clock.now() - Date.now(),
    credentials,
  });

it('serves buckets with the keys of the context, records the function, and refuses keys of another account', async () => {
  const own = {
    accessKeyId: given.securityAccessKey,
    secretAccessKey: given.securitySecretKey,
    sessionToken: given.securityToken,
  };
  await s3(own).send(new CreateBucketCommand({ Bucket: 'inside' }));
  await s3(own).send(new PutObjectCommand({ Bucket: 'inside', Key: 'a', Body: 'hello' }));
  expect(await s3(own).send(new HeadObjectCommand({ Bucket: 'inside', Key: 'a' }))).toMatchObject({ ContentLength: 5 });
  const refused = { name: 'AccessDenied' };
  await expect(s3(own).send(new DeleteBucketCommand({ Bucket: 'inside' }))).rejects.toMatchObject(refused);
  const { data } = await server.api.call('listAudit', { query: { user: 'helper' } });
  expect(data.entries[0]).toMatchObject({
    source_ip: 'function:default/caller',
    operation: 'deleteBucket',
    status: 403,
  });

  const { data: stranger } = await server.api.call('createAccount', { body: { name: 'storing' } });
  const foreign = { accessKeyId: stranger.access_key, secretAccessKey: stranger.secret_key };
  await expect(s3(foreign).send(new ListBucketsCommand({}))).rejects.toMatchObject(refused);
  expect(await (await fetch(at(view.storage, '/inside/a'))).text()).toContain('Please set an agency.');
});

it('has no address that a policy could allow, whatever the request or a trusted proxy says', async () => {
  const fromHere = { IpAddress: { 'g:SourceIp': ['0.0.0.0/0'] } };
  const statement = { Effect: 'Allow', Action: ['functiongraph:function:getConfig'], Condition: fromHere };
  const { name, password } = await identities.user([await identities.policy([statement])]);
  const { token } = await identities.login({ name, password, project: server.projectId });
  const path = ROUTES.showFunctionConfig.path
    .replace('{project_id}', server.projectId)
    .replace('{function_urn}', other.function_urn);
  const headers = { 'X-Auth-Token': token, 'X-Forwarded-For': '192.0.2.7' };
  expect((await fetch(at(view.api, path), { headers })).status).toBe(403);
  expect((await fetch(`${server.running.endpoint}${path}`, { headers })).status).toBe(200);
  expect((await fetch(at(view.api, path), { headers })).status).toBe(403);
});

it.each(['/metrics', '/v1/health', '/v1/ready', '/v1/doctor', '/v1/networks', '/v3/auth/tokens', '/v1/code/x'])(
  'does not offer %s, even to an administrator, under any Host',
  async (path) => {
    const { token } = await identities.login({ ...server.user, project: server.projectId });
    const socket = openSocket(view.api);
    const host = new URL(server.running.endpoint).host;
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nX-Auth-Token: ${token}\r\nConnection: close\r\n\r\n`);
    expect(await textOf(socket)).toMatch(/^HTTP\/1\.1 404 /);
  },
);

it('refuses a request with two hosts', async () => {
  const socket = openSocket(view.api);
  socket.write(`GET ${LIST()} HTTP/1.1\r\nHost: platform.internal\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  expect(await textOf(socket)).toMatch(/^HTTP\/1\.1 400 /);
});

it('ends a chain after 16 functions, each called with the keys of the one before', async () => {
  const path = ROUTES.invokeFunction.path
    .replace('{project_id}', server.projectId)
    .replace('{function_urn}', caller.function_urn);
  const statuses: number[] = [];
  for (let call = 1; call <= 17; call += 1) {
    const headers = { 'X-Auth-Token': given.authToken, 'Content-Type': 'application/json' };
    const response = await fetch(`${server.running.endpoint}${path}`, { method: 'POST', headers, body: '{}' });
    statuses.push(response.status);
    if (response.status !== 200) expect(await response.json()).toMatchObject({ error_code: 'FSS.0409' });
  }
  expect(statuses).toEqual([...new Array<number>(16).fill(200), 409]);
});

it('admits as many requests of a function as its rate allows, and those of another one all the while', async () => {
  const send = async (port: number): Promise<number> => (await list(port, { 'X-Auth-Token': given.authToken })).status;
  const token = given.authToken;
  const { burst } = INSIDE_LIMITS.rate;
  const statuses: number[] = [];
  while (statuses.length < burst)
    statuses.push(...(await Promise.all(Array.from({ length: 20 }, () => send(view.api)))));
  expect(new Set(statuses)).toEqual(new Set([200]));
  const refused = await fetch(at(view.api, LIST()), { headers: { 'X-Auth-Token': token } });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);

  const { api } = await openView(other);
  expect((await list(api, { 'X-Auth-Token': token })).status).toBe(200);
  expect(await server.api.call('listFunctions', { params: { project_id: server.projectId } })).toMatchObject({
    status: 200,
  });
  server.clock.advance(1_000);
  expect((await list(view.api, { 'X-Auth-Token': token })).status).toBe(200);
});

it('lets a function have its connections, and no more', async () => {
  const crowd = await openView(await server.deploy('crowd'));
  const held = Array.from({ length: INSIDE_LIMITS.connectionsOfFunction }, () => openSocket(crowd.api));
  await Promise.all(held.map((socket) => answered(socket)));
  expect(await textOf(openSocket(crowd.gateway))).toMatch(/^HTTP\/1\.1 429 Too Many Requests\r\n.*FSS\.0429/s);
  expect((await list(view.api, {})).status).toBe(401);

  const closed = closeOf(held[0] as Socket);
  held[0]?.destroy();
  await closed;
  await expect
    .poll(() =>
      answered(openSocket(crowd.gateway)).then(
        () => 'served',
        () => 'refused',
      ),
    )
    .toBe('served');
  for (const each of held) each.destroy();
});

it('cuts a body that arrives too slowly', async () => {
  const socket = openSocket(view.api);
  const head = [`POST ${LIST()} HTTP/1.1`, 'Host: x', 'Content-Length: 100', `X-Auth-Token: ${given.authToken}`];
  socket.write(`${head.join('\r\n')}\r\n\r\n{`);
  const text = textOf(socket);
  const done = text.then(() => true);
  while (!(await Promise.race([done, new Promise<false>((resolve) => setImmediate(resolve, false))]))) {
    server.clock.advance(1_000);
  }
  expect(await text).toMatch(/^HTTP\/1\.1 408 /);
});

it('closes the connections of a sandbox with it', async () => {
  const socket = openSocket(view.api);
  await once(socket, 'connect');
  const closed = closeOf(socket);
  await sandboxes.get(caller.function_urn)?.stop();
  await closed;
  const late = connect(view.api, '127.0.0.1');
  const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
});

function openSocket(port: number): Socket {
  return connect(port, '127.0.0.1').on('error', () => {});
}

/** Also when the connection is reset. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

/** Resolves with the first answer of the API or the gateway on a connection that stays open. */
async function answered(socket: Socket): Promise<void> {
  socket.write('GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n');
  const [first] = (await once(socket, 'data')) as [Buffer];
  if (!first.toString().startsWith('HTTP/1.1 404')) throw new Error(first.toString());
}

async function textOf(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await closeOf(socket);
  return text;
}
