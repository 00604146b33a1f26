import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from './console-browser.ts';
import { FakeServer } from './fake-server.ts';
import { Identities, refusal } from './identity-fixture.ts';

let server: FakeServer;
let people: Identities;

beforeAll(async () => {
  server = await FakeServer.start({ handler: () => '{}' });
  people = new Identities(server);
  for (const name of ['photos', 'papers'])
    await server.api.call('createProjectBucket', { params: project(), body: { name } });
});
afterAll(() => server?.[Symbol.asyncDispose]());

const project = () => ({ project_id: server.projectId });
const inBucket = (bucket: string) => ({ ...project(), bucket });

async function put(bucket: string, key: string, text = key): Promise<void> {
  const body = Buffer.from(text) as never;
  await server.api.call('putBucketObject', {
    params: inBucket(bucket),
    query: { key, content_type: 'text/html' },
    body,
  });
}

const list = async (bucket: string, query: { prefix?: string; after?: string; limit?: string } = {}) =>
  (await server.api.call('listBucketObjects', { params: inBucket(bucket), query })).data;

describe('buckets by the API', () => {
  it('are created, listed and deleted when they are empty', async () => {
    const created = await server.api.call('createProjectBucket', { params: project(), body: { name: 'short-lived' } });
    expect([created.status, created.data.name]).toEqual([201, 'short-lived']);
    const again = server.api.call('createProjectBucket', { params: project(), body: { name: 'short-lived' } });
    expect(await refusal(again)).toMatchObject({ status: 409, code: 'FSS.0409' });
    const bad = server.api.call('createProjectBucket', { params: project(), body: { name: '../etc' } });
    expect(await refusal(bad)).toMatchObject({ status: 400, code: 'FSS.0400' });
    await put('short-lived', 'k');
    const removal = () => server.api.call('deleteProjectBucket', { params: inBucket('short-lived') });
    expect(await refusal(removal())).toMatchObject({ status: 409, code: 'FSS.0409' });
    await server.api.call('deleteBucketObject', { params: inBucket('short-lived'), query: { key: 'k' } });
    await removal();
    const { data } = await server.api.call('listProjectBuckets', { params: project() });
    expect(data.buckets.map(({ name }) => name)).toEqual(['papers', 'photos']);
  });

  it('list objects and folders page by page, with hostile keys as they are', async () => {
    const keys = ['2026/a.txt', '2026/b.txt', '../../etc/passwd', '<img src=x>', 'a b+c%2F?&=#"\n', '文.txt'];
    for (const key of keys) await put('photos', key);
    expect(await list('photos', { prefix: '2026/' })).toMatchObject({
      folders: [],
      objects: [{ key: '2026/a.txt', size: 10 }, { key: '2026/b.txt' }],
    });
    const seen: string[] = [];
    for (let after = ''; ; ) {
      const { folders, objects, next } = await list('photos', { limit: '1', after });
      seen.push(...folders, ...objects.map(({ key }) => key));
      if (next === undefined) break;
      after = next;
    }
    expect(seen).toEqual(['../', '2026/', '<img src=x>', 'a b+c%2F?&=#"\n', '文.txt']);
    expect(await refusal(list('photos', { limit: '1001' }))).toMatchObject({ status: 400 });
    expect(await refusal(put('photos', '文'.repeat(400)))).toMatchObject({ status: 400 });
    expect(await refusal(list('missing-bucket'))).toMatchObject({ status: 404 });
  });

  it('are those of one project: buckets of another one are refused', async () => {
    const { data } = await server.api.call('createProject', { body: { project: { name: 'local-1_other' } } });
    const other = { project_id: data.project.id, bucket: 'photos' };
    expect(await refusal(server.api.call('listBucketObjects', { params: other }))).toMatchObject({ status: 403 });
    const body = { key: '2026/a.txt' };
    expect(await refusal(server.api.call('presignBucketObject', { params: other, body }))).toMatchObject({
      status: 403,
    });
    const { data: listed } = await server.api.call('listProjectBuckets', { params: { project_id: data.project.id } });
    expect(listed.buckets).toEqual([]);
  });

  it('do what the policies of the caller allow, on single buckets and keys', async () => {
    await put('papers', 'open/a');
    await put('papers', 'secret/a');
    const reader = await people.policy([
      { Effect: 'Allow', Action: ['obs:bucket:ListBucket'], Resource: ['OBS:*:*:bucket:papers'] },
      { Effect: 'Allow', Action: ['obs:object:GetObject'], Resource: ['OBS:*:*:object:papers/open/*'] },
    ]);
    const { api } = await people.user([reader]);
    const params = inBucket('papers');
    expect((await api.call('listBucketObjects', { params })).data.folders).toEqual(['open/', 'secret/']);
    expect((await api.call('presignBucketObject', { params, body: { key: 'open/a' } })).status).toBe(200);
    for (const work of [
      () => api.call('listBucketObjects', { params: inBucket('photos') }),
      () => api.call('listProjectBuckets', { params: project() }),
      () => api.call('presignBucketObject', { params, body: { key: 'secret/a' } }),
      () => api.call('putBucketObject', { params, query: { key: 'open/b' } }),
      () => api.call('deleteBucketObject', { params, query: { key: 'open/a' } }),
      () => api.call('deleteProjectBucket', { params }),
    ]) {
      expect(await refusal(work())).toMatchObject({ status: 403 });
    }
    // an address for a write is signed without a look, and refused where it is used
    const { data } = await api.call('presignBucketObject', { params, body: { key: 'open/b', method: 'PUT' } });
    expect((await fetch(data.url, { method: 'PUT', body: 'x' })).status).toBe(403);
  });
});

