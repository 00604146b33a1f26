import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeServer } from '../../testing/fake-server.ts';
import { type RunOptions, runCli, serverEnv } from '../../testing/run-cli.ts';

const KEYS = '/v3.0/OS-CREDENTIAL/credentials';
const PASSWORD = 'POST /v3/users/u1/password';
let server: FakeServer;
let dir: string;
beforeEach(async () => {
  server = await FakeServer.start();
  dir = await mkdtemp(join(tmpdir(), 'fgs-keys-'));
  server.on(`GET ${KEYS}`, { body: { credentials: [{ access: 'AK', user_id: 'u1' }] } });
  server.on(`POST ${KEYS}`, { status: 201, body: { credential: { access: 'NEW', secret: 'hush', user_id: 'u1' } } });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});
const cli = (argv: string[], options: RunOptions = {}) =>
  runCli(argv, { env: serverEnv(server.endpoint), cwd: dir, ...options });

describe('iam keys create --save', () => {
  test('writes a credentials file for its owner alone, shows no secret, and the file works', async () => {
    const run = await cli(['iam', 'keys', 'create', '--save', 'ada.json']);
    expect(run).toMatchObject({ exitCode: 0, stdout: 'ada.json: key NEW; use it with --credentials\n', stderr: '' });
    expect((await stat(join(dir, 'ada.json'))).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(join(dir, 'ada.json'), 'utf8'))).toMatchObject({
      endpoint: server.endpoint,
      region: 'r1',
      project_id: 'p1',
      access_key: 'NEW',
      secret_key: 'hush',
    });
    const env = { ...serverEnv('http://127.0.0.1:1'), FGS_CREDENTIALS: 'ada.json' };
    expect(await cli(['iam', 'keys', 'list'], { env })).toMatchObject({ exitCode: 0 });
    expect(server.seen.at(-1)?.headers.authorization).toContain('Access=NEW');
    const none = await cli(['iam', 'keys', 'list'], { env: { ...env, FGS_CREDENTIALS: 'bob.json' } });
    expect(none).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('Check FGS_CREDENTIALS') });
  });

  test('makes no key for a file that exists or cannot be written, and leaves no file without a key', async () => {
    await cli(['iam', 'keys', 'create', '--save', 'ada.json']);
    expect(await cli(['iam', 'keys', 'create', '--save', 'ada.json'])).toMatchObject({ exitCode: 3 });
    expect(await cli(['iam', 'keys', 'create', '--save', 'none/ada.json'])).toMatchObject({ exitCode: 2 });
    expect(await cli(['iam', 'keys', 'create', '--project', 'default'])).toMatchObject({ exitCode: 2 });
    expect(server.requests(`POST ${KEYS}`)).toHaveLength(1);
    server.on(`POST ${KEYS}`, { status: 403, body: { error_code: 'FSS.0403', error_msg: 'no', request_id: 'r' } });
    expect(await cli(['iam', 'keys', 'create', '--save', 'bob.json'])).toMatchObject({ exitCode: 4 });
    expect(await readdir(dir)).toEqual(['ada.json']);
  });

  test('can be for another project', async () => {
    server.on('GET /v3/projects', { body: { projects: [{ id: 'p9', name: 'team-a' }], links: {} } });
    await cli(['iam', 'keys', 'create', '--save', 'ada.json', '--project', 'team-a']);
    expect(JSON.parse(await readFile(join(dir, 'ada.json'), 'utf8'))).toMatchObject({ project_id: 'p9' });
  });
});

test('the secrets of a new account can be saved, too', async () => {
  const made = {
    domain_id: 'd2',
    project_id: 'p2',
    user: 'admin',
    password: 'hush',
    access_key: 'K2',
    secret_key: 'hush',
  };
  server.on('POST /v1/iam/domains', { status: 201, body: made });
  const run = await cli(['iam', 'accounts', 'create', 'other', '--save', 'other.json']);
  expect(run).toMatchObject({ exitCode: 0, stdout: 'other: created; its administrator is in other.json\n' });
  expect(JSON.parse(await readFile(join(dir, 'other.json'), 'utf8'))).toEqual({
    endpoint: server.endpoint,
    gateway: '',
    storage: '',
    region: 'r1',
    ...made,
  });
});

test('shows the identity of the caller', async () => {
  server.on('GET /v3/users/u1', { body: { user: { id: 'u1', name: 'ada' } } });
  server.on('GET /v3/users/u1/groups', { body: { groups: [{ id: 'g1', name: 'developers' }], links: {} } });
  server.on('GET /v3/auth/domains', { body: { domains: [{ id: 'd1', name: 'home' }], links: {} } });
  const { stdout } = await cli(['iam', 'whoami']);
  expect(stdout).toMatch(/user +ada\n.*groups +developers\naccount +home\nproject_id +p1\naccess_key +AK\n/s);
});

describe('iam password', () => {
  test('takes the old and the new one from standard input', async () => {
    server.on(PASSWORD, { status: 204 });
    const run = await cli(['iam', 'password'], { stdin: Readable.from(['Old-1-word\nNew-1-word\n']) });
    expect(run).toMatchObject({ exitCode: 0, stdout: 'your password is changed\n' });
    expect(JSON.parse(server.requests(PASSWORD)[0]?.body.toString() ?? '')).toEqual({
      user: { original_password: 'Old-1-word', password: 'New-1-word' },
    });
  });

  test('sends nothing without two lines, and has keys of no other user', async () => {
    expect(await cli(['iam', 'password'], { stdin: Readable.from(['Old-1-word\n']) })).toMatchObject({ exitCode: 2 });
    expect(server.seen).toEqual([]);
    server.on(`GET ${KEYS}`, { body: { credentials: [] } });
    const nobody = await cli(['iam', 'password'], { stdin: Readable.from(['a\nb\n']) });
    expect(nobody).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('CLI.NO_USER') });
  });
});
