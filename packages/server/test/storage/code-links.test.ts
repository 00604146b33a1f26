import type { Client } from '@funcgraph/api';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeZip } from '../../src/artifacts/testing.ts';
import { ManualClock } from '../../src/lib/manual-clock.ts';
import { FakeServer } from '../fake-server.ts';
import { Identities } from '../identity-fixture.ts';
import { awsClient } from './clients.ts';

const CODE = fakeZip([{ name: 'index.js', data: 'exports.handler = (event, context) => 1;' }]);
const LIBRARY = fakeZip([{ name: 'node_modules/lib/index.js', data: '' }]);

let server: FakeServer;
let runtime: string;
/** May create functions and dependencies, and read objects below `public/`. */
let reader: Client;
beforeAll(async () => {
  const clock = new ManualClock(Date.now());
  server = await FakeServer.start({ handler: () => '' }, {}, pino({ level: 'silent' }), { clock });
  const { createBucket, put } = awsClient(server);
  await createBucket('code');
  for (const key of ['public/a b.zip', 'private/a.zip']) await put('code', key, CODE);
  await put('code', 'public/lib.zip', LIBRARY);
  const { data } = await server.api.call('listRuntimeTypes', { params: { project_id: server.projectId } });
  runtime = (data as { type: string }[]).find(({ type }) => type.startsWith('Node.js'))?.type ?? '';
  const identities = new Identities(server);
  const policy = await identities.policy([
    { Effect: 'Allow', Action: ['functiongraph:*:*'] },
    { Effect: 'Allow', Action: ['obs:object:GetObject'], Resource: ['OBS:*:*:object:code/public/*'] },
  ]);
  reader = (await identities.user([policy])).api;
});
afterAll(() => server[Symbol.asyncDispose]());

let made = 0;
async function create(code_url: string, api = server.api): Promise<string> {
  made += 1;
  const func_name = `linked-${made}`;
  const settings = { runtime, handler: 'index.handler', timeout: 10, memory_size: 128 };
  const body = { func_name, package: 'default', ...settings, code_type: 'obs', code_url } as const;
  const { data } = await api.call('createFunction', { params: { project_id: server.projectId }, body });
  const params = { project_id: server.projectId, function_urn: data.func_urn };
  return (await server.api.call('showFunctionCode', { params })).data.func_code.file ?? '';
}

const at = (path: string, host = new URL(server.running.storage).host): string => `http://${host}/${path}`;
const port = (): string => new URL(server.running.storage).port;

describe('code at an address of the own buckets', () => {
  it('is read with the rights of the caller, in each form of the address', async () => {
    const bytes = CODE.toString('base64');
    expect(await create(at('code/public/a%20b.zip'), reader)).toBe(bytes);
    expect(await create(at('public/a%20b.zip', `code.localhost:${port()}`), reader)).toBe(bytes);
    expect(await create(at('code/private/a.zip', 'platform.internal'))).toBe(bytes);
  });

  it('is refused to a caller who may not read it, also with a signature of someone who may', async () => {
    const refused = { status: 403, message: expect.stringContaining('obs:object:GetObject on code/private/a.zip') };
    await expect(create(at('code/private/a.zip'), reader)).rejects.toMatchObject(refused);
    const signed = await awsClient(server).signedUrl('GET', 'code', 'private/a.zip', 60);
    await expect(create(signed, reader)).rejects.toMatchObject(refused);
  });

  it('must exist, and be an archive', async () => {
    await expect(create(at('code/public/none.zip'))).rejects.toMatchObject({ status: 404, code: 'FSS.1054' });
    await expect(create(at('nowhere/a.zip'))).rejects.toMatchObject({ status: 404, code: 'FSS.1054' });
    await expect(create(at('code/%ff'))).rejects.toMatchObject({ status: 400, code: 'FSS.1010' });
    await awsClient(server).put('code', 'text', Buffer.from('text'));
    await expect(create(at('code/text'))).rejects.toMatchObject({ status: 400, code: 'FSS.1011' });
  });

  it('opens no other way into the machine', async () => {
    const inside = { status: 400, code: 'FSS.1010', message: expect.stringContaining("server's own network") };
    await expect(create(at('code/a.zip', new URL(server.running.endpoint).host))).rejects.toMatchObject(inside);
    await expect(create(at('code/a.zip', '127.0.0.1:1'))).rejects.toMatchObject(inside);
  });
});

it('a dependency at an address of the own buckets is read with the rights of the caller', async () => {
  const add = (name: string, path: string) => {
    const body = { depend_type: 'obs', depend_link: at(path), name, runtime } as const;
    return reader.call('createDependency', { params: { project_id: server.projectId }, body });
  };
  expect((await add('lib', 'code/public/lib.zip')).data).toMatchObject({ name: 'lib', size: LIBRARY.length });
  await expect(add('other', 'code/private/a.zip')).rejects.toMatchObject({ status: 403 });
});
