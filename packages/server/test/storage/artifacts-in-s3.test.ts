import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fakeZip } from '../../src/artifacts/testing.ts';
import { ManualClock } from '../../src/lib/manual-clock.ts';
import { Secret } from '../../src/lib/secret.ts';
import { FakeServer } from '../fake-server.ts';
import { awsClient } from './clients.ts';
import { Line } from './line.ts';

let s3: FakeServer;
let server: FakeServer;
let line: Line;
beforeAll(async () => {
  const quiet = pino({ level: 'silent' });
  const clock = new ManualClock(Date.now());
  s3 = await FakeServer.start({ handler: () => '' }, {}, quiet, { clock });
  await awsClient(s3).createBucket('code');
  line = await Line.to(s3.running.storage);
  const { accessKey, secretKey } = s3.key;
  const keys = { accessKey, secretKey: new Secret(secretKey) };
  const place = { endpoint: line.endpoint, region: 'us-east-1', bucket: 'code', prefix: 'fgs/', ...keys };
  server = await FakeServer.start({ handler: () => 'ran' }, { sharedArtifacts: { kind: 's3', place } }, quiet, {
    clock,
  });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await line.close();
  await s3[Symbol.asyncDispose]();
});

const stored = async () => (await awsClient(s3).list('code', { prefix: 'fgs/' })).keys;

async function upload(func_name: string, source: string): Promise<void> {
  const params = { project_id: server.projectId };
  const { data: types } = await server.api.call('listRuntimeTypes', { params });
  const runtime = (types as { type: string }[]).find(({ type }) => type.startsWith('Node.js'))?.type ?? '';
  const code = { code_type: 'inline', func_code: { file: Buffer.from(source).toString('base64') } } as const;
  const settings = { runtime, handler: 'index.handler', timeout: 10, memory_size: 128 };
  await server.api.call('createFunction', { params, body: { func_name, package: 'default', ...settings, ...code } });
}

const names = async (): Promise<string[]> => {
  const { data } = await server.api.call('listFunctions', { params: { project_id: server.projectId } });
  return (data.functions ?? []).map(({ func_name }) => func_name);
};

it('code is stored in the bucket', async () => {
  await upload('first', 'exports.handler = () => 1;');
  expect(await stored()).toEqual([expect.stringMatching(/^fgs\/blobs\/[0-9a-f]{64}$/)]);
});

it('an upload while the service cannot be reached is refused with the reason, and succeeds afterwards', async () => {
  line.cut();
  const source = 'exports.handler = () => 2;';
  await expect(upload('second', source)).rejects.toMatchObject({
    ...{ status: 503, code: 'FSS.0503', message: expect.stringContaining('cannot be reached') },
    hint: expect.stringContaining('Try again later'),
  });
  expect([await names(), (await stored()).length]).toEqual([['first'], 1]);
  line.mend();
  // requests fail at once for two seconds after the last failure
  await expect
    .poll(() =>
      upload('second', source).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  expect([await names(), (await stored()).length]).toEqual([expect.arrayContaining(['first', 'second']), 2]);
});

it('what is deleted while the service cannot be reached is deleted', async () => {
  const params = { project_id: server.projectId };
  const depend_file = fakeZip([{ name: 'lib/index.js', data: '' }]).toString('base64');
  const body = { depend_type: 'zip', depend_file, name: 'lib', runtime: 'Node.js20.15' };
  const { dep_id: depend_id = '' } = (await server.api.call('createDependency', { params, body })).data;
  line.cut();
  await server.api.call('deleteDependency', { params: { ...params, depend_id } });
  const { data } = await server.api.call('listDependencies', { params, query: { dependency_type: 'private' } });
  expect(data.dependencies).toEqual([]);
  line.mend();
});

it('buckets need a folder that servers share', async () => {
  const created = awsClient(server).s3.send(new CreateBucketCommand({ Bucket: 'photos' }));
  const refused = { name: 'NotImplemented', message: expect.stringContaining('--bucket-folder') };
  await expect(created).rejects.toMatchObject(refused);
});
