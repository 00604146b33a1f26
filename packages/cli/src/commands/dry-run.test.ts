import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../testing/fake-server.ts';
import { type CliRun, runCli, serverEnv } from '../testing/run-cli.ts';

const URN = 'urn:fss:r1:p1:function:default:hello';
const FUNCTION = `/v2/p1/fgs/functions/${URN}`;

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());

const cli = (argv: readonly string[]): Promise<CliRun> =>
  runCli([...argv, '--dry-run'], { env: { ...serverEnv(server.endpoint), FGS_STORAGE_ENDPOINT: server.endpoint } });
const changes = () => server.seen.filter(({ method }) => method !== 'GET' && method !== 'HEAD');

test('a deletion in a dry run asks nothing, sends nothing and shows what it would send', async () => {
  server.on(`GET ${FUNCTION}/config`, { body: {} });
  const { exitCode, stdout } = await cli(['functions', 'delete', 'hello']);
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: `would send DELETE ${FUNCTION}\n  Delete a function with all its versions\nnothing was changed\n`,
  });
  const { stdout: json } = await cli(['functions', 'delete', 'hello', '--output', 'json']);
  expect(JSON.parse(json)).toEqual({ outcome: 'nothing was changed', method: 'DELETE', path: FUNCTION, fields: [] });
  expect(changes()).toEqual([]);
});

test('a dry run fails like the command itself where nothing has the name', async () => {
  expect(await cli(['functions', 'delete', 'hello'])).toMatchObject({ exitCode: 3, stdout: '' });
  expect(await cli(['aliases', 'delete', 'hello', 'live'])).toMatchObject({ exitCode: 3, stdout: '' });
  expect(changes()).toEqual([]);
});

test.each([
  ['a trigger', ['triggers', 'create', 'hello', '--every', '15m'], 'POST'],
  ['an alias', ['aliases', 'create', 'hello', 'live', '--version', '1'], 'POST'],
  ['a version', ['versions', 'publish', 'hello'], 'POST'],
  ['a topic', ['topics', 'create', 'news'], 'POST'],
  ['a user', ['iam', 'users', 'create', 'ada'], 'POST'],
  ['a bucket', ['buckets', 'create', 'photos'], 'PUT'],
  ['objects', ['buckets', 'rm', 'photos', 'a', 'b'], 'POST'],
  ['a call', ['functions', 'invoke', 'hello'], 'POST'],
])('a dry run shows %s and leaves the server as it is', async (_, argv, method) => {
  for (const path of [
    `triggers/${URN}`,
    `functions/${URN}/config`,
    `functions/${URN}/aliases`,
    `functions/${URN}/versions`,
  ])
    server.on(`GET /v2/p1/fgs/${path}`, { body: [] });
  server.on('GET /v3/auth/projects', { body: { projects: [{ id: 'p1', name: 'a' }], links: {} } });
  const { exitCode, stdout, stderr } = await cli(argv);
  expect(stderr).toBe('');
  expect(stdout).toMatch(new RegExp(`^would send ${method} /.*nothing was changed\\n$`, 's'));
  expect(exitCode).toBe(0);
  expect(changes()).toEqual([]);
});

test('a dry run shows no values, which may be secret', async () => {
  server.on('GET /v3/users/u1', { body: {} });
  server.on('GET /v3/users', { body: { users: [{ id: 'u1', name: 'ada' }], links: {} } });
  const { stdout } = await cli(['iam', 'users', 'update', 'ada', '--description', 'a secret']);
  expect(stdout).toContain('user');
  expect(stdout).not.toContain('a secret');
});
