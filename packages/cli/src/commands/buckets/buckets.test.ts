import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeServer } from '../../testing/fake-server.ts';
import { type CliRun, runCli, serverEnv } from '../../testing/run-cli.ts';

const PART = 16 * 2 ** 20;

let server: FakeServer;
let dir: string;
beforeEach(async () => {
  server = await FakeServer.start();
  dir = await mkdtemp(join(tmpdir(), 'fgs-buckets-'));
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

const cli = (...argv: string[]): Promise<CliRun> => {
  const env = { ...serverEnv(server.endpoint), FGS_STORAGE_ENDPOINT: server.endpoint };
  return runCli(['buckets', ...argv], { env, cwd: dir });
};

test('the address of buckets comes from the environment or the credentials file, and is checked', async () => {
  const env = serverEnv(server.endpoint);
  const missing = await runCli(['buckets', 'list'], { env });
  expect([missing.exitCode, missing.stderr]).toEqual([4, expect.stringContaining('FGS_STORAGE_ENDPOINT')]);
  for (const wrong of ['ftp://x', 'storage', 'http://x/path']) {
    const { exitCode } = await runCli(['buckets', 'list'], { env: { ...env, FGS_STORAGE_ENDPOINT: wrong } });
    expect(exitCode).toBe(2);
  }
  server.on('GET /', { body: '<R><Buckets><Bucket><Name>photos</Name></Bucket></Buckets></R>' });
  const file = { region: 'r1', project_id: 'p1', access_key: 'AK', secret_key: 'SK', storage: server.endpoint };
  await writeFile(join(dir, 'c.json'), JSON.stringify(file));
  expect((await runCli(['buckets', 'list', '--credentials', 'c.json'], { cwd: dir })).stdout).toContain('photos');
});

test('create names the project of the credentials', async () => {
  server.on('GET /v3/auth/projects', { body: { projects: [{ id: 'p1', name: 'a&b' }], links: {} } });
  server.on('PUT /photos', { body: '' });
  expect((await cli('create', 'photos')).stdout).toBe('photos: created\n');
  expect(server.requests('PUT /photos')[0]?.body.toString()).toContain('<LocationConstraint>a&#38;b</Loc');
});

describe('put', () => {
  test('sends a small file with one request, with its hash', async () => {
    server.on('PUT /b/k', { headers: { etag: '"e"' } });
    await writeFile(join(dir, 'f'), 'hello');
    const { stdout } = await cli('put', 'b', 'k', '--file', 'f', '--content-type', 'text/plain', '--output', 'json');
    expect(JSON.parse(stdout)).toEqual({ bucket: 'b', key: 'k', size: 5, etag: 'e' });
    const [sent] = server.requests('PUT /b/k');
    expect(sent?.body.toString()).toBe('hello');
    expect(sent?.headers).toMatchObject({
      'content-length': '5',
      'content-type': 'text/plain',
      'x-amz-content-sha256': '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    });
  });

  test('sends a large file in parts', async () => {
    server.on('POST /b/k', ({ query }) => ({
      body: query.has('uploads') ? '<R><UploadId>u</UploadId></R>' : '<R><ETag>"whole"</ETag></R>',
    }));
    server.on('PUT /b/k', ({ query }) => ({ headers: { etag: `"e${query.get('partNumber')}"` } }));
    await writeFile(join(dir, 'f'), 'x');
    await truncate(join(dir, 'f'), PART + 1);
    expect((await cli('put', 'b', 'k', '--file', 'f', '--field', 'etag')).stdout).toBe('whole\n');
    expect(server.requests('PUT /b/k').map(({ body }) => body.length)).toEqual([PART, 1]);
    expect(server.requests('POST /b/k')[1]?.body.toString()).toBe(
      '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>e1</ETag></Part>' +
        '<Part><PartNumber>2</PartNumber><ETag>e2</ETag></Part></CompleteMultipartUpload>',
    );
  });

  test('aborts the upload of which a part is refused', async () => {
    server.on('POST /b/k', { body: '<R><UploadId>u</UploadId></R>' });
    server.on('PUT /b/k', { status: 507, body: '<Error><Code>QuotaExceeded</Code></Error>' });
    server.on('DELETE /b/k', { status: 204 });
    await writeFile(join(dir, 'f'), 'x');
    await truncate(join(dir, 'f'), PART + 1);
    expect((await cli('put', 'b', 'k', '--file', 'f')).exitCode).toBe(3);
    expect(server.requests('DELETE /b/k')[0]?.query.get('uploadId')).toBe('u');
  });

  test.each(['.', 'missing'])('refuses %j, which is no file, before any request', async (file) => {
    expect((await cli('put', 'b', 'k', '--file', file)).exitCode).toBe(2);
    expect(server.seen).toEqual([]);
  });
});

describe('get', () => {
  const bytes = Buffer.from([0, 255, 10, 13]);

  test('prints the bytes, or writes them to a file', async () => {
    server.on('GET /b/k', { body: bytes, headers: { 'content-length': '4' } });
    expect((await cli('get', 'b', 'k')).stdoutBytes).toEqual(bytes);
    await writeFile(join(dir, 'out'), 'older and longer');
    expect((await cli('get', 'b', 'k', '--out', 'out')).exitCode).toBe(0);
    expect(await readFile(join(dir, 'out'))).toEqual(bytes);
    expect(await readdir(dir)).toEqual(['out']);
  });

  test.each([[['--out', 'out']], [[]]])('fails when the connection ends early, with %j', async (flags) => {
    server.on('GET /b/k', { body: bytes, headers: { 'content-length': '9', connection: 'close' }, cut: true });
    expect(await cli('get', 'b', 'k', ...flags)).toMatchObject({ exitCode: 5 });
    expect(await readdir(dir)).toEqual([]);
  });

  test('refuses a place that cannot get a file, and json without a file, before any request', async () => {
    for (const flags of [
      ['--out', '.'],
      ['--out', 'no/where'],
      ['--output', 'json'],
    ]) {
      expect((await cli('get', 'b', 'k', ...flags)).exitCode).toBe(2);
    }
    expect(server.seen).toEqual([]);
  });
});

describe('ls and rm', () => {
  const contents = (key: string): string => `<Contents><Key>${key}</Key><Size>3</Size></Contents>`;

  beforeEach(() => {
    const pages = {
      first: `<R>${contents('a%01')}<CommonPrefixes><Prefix>B%2F</Prefix></CommonPrefixes><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken></R>`,
      second: `<R>${contents('c%20d')}</R>`,
    };
    server.on('GET /b', ({ query }) => ({ body: query.has('continuation-token') ? pages.second : pages.first }));
    server.on('POST /b', { body: '<DeleteResult/>' });
  });

  test('ls shows all pages in the order of keys, and no control characters of theirs', async () => {
    expect((await cli('ls', 'b', '--prefix', 'x', '--field', 'key')).stdout).toBe('B/\na\\x01\nc d\n');
    const [first] = server.requests('GET /b');
    expect(Object.fromEntries(first?.query ?? [])).toMatchObject({
      prefix: 'x',
      delimiter: '/',
      'encoding-type': 'url',
    });
    await cli('ls', 'b', '--recursive');
    expect(server.requests('GET /b')[2]?.query.has('delimiter')).toBe(false);
  });

  test('rm removes keys, or all below a prefix', async () => {
    expect((await cli('rm', 'b', 'x', 'y&z', '--yes')).stdout).toBe('b: removed 2 objects\n');
    const [sent] = server.requests('POST /b');
    expect(sent?.body.toString()).toContain('<Object><Key>x</Key></Object><Object><Key>y%26z</Key></Object>');
    expect((await cli('rm', 'b', '--prefix', '', '--yes', '--field', 'removed')).stdout).toBe('3\n');
  });

  test('rm names what the server refuses', async () => {
    const error = '<Error><Key>x%2F1</Key><Code>AccessDenied</Code><Message>No.</Message></Error>';
    server.on('POST /b', { body: `<DeleteResult>${error}${error}</DeleteResult>` });
    const { exitCode, stderr } = await cli('rm', 'b', 'x/1', 'x/2', '--yes');
    expect([exitCode, stderr]).toEqual([4, 'error AccessDenied: x/1 (and 1 others): No.\n']);
  });

  test.each([[[]], [['x', '--prefix', 'y', '--yes']], [['']], [['x']]])('rm refuses %j', async (argv) => {
    expect((await cli('rm', 'b', ...argv)).exitCode).toBe(2);
    expect(server.seen).toEqual([]);
  });
});

test('presign refuses times that no server accepts', async () => {
  for (const expires of ['0', '604801'])
    expect((await cli('presign', 'b', 'k', '--expires', expires)).exitCode).toBe(2);
  const { stdout } = await cli('presign', 'b', 'a b/../c', '--expires', '60', '--method', 'PUT');
  expect(stdout).toContain(`${server.endpoint}/b/a%20b/../c?X-Amz-Algorithm=AWS4-HMAC-SHA256&`);
});