describe('a presigned address', () => {
  const presign = async (body: { key: string; method?: string; expires_seconds?: number }) =>
    (await server.api.call('presignBucketObject', { params: inBucket('photos'), body })).data;

  it('sends the object as a file that no browser shows or runs', async () => {
    await put('photos', "page/é '1'.html", '<script>1</script>');
    const { url } = await presign({ key: "page/é '1'.html" });
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([200, '<script>1</script>']);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-disposition': "attachment; filename*=UTF-8''%C3%A9%20%271%27.html",
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
    });
    expect((await fetch(url.replace('attachment', 'inline'))).status).toBe(403);
    expect((await fetch(url.replace('page', 'pages'))).status).toBe(403);
  });

  it('stores an object, for its method only', async () => {
    const { url } = await presign({ key: 'new', method: 'PUT' });
    expect((await fetch(url)).status).toBe(403);
    expect((await fetch(url, { method: 'PUT', body: 'bytes' })).status).toBe(200);
    expect((await list('photos', { prefix: 'new' })).objects).toMatchObject([{ key: 'new', size: 5 }]);
  });

  it('refuses other methods and times, and a missing object', async () => {
    for (const body of [
      { key: 'new', method: 'DELETE' },
      { key: 'new', expires_seconds: 901 },
      { key: '\ud800', method: 'PUT' },
    ]) {
      expect(await refusal(presign(body))).toMatchObject({ status: 400 });
    }
    expect(await refusal(presign({ key: 'nothing' }))).toMatchObject({ status: 404 });
  });

  it('works for the session of a browser, until it expires or the user is disabled', async () => {
    const { id, name, password } = await people.user(await full());
    const page = new Browser(server.running.endpoint);
    expect((await page.signIn({ name, password })).status).toBe(200);
    const path = `/v1/${server.projectId}/buckets/photos/objects`;
    const foreign = await page.send('POST', `${path}/presigned`, {
      body: { key: 'new' },
      headers: { origin: 'http://evil.example' },
    });
    expect(foreign.status).toBe(403);
    const { json } = await page.send('POST', `${path}/presigned`, { body: { key: 'new', expires_seconds: 60 } });
    expect((await fetch(json.url)).status).toBe(200);
    expect((await page.send('PUT', `${path}?key=sent`, { body: 'from a page' })).status).toBe(200);
    await server.api.call('updateUser', { params: { user_id: id }, body: { user: { enabled: false } } });
    expect((await fetch(json.url)).status).toBe(403);
  });
});

const full = async (): Promise<string[]> => [
  await people.policy([{ Effect: 'Allow', Action: ['obs:*:*'], Resource: ['OBS:*:*:bucket:*', 'OBS:*:*:object:*'] }]),
];
