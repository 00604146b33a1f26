import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../testing/fake-server.ts';
import { type CliRun, type RunOptions, runCli, serverEnv, typed } from '../testing/run-cli.ts';

const URN = 'urn:fss:r1:p1:function:default:hello';
const FUNCTION = `/v2/p1/fgs/functions/${URN}`;
const PUBLISH = `POST ${FUNCTION}/versions`;
const CREATE = `POST ${FUNCTION}/aliases`;
const UPDATE = `PUT ${FUNCTION}/aliases/live`;
const ALIAS = { name: 'live', version: 'v1', description: '', last_modified: 'now', alias_urn: `${URN}:!live` };

let server: FakeServer;
beforeEach(async () => {
  server = await FakeServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());

const cli = (argv: readonly string[], options: RunOptions = {}): Promise<CliRun> =>
  runCli(argv, { env: serverEnv(server.endpoint), cwd: '/', ...options });
const bodyOf = (route: string): unknown => JSON.parse(server.requests(route)[0]?.body.toString() ?? 'null');

test('publishes under a name, or lets the server find one', async () => {
  server.on(PUBLISH, { body: { func_name: 'hello', version: '1.0', func_urn: `${URN}:1.0` } });
  const run = await cli(['versions', 'publish', 'hello', '--name', '1.0', '--description', 'first']);
  expect(run).toMatchObject({ exitCode: 0, stdout: 'hello: published 1.0\n' });
  expect(bodyOf(PUBLISH)).toEqual({ version: '1.0', description: 'first' });
  await cli(['versions', 'publish', 'hello']);
  expect(server.requests(PUBLISH)[1]?.body.toString()).toBe('{}');
});

test('shows why nothing was published', async () => {
  const body = { error_code: 'FSS.1016', error_msg: 'nothing changed since version v1', request_id: 'rid' };
  server.on(PUBLISH, { status: 400, body });
  const run = await cli(['versions', 'publish', 'hello']);
  expect(run).toMatchObject({ exitCode: 3, stdout: '' });
  expect(run.stderr).toContain('FSS.1016: nothing changed');
});

test('lists versions and aliases with where they point', async () => {
  server.on(`GET ${FUNCTION}/versions`, {
    body: {
      versions: [{ version: 'latest' }, { version: 'v1', version_description: 'first' }],
      next_marker: 2,
      count: 2,
    },
  });
  expect((await cli(['versions', 'list', 'hello'])).stdout).toMatch(/latest.*v1 +first/s);
  const rules = [
    { rule_type: 'header', param: 'X', op: '=', value: '1' },
    { rule_type: 'cookie', param: 'c', op: '=', value: '2' },
  ];
  server.on(`GET ${FUNCTION}/aliases`, {
    body: [
      ALIAS,
      { ...ALIAS, name: 'grey', additional_version_weights: { v2: 10 } },
      { ...ALIAS, name: 'ruled', additional_version_strategy: { v2: { combine_type: 'or', rules } } },
    ],
  });
  const { stdout } = await cli(['aliases', 'list', 'hello']);
  expect(stdout).toMatch(/live +v1 {2}/);
  expect(stdout).toContain('v1, and v2 for 10 %');
  expect(stdout).toContain('v1, and v2 for header:X=1 or cookie:c=2');
});

test('asks before it deletes, and never mistakes an alias or empty text for a version', async () => {
  const VERSION = `DELETE ${FUNCTION}:v1`;
  const LIVE = `DELETE ${FUNCTION}/aliases/live`;
  server.on(VERSION, { status: 204 });
  server.on(LIVE, { status: 204 });
  expect(await cli(['versions', 'delete', 'hello', 'v1'])).toMatchObject({ exitCode: 2 });
  expect(await cli(['aliases', 'delete', 'hello', 'live'], { stdin: typed('n'), tty: true })).toMatchObject({
    exitCode: 1,
  });
  for (const wrong of ['', '!live', 'a:b']) {
    expect(await cli(['versions', 'delete', 'hello', wrong, '--yes'])).toMatchObject({ exitCode: 2 });
  }
  expect(server.seen).toEqual([]);
  expect(await cli(['versions', 'delete', 'hello', 'v1'], { stdin: typed('y'), tty: true })).toMatchObject({
    exitCode: 0,
  });
  expect(await cli(['aliases', 'delete', 'hello', 'live', '--yes'])).toMatchObject({ exitCode: 0 });
  expect([server.requests(VERSION).length, server.requests(LIVE).length]).toEqual([1, 1]);
});

test('makes and moves aliases with a weight or rules', async () => {
  server.on(CREATE, { body: { ...ALIAS, additional_version_weights: { v2: 10 } } });
  const run = await cli(['aliases', 'create', 'hello', 'live', '--version', 'v1', '--also', 'v2', '--weight', '10']);
  expect(run).toMatchObject({ exitCode: 0, stdout: 'live: created, points to v1, and v2 for 10 %\n' });
  expect(bodyOf(CREATE)).toEqual({ name: 'live', version: 'v1', additional_version_weights: { v2: 10 } });
  server.on(UPDATE, { body: ALIAS });
  const moving = ['aliases', 'update', 'hello', 'live', '--version', 'v1', '--also', 'v2', '--any'];
  await cli([...moving, '--rule', 'header:X-Group=beta,staff', '--rule', 'cookie:sid=a=b', '--description', '']);
  expect(bodyOf(UPDATE)).toEqual({
    version: 'v1',
    description: '',
    additional_version_strategy: {
      v2: {
        combine_type: 'or',
        rules: [
          { rule_type: 'header', param: 'X-Group', op: 'in', value: 'beta,staff' },
          { rule_type: 'cookie', param: 'sid', op: '=', value: 'a=b' },
        ],
      },
    },
  });
});

test.each([
  [['--weight', '5']],
  [['--any']],
  [['--also', 'v2']],
  [['--also', 'v2', '--weight', '5', '--rule', 'header:X=1']],
  [['--also', 'v2', '--weight', '5', '--any']],
  [['--also', 'v2', '--rule', 'X=1']],
  [['--also', 'v2', '--rule', 'header:X']],
])('refuses %j before it talks to the server', async (flags) => {
  const run = await cli(['aliases', 'create', 'hello', 'live', '--version', 'v1', ...flags]);
  expect(run.exitCode).toBe(2);
  expect(server.seen).toEqual([]);
});
