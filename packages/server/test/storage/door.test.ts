import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/lib/manual-clock.ts';
import { FakeServer } from '../fake-server.ts';
import { Identities } from '../identity-fixture.ts';
import { awsClient, type Keys, obsClient } from './clients.ts';
import { send, sendRaw, sign, signedChunks } from './raw-requests.ts';

const SIGNED_CHUNKS = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';

let server: FakeServer;
beforeAll(async () => {
  server = await FakeServer.start({ handler: () => '' }, {}, pino({ level: 'silent' }), {
    clock: new ManualClock(Date.now()),
  });
  await send(server, { method: 'PUT', target: '/door' });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('bodies', () => {
  const chunks = [randomBytes(10_000), randomBytes(500)];
  const whole = Buffer.concat(chunks);
  const headers = {
    'content-encoding': 'aws-chunked',
    'x-amz-decoded-content-length': String(whole.length),
  };
  const wish = { method: 'PUT', target: '/door/chunks', headers, declared: SIGNED_CHUNKS };

  it('in signed chunks are stored without their framing', async () => {
    const signed = sign(server, wish);
    const answer = await sendRaw(server, { ...wish, headers: signed.headers }, signedChunks(signed, chunks));
    expect(answer.status).toBe(200);
    const got = await awsClient(server).get('door', 'chunks');
    expect(got.body.equals(whole)).toBe(true);
  });

  it('with one changed byte in a signed chunk store nothing', async () => {
    const signed = sign(server, { ...wish, target: '/door/changed' });
    const body = signedChunks(signed, chunks);
    body[200] = (body[200] ?? 0) ^ 1;
    const answer = await sendRaw(server, { ...wish, target: '/door/changed', headers: signed.headers }, body);
    expect(answer).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    await expect(awsClient(server).head('door', 'changed')).rejects.toMatchObject({ status: 404 });
  });

  it.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const)('carry the checksum %s in a trailer', async (algorithm) => {
    const { s3, get } = awsClient(server);
    const body = randomBytes(100_000);
    const stored = await s3.send(
      new PutObjectCommand({
        Bucket: 'door',
        Key: algorithm,
        Body: Readable.from([body]),
        ContentLength: body.length,
        ChecksumAlgorithm: algorithm,
      }),
    );
    expect(stored[`Checksum${algorithm}`]).toMatch(/=$|[A-Za-z0-9+/]$/);
    // the SDK compares the checksum of what it gets
    expect((await get('door', algorithm)).body.equals(body)).toBe(true);
  });

  it('with another hash than the signed one store nothing', async () => {
    const answer = await send(server, { method: 'PUT', target: '/door/hash', declared: 'a'.repeat(64) }, 'x');
    expect(answer.status).toBe(400);
    await expect(awsClient(server).head('door', 'hash')).rejects.toMatchObject({ status: 404 });
  });

  it('are uploaded in parts at once by the upload of the SDK', async () => {
    const client = awsClient(server);
    const body = randomBytes(11 * 1024 * 1024);
    const params = { Bucket: 'door', Key: 'upload', Body: Readable.from([body]) };
    await new Upload({ client: client.s3, params, queueSize: 4, partSize: 5 * 1024 * 1024 }).done();
    expect((await client.get('door', 'upload')).body.equals(body)).toBe(true);
    client.close();
  });
});

describe('answers', () => {
  beforeAll(async () => {
    const headers = { 'content-type': 'text/html', 'cache-control': 'max-age=5' };
    await send(server, { method: 'PUT', target: '/door/page', headers }, '<script>1</script>');
  });

  it('keep browsers from running what a client has stored', async () => {
    for (const method of ['GET', 'HEAD']) {
      const { headers } = await send(server, { method, target: '/door/page' });
      expect(headers).toMatchObject({
        'content-type': 'text/html',
        'cache-control': 'max-age=5',
        'x-content-type-options': 'nosniff',
        'content-security-policy': 'sandbox',
        'content-length': '18',
      });
    }
  });

  it('have other headers when the query replaces them', async () => {
    const query = 'response-content-disposition=attachment&response-content-type=text%2Fplain';
    const { headers } = await send(server, { method: 'GET', target: `/door/page?${query}` });
    expect(headers).toMatchObject({ 'content-disposition': 'attachment', 'content-type': 'text/plain' });
    const split = await send(server, { method: 'GET', target: '/door/page?response-expires=a%0D%0ASet-Cookie%3A%20b' });
    expect(split).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });

  it('to a HEAD request that fails have headers in place of a body', async () => {
    const { status, headers, body } = await send(server, { method: 'HEAD', target: '/door/missing' });
    expect(status).toBe(404);
    expect(body).toBe('');
    expect(headers).toMatchObject({ 'x-amz-error-code': 'NoSuchKey' });
  });

  it('name the request, the text that should have been signed, and nothing secret', async () => {
    const { headers } = sign(server, { method: 'GET', target: '/door/page' });
    const answer = await sendRaw(server, { method: 'GET', target: '/door/other', headers });
    expect(answer).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    expect(answer.body).toContain(`<RequestId>${answer.headers['x-amz-request-id']}</RequestId>`);
    expect(answer.body).toContain('<StringToSign>AWS4-HMAC-SHA256');
    expect(answer.body).not.toContain(server.key.secretKey);
  });

  it('give a range only of the object that the client knows', async () => {
    const range = { range: 'bytes=0-3' };
    const { headers } = await send(server, { method: 'HEAD', target: '/door/page' });
    const etag = headers.etag ?? '';
    const get = (more: Record<string, string>) =>
      send(server, { method: 'GET', target: '/door/page', headers: { ...range, ...more } });
    expect(await get({ 'if-range': etag })).toMatchObject({ status: 206, body: '<scr' });
    expect(await get({ 'if-range': String(headers['last-modified']) })).toMatchObject({ status: 206 });
    expect(await get({ 'if-range': '"other"' })).toMatchObject({ status: 200, body: '<script>1</script>' });
    expect(await get({ 'if-none-match': etag })).toMatchObject({ status: 304, body: '' });
  });

  it('list keys that XML cannot hold in percent encoding', async () => {
    await send(server, { method: 'PUT', target: '/door/odd/%01%0A%3C' }, 'x');
    const { body } = await send(server, { method: 'GET', target: '/door?encoding-type=url&prefix=odd%2F' });
    expect(body).toContain('<Key>odd/%01%0A%3C</Key>');
    expect(body).toContain('<EncodingType>url</EncodingType>');
  });
});

describe('rights', () => {
  it('are those of the key, on a bucket and below a prefix', async () => {
    const identities = new Identities(server);
    const policy = await identities.policy([
      { Effect: 'Allow', Action: ['obs:object:*'], Resource: ['OBS:*:*:object:door/mine/*'] },
      { Effect: 'Deny', Action: ['obs:object:DeleteObject'], Resource: ['obs:*:*:object:door/mine/kept*'] },
    ]);
    const user = await identities.user([policy]);
    const { credential } = (
      await identities.keyClient(server.key).call('createAccessKey', { body: { credential: { user_id: user.id } } })
    ).data;
    const client = awsClient(server, { accessKey: credential.access, secretKey: credential.secret });
    const denied = { code: 'AccessDenied', status: 403 };
    await client.put('door', 'mine/kept', Buffer.from('1'));
    await client.put('door', 'mine/other', Buffer.from('1'));
    expect((await client.get('door', 'mine/kept')).body.toString()).toBe('1');
    await expect(client.put('door', 'yours/a', Buffer.from('1'))).rejects.toMatchObject(denied);
    await expect(client.get('door', 'page')).rejects.toMatchObject(denied);
    // it may not list, so it does not learn what exists
    await expect(client.get('door', 'mine/missing')).rejects.toMatchObject(denied);
    await expect(client.list('door')).rejects.toMatchObject(denied);
    await expect(client.listBuckets()).rejects.toMatchObject(denied);
    await expect(client.createBucket('another-one')).rejects.toMatchObject(denied);
    await expect(client.delete('door', 'mine/kept')).rejects.toMatchObject(denied);
    expect(await client.deleteMany('door', ['mine/kept', 'mine/other', 'page'])).toEqual(['mine/other']);
    await expect(client.copy('door/page', 'door', 'mine/page')).rejects.toMatchObject(denied);
    expect((await client.list('door').catch((error) => error)).code).toBe('AccessDenied');
    client.close();
  });

  it('of temporary keys hold with their token, in every way to sign, and end with it', async () => {
    const user = await new Identities(server).user(['te_admin']);
    const body = { auth: { identity: { methods: ['token' as const], token: { duration_seconds: 900 } } } };
    const made = (await user.api.call('createTemporaryKey', { body })).data.credential;
    const keys: Keys = { accessKey: made.access, secretKey: made.secret, securityToken: made.securitytoken };
    const { securityToken: _, ...tokenless } = keys;
    const open = [
      (with_: Keys) => awsClient(server, with_),
      (with_: Keys) => obsClient(server, 'obs', with_),
      (with_: Keys) => obsClient(server, 'v2', with_),
    ];
    for (const make of open) {
      await make(keys).put('door', 'temporary', Buffer.from('x'));
      const url = await make(keys).signedUrl('GET', 'door', 'temporary', 600);
      const { pathname, search, host } = new URL(url);
      const fetched = await sendRaw(server, { method: 'GET', target: `${pathname}${search}`, headers: { host } });
      expect(fetched).toMatchObject({ status: 200, body: 'x' });
      await expect(make(tokenless).list('door')).rejects.toMatchObject({ code: 'InvalidAccessKeyId' });
      await expect(make({ ...keys, secretKey: 'x' }).list('door')).rejects.toMatchObject({
        code: 'SignatureDoesNotMatch',
      });
      const otherToken = { ...keys, accessKey: server.key.accessKey, secretKey: server.key.secretKey };
      await expect(make(otherToken).list('door')).rejects.toMatchObject({ code: 'InvalidAccessKeyId' });
    }
    await server.api.call('updateUser', { params: { user_id: user.id }, body: { user: { enabled: false } } });
    await expect(awsClient(server, keys).list('door')).rejects.toMatchObject({ code: 'InvalidAccessKeyId' });
  });

  it('of another account end at its buckets', async () => {
    const client = awsClient(server);
    await expect(client.createBucket('door')).rejects.toMatchObject({ code: 'BucketAlreadyOwnedByYou' });
    const headers = { 'x-amz-expected-bucket-owner': 'another' };
    expect(await send(server, { method: 'GET', target: '/door', headers })).toMatchObject({ code: 'AccessDenied' });
  });
});

it('records changes of buckets, refused ones too, but not of objects', async () => {
  await send(server, { method: 'PUT', target: '/recorded' });
  await send(server, { method: 'PUT', target: '/recorded/key' }, 'x');
  await send(server, { method: 'DELETE', target: '/recorded' });
  await send(server, { method: 'DELETE', target: '/recorded/key' });
  await send(server, { method: 'DELETE', target: '/recorded' });
  const { data } = await server.api.call('listAudit', { query: { limit: '50' } });
  const found = data.entries
    .filter(({ resource }) => resource === 'bucket:recorded')
    .map(({ action, status, error_code }) => [action, status, error_code]);
  expect(found).toEqual([
    ['obs:bucket:DeleteBucket', 204, ''],
    ['obs:bucket:DeleteBucket', 409, 'BucketNotEmpty'],
    ['obs:bucket:CreateBucket', 200, ''],
  ]);
});

it('creates no bucket in a project that is being deleted', async () => {
  for (let round = 0; round < 8; round += 1) {
    const name = `leaving-${round}`;
    const { data } = await server.api.call('createProject', { body: { project: { name } } });
    const body = `<CreateBucketConfiguration><LocationConstraint>${name}</LocationConstraint></CreateBucketConfiguration>`;
    const deleting = server.api.call('deleteProject', { params: { project_id: data.project.id } }).then(
      () => true,
      () => false,
    );
    const created = send(server, { method: 'PUT', target: `/${name}` }, body);
    const isDeleted = await deleting;
    expect([200, 400, 403, 409]).toContain((await created).status);
    const found = await send(server, { method: 'HEAD', target: `/${name}` });
    expect([isDeleted, found.status]).not.toEqual([true, 200]);
  }
});

it('counts answers by operation in the metrics', async () => {
  await send(server, { method: 'GET', target: '/door/page' });
  const answer = await fetch(`${server.running.endpoint}/metrics`);
  expect(await answer.text()).toMatch(/funcgraph_http_\w+\{[^}]*route="storage\.getObject"/);
});
