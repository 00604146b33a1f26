import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../../testing/fake-server.ts';
import { runCli, serverEnv } from '../../testing/run-cli.ts';

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());
const cli = (argv: string[], more: object = {}) => runCli(argv, { env: serverEnv(server.endpoint), ...more });
const body = (route: string): unknown => JSON.parse(server.requests(route)[0]?.body.toString() ?? '');

test('reaches verbs of three words, and helps on each level', async () => {
  server.on('GET /v3/users', { body: { users: [{ id: 'u1', name: 'ada', enabled: true }], links: {} } });
  expect((await cli(['iam', 'users', 'list'])).stdout).toContain('ada');
  const help = await cli(['iam', 'users', '--help']);
  expect(help).toMatchObject({ exitCode: 0 });
  expect(help.stdout).toContain('fgs iam users <verb>');
  expect(help.stdout).not.toContain('add-member');
  expect((await cli(['iam', '--help'])).stdout).toContain('groups add-member');
  expect(await cli(['iam', 'users'])).toMatchObject({ exitCode: 2 });
  const wrong = await cli(['iam', 'users', 'lst']);
  expect(wrong).toMatchObject({ exitCode: 2 });
  expect(wrong.stderr).toContain('did you mean "list"');
});

test('takes passwords from standard input only, and sends the given values', async () => {
  server.on('POST /v3/users', { status: 201, body: { user: { id: 'u1', name: 'ada' } } });
  server.on('GET /v3/groups', { body: { groups: [{ id: 'g1', name: 'developers' }], links: {} } });
  server.on('PUT /v3/groups/g1/users/u1', { status: 204 });
  const stdin = Readable.from(['Secret-1-word\n']);
  const run = await cli(['iam', 'users', 'create', 'ada', '--group', 'developers', '--password-stdin'], { stdin });
  expect(run).toMatchObject({ exitCode: 0, stdout: 'ada: created\n' });
  expect(body('POST /v3/users')).toEqual({ user: { name: 'ada', password: 'Secret-1-word' } });
  expect(server.requests('PUT /v3/groups/g1/users/u1')).toHaveLength(1);
  const empty = await cli(['iam', 'users', 'create', 'bob', '--password-stdin']);
  expect(empty).toMatchObject({ exitCode: 2 });
});

test('finds policies and groups by name, and grants in the given scope', async () => {
  server.on('GET /v3/roles', {
    body: { roles: [{ id: 'full', name: 'full', display_name: 'FunctionGraph FullAccess' }] },
  });
  server.on('GET /v3.0/OS-ROLE/roles', { body: { roles: [] } });
  server.on('GET /v3/groups', { body: { groups: [{ id: 'g1', name: 'developers' }], links: {} } });
  server.on('GET /v3/projects', { body: { projects: [{ id: 'p9', name: 'team-a' }], links: {} } });
  server.on('POST /v1/iam/grants', { status: 201, body: {} });
  const grant = ['iam', 'policies', 'grant', 'FunctionGraph FullAccess'];
  expect(await cli([...grant, '--group', 'developers', '--project', 'team-a'])).toMatchObject({ exitCode: 0 });
  expect(body('POST /v1/iam/grants')).toEqual({ role_id: 'full', group_id: 'g1', project_id: 'p9' });
  const unknown = await cli([...grant, '--group', 'nobody']);
  expect(unknown).toMatchObject({ exitCode: 3 });
  expect(unknown.stderr).toContain('there is no group "nobody"');
  expect(await cli(grant)).toMatchObject({ exitCode: 2 });
});

test('reads a policy from a file and names its fault', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'fgs-policy-'));
  try {
    await writeFile(join(dir, 'good.json'), '{"Version":"1.1","Statement":[]}');
    await writeFile(join(dir, 'bad.json'), '{');
    server.on('POST /v3.0/OS-ROLE/roles', { status: 201, body: { role: { id: 'r1' } } });
    const create = (file: string) => cli(['iam', 'policies', 'create', 'mine', '--file', file], { cwd: dir });
    expect(await create('good.json')).toMatchObject({ exitCode: 0 });
    expect(body('POST /v3.0/OS-ROLE/roles')).toEqual({
      role: { display_name: 'mine', policy: { Version: '1.1', Statement: [] } },
    });
    expect((await create('bad.json')).stderr).toContain('bad.json is not JSON');
    expect((await create('none.json')).stderr).toContain('cannot read none.json');
  } finally {
    await rm(dir, { recursive: true });
  }
});

test('signs with the security token of a temporary key, but never with that of another key', async () => {
  server.on('GET /v3.0/OS-CREDENTIAL/credentials', { body: { credentials: [] } });
  const env = { ...serverEnv(server.endpoint), FGS_SECURITY_TOKEN: 'st' };
  await cli(['iam', 'keys', 'list'], { env });
  const [seen] = server.requests('GET /v3.0/OS-CREDENTIAL/credentials');
  expect(seen?.headers['x-security-token']).toBe('st');
  expect(seen?.headers.authorization).toContain('x-security-token');
});

test('shows the audit log by filters', async () => {
  server.on('GET /v1/audit', { body: { entries: [{ id: 'a1', user_name: 'ada', action: 'iam:users:createUser' }] } });
  const run = await cli(['iam', 'audit', '--since', '2026-01-01T00:00:00Z', '--action', 'iam:*', '--result', 'failed']);
  expect(run.stdout).toContain('iam:users:createUser');
  expect(Object.fromEntries(server.requests('GET /v1/audit')[0]?.query ?? [])).toEqual({
    from: '2026-01-01T00:00:00.000Z',
    action: 'iam:*',
    result: 'failed',
    limit: '50',
  });
});

test('deletes an account by its name, and shows why the server does not', async () => {
  server.on('GET /v1/iam/domains', { body: { domains: [{ id: 'd2', name: 'other-team', enabled: true }] } });
  server.on('DELETE /v1/iam/domains/d2', { status: 204 });
  expect(await cli(['iam', 'accounts', 'delete', 'other-team'])).toMatchObject({ exitCode: 2 });
  const run = await cli(['iam', 'accounts', 'delete', 'other-team', '--yes']);
  expect(run).toMatchObject({ exitCode: 0, stdout: 'other-team: deleted\n' });
  const error = { error_code: 'FSS.0409', error_msg: 'project default has 1 function', hint: 'Delete them first.' };
  server.on('DELETE /v1/iam/domains/d2', { status: 409, body: error });
  const refused = await cli(['iam', 'accounts', 'delete', 'd2', '--yes']);
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain('project default has 1 function');
});
