import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { packFolder } from '../../code/index.ts';
import { FakeServer } from '../../testing/fake-server.ts';
import { type CliRun, type RunOptions, runCli, serverEnv, typed } from '../../testing/run-cli.ts';

const URN = 'urn:fss:r1:p1:function:default:hello';
const FUNCTIONS = '/v2/p1/fgs/functions';
const SHOW = `GET ${FUNCTIONS}/${URN}/config`;
const CREATE = `POST ${FUNCTIONS}`;
const CODE = `PUT ${FUNCTIONS}/${URN}/code`;
const CONFIG = `PUT ${FUNCTIONS}/${URN}/config`;
const PRESENT = {
  func_urn: `${URN}:latest`,
  func_name: 'hello',
  runtime: 'Node.js20.15',
  handler: 'index.handler',
  timeout: 3,
  memory_size: 128,
  user_data: '{"B":"2","A":"1"}',
  description: '',
};

let server: FakeServer;
let dir: string;

beforeEach(async () => {
  server = await FakeServer.start();
  dir = await mkdtemp(join(tmpdir(), 'fgs-functions-'));
  await writeFile(join(dir, 'index.js'), 'exports.handler = () => 1;');
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

const cli = (argv: readonly string[], options: RunOptions = {}): Promise<CliRun> =>
  runCli(argv, { env: serverEnv(server.endpoint), cwd: dir, ...options });
const bodyOf = (route: string): Record<string, unknown> =>
  JSON.parse(server.requests(route)[0]?.body.toString() ?? 'null') as Record<string, unknown>;

test('creates a missing function, signed, with the zipped folder', async () => {
  server.on(CREATE, { body: PRESENT });
  const run = await cli([
    'functions',
    'deploy',
    '.',
    '--name',
    'hello',
    '--runtime',
    'Node.js20.15',
    '--handler',
    'index.handler',
    '-e',
    'A=1',
    '-e',
    'B=x=y',
  ]);
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  expect(run.stdout).toMatch(/^hello: created \(1 file, 0\.\d KB\)\n$/);
  expect(bodyOf(CREATE)).toMatchObject({
    func_name: 'hello',
    package: 'default',
    code_type: 'zip',
    timeout: 3,
    memory_size: 128,
    user_data: '{"A":"1","B":"x=y"}',
  });
  const zip = Buffer.from((bodyOf(CREATE).func_code as { file: string }).file, 'base64');
  expect(zip.subarray(0, 4).toString('latin1')).toBe('PK\x03\x04');
  expect(server.requests(CREATE)[0]?.headers.authorization).toContain('SDK-HMAC-SHA256 Access=AK');
});

test('asks for the runtime only when the function is new', async () => {
  const run = await cli(['functions', 'deploy', '.', '--name', 'hello']);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain('hello is new: --runtime is missing');
  expect(server.requests(CREATE)).toEqual([]);
});

test('uploads nothing when the file of the handler is missing', async () => {
  server.on(SHOW, { body: PRESENT });
  server.on(CODE, { body: {} });
  const run = await cli(['functions', 'deploy', '.', '--name', 'hello', '--handler', 'main.handler']);
  expect(run.exitCode).toBe(3);
  expect(run.stderr).toContain('the handler main.handler needs the file main.js, main.mjs or main.cjs');
  expect(server.requests(CODE)).toEqual([]);
});

test('names what a .gitignore leaves out', async () => {
  await writeFile(join(dir, '.gitignore'), '*.env\n');
  for (let n = 1; n < 8; n += 1) await writeFile(join(dir, `${n}.env`), 'KEY=secret');
  server.on(SHOW, { body: PRESENT });
  server.on(CODE, { body: {} });
  const { stdout } = await cli(['functions', 'deploy', '.', '--name', 'hello']);
  expect(stdout).toMatch(/\(1 file, .*\n\.gitignore leaves out 1\.env, 2\.env, 3\.env, 4\.env, 5\.env, and 2 more\n$/);
});

test('shows with --dry-run what a deployment and an update would change', async () => {
  const argv = ['functions', 'deploy', '.', '--name', 'hello', '--dry-run'];
  const fresh = await cli([...argv, '--runtime', 'Node.js20.15', '--handler', 'index.handler']);
  expect(fresh.stdout).toMatch(/^hello: would be created \(1 file, /);
  server.on(SHOW, { body: PRESENT });
  const changed = await cli([...argv, '--memory', '256', '--timeout', '3', '-e', 'A=9']);
  expect(changed.stdout).toMatch(/^hello: would change: code, memory_size, user_data \(/);
  const updated = await cli(['functions', 'update', 'hello', '--memory', '256', '--timeout', '3', '--dry-run']);
  expect(updated.stdout).toBe('hello: would change: memory_size\n');
  expect(server.seen.filter(({ method }) => method !== 'GET')).toEqual([]);
});

test('sends no code that the server has already', async () => {
  const zip = (await packFolder(dir)).zip;
  const digest = createHash('sha512').update(zip).digest('hex');
  server.on(SHOW, { body: { ...PRESENT, code_type: 'zip', digest } });
  server.on(CONFIG, { body: PRESENT });
  const run = await cli(['functions', 'deploy', '.', '--name', 'hello', '--memory', '256']);
  expect(run.stdout).toContain('hello: updated configuration');
  expect(server.requests(CODE)).toEqual([]);
  expect((await cli(['functions', 'deploy', '.', '--name', 'hello', '--dry-run'])).stdout).toContain(
    'hello: unchanged',
  );
});

test('treats unchanged code as success and leaves an equal configuration alone', async () => {
  server.on(SHOW, { body: PRESENT });
  server.on(CODE, { status: 409, body: { error_code: 'FSS.0409', error_msg: 'same' } });
  const run = await cli(['functions', 'deploy', '.', '--name', 'hello', '--memory', '128', '-e', 'A=1', '-e', 'B=2']);
  expect(run).toMatchObject({ exitCode: 0 });
  expect(run.stdout).toContain('hello: unchanged');
  expect(server.requests(CONFIG)).toEqual([]);
});

test('sends the configuration when a field differs, with the fields that the API always wants', async () => {
  server.on(SHOW, { body: PRESENT });
  server.on(CODE, { body: {} });
  server.on(CONFIG, { body: PRESENT });
  const run = await cli(['functions', 'deploy', '.', '--name', 'hello', '--memory', '256']);
  expect(run.stdout).toContain('hello: updated code and configuration');
  expect(bodyOf(CONFIG)).toEqual({
    func_name: 'hello',
    runtime: 'Node.js20.15',
    handler: 'index.handler',
    timeout: 3,
    memory_size: 256,
  });
});

test('refuses to change the runtime before it touches anything', async () => {
  server.on(SHOW, { body: PRESENT });
  const run = await cli(['functions', 'deploy', '.', '--name', 'hello', '--runtime', 'Python3.10']);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain('which cannot be changed');
  expect(server.requests(CODE)).toEqual([]);
});

test('switches the lanes of a function off and on', async () => {
  server.on(SHOW, { body: { ...PRESENT, enable_lanes: true } });
  server.on(CONFIG, { body: PRESENT });
  await cli(['functions', 'update', 'hello', '--lanes', 'on', '--memory', '256']);
  expect(bodyOf(CONFIG)).not.toHaveProperty('enable_lanes');
  await cli(['functions', 'update', 'hello', '--lanes', 'off']);
  expect(JSON.parse(String(server.requests(CONFIG).at(-1)?.body))).toMatchObject({ enable_lanes: false });
});

test('adds variables from a file and keeps their values out of error messages', async () => {
  await writeFile(join(dir, 'vars'), '# comment\n\nexport KEY="secret"\n');
  server.on(SHOW, { body: PRESENT });
  server.on(CONFIG, { body: PRESENT });
  await cli(['functions', 'update', 'hello', '--env-file', 'vars', '-e', 'MORE=1']);
  expect(bodyOf(CONFIG)).toMatchObject({ user_data: '{"B":"2","A":"1","KEY":"secret","MORE":"1"}' });
  const broken = await cli(['functions', 'update', 'hello', '-e', 'topsecret']);
  expect(broken.exitCode).toBe(2);
  expect(broken.stderr).not.toContain('topsecret');
});

test('creates from one source file and refuses a file that is too large for it', async () => {
  server.on(CREATE, { body: PRESENT });
  const create = [
    'functions',
    'create',
    'hello',
    '--runtime',
    'Node.js20.15',
    '--handler',
    'index.handler',
    '--code-file',
  ];
  expect((await cli([...create, 'index.js'])).stdout).toContain('hello: created');
  expect(bodyOf(CREATE)).toMatchObject({ code_type: 'inline', code_filename: 'index.js' });
  await writeFile(join(dir, 'big.js'), Buffer.alloc(10 * 1024 + 1));
  expect(await cli([...create, 'big.js'])).toMatchObject({ exitCode: 3 });
  expect(await cli([...create, 'nowhere.js'])).toMatchObject({ exitCode: 2 });
  expect(await cli(create.slice(0, -1))).toMatchObject({ exitCode: 2 });
});

test('lists all pages, as a table or as JSON, with hostile text made harmless', async () => {
  const all = Array.from({ length: 150 }, (_, i) => ({
    ...PRESENT,
    func_name: `f${i}`,
    handler: i === 0 ? 'a\u001b[31m' : 'h',
  }));
  server.on(`GET ${FUNCTIONS}`, ({ query }) => {
    const from = Number(query.get('marker'));
    return { body: { functions: all.slice(from, from + 100), next_marker: Math.min(from + 100, 150), count: 150 } };
  });
  const table = await cli(['functions', 'list']);
  expect(table.stdout.split('\n')).toHaveLength(152);
  expect(table.stdout).toContain('a\\x1b[31m');
  expect(JSON.parse((await cli(['functions', 'list', '--output', 'json'])).stdout)).toHaveLength(150);
});

test('reports an empty list', async () => {
  server.on(`GET ${FUNCTIONS}`, { body: { functions: [], next_marker: 0, count: 0 } });
  expect((await cli(['functions', 'list'])).stdout).toContain('no functions yet');
});

test('asks before it deletes, and refuses without a terminal', async () => {
  const DELETE = `DELETE ${FUNCTIONS}/${URN}`;
  server.on(DELETE, { status: 204 });
  expect(await cli(['functions', 'delete', 'hello'])).toMatchObject({ exitCode: 2 });
  expect(await cli(['functions', 'delete', 'hello'], { stdin: typed('n'), tty: true })).toMatchObject({ exitCode: 1 });
  expect(server.requests(DELETE)).toEqual([]);
  expect(await cli(['functions', 'delete', 'hello'], { stdin: typed('yes'), tty: true })).toMatchObject({
    exitCode: 0,
  });
  expect(await cli(['functions', 'delete', 'hello', '--yes'])).toMatchObject({ exitCode: 0 });
  expect(server.requests(DELETE)).toHaveLength(2);
});

test.each([
  [400, 'FSS.1003', 3],
  [404, 'FSS.1051', 3],
  [429, 'FSS.0429', 3],
  [401, 'FSS.0401', 4],
  [403, 'FSS.0403', 4],
  [403, 'FSS.1041', 3],
  [500, 'FSS.0500', 1],
  [503, 'FSS.0503', 1],
])('turns status %i with code %s into exit code %i', async (status, code, exitCode) => {
  server.on(SHOW, { status, body: { error_code: code, error_msg: 'because', hint: 'do this', request_id: 'rid' } });
  const run = await cli(['functions', 'show', 'hello']);
  expect(run).toMatchObject({
    exitCode,
    stdout: '',
    stderr: `error ${code}: because\nhint: do this\nrequest id: rid\n`,
  });
});

test('exits with 5 when no server listens', async () => {
  const run = await cli(['functions', 'show', 'hello'], { env: serverEnv('http://127.0.0.1:1') });
  expect(run.exitCode).toBe(5);
  expect(run.stderr).toContain('fgs start');
});

test('refuses a name that would change the path', async () => {
  for (const name of ['../../x', 'a/b', 'a:b:c:d', '', 'urn:fss:x']) {
    expect(await cli(['functions', 'show', name])).toMatchObject({ exitCode: 2 });
  }
  expect(server.seen).toEqual([]);
});

test.each([
  ['Node.js', 'Node.js20.20'],
  ['Java', 'Java17'],
  ['Node.js14.18', 'Node.js14.18'],
])('takes %s for a new function as %s', async (requested, taken) => {
  const runtimes = ['Node.js8.10', 'Node.js20.20', 'Java17', 'Java8', 'Node.js24'].map((name) => ({
    name,
    available: name !== 'Node.js24',
  }));
  server.on('GET /v1/runtimes', { body: { runtimes } });
  server.on(CREATE, { body: PRESENT });
  const run = await cli([
    'functions',
    'deploy',
    '.',
    '--name',
    'hello',
    '--runtime',
    requested,
    '--handler',
    'index.handler',
  ]);
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  expect(bodyOf(CREATE)).toMatchObject({ runtime: taken });
});

test.each([
  ['nodejs20', 'Node.js20.20'],
  ['node.js 20', 'Node.js20.20'],
  ['java8', 'Java8'],
  ['Jaba17', 'Java17'],
])('takes nothing for %s and suggests %s', async (requested, near) => {
  const runtimes = ['Node.js20.15', 'Node.js20.20', 'Java17', 'Java8'].map((name) => ({
    name,
    available: name !== 'Node.js20.15',
  }));
  server.on('GET /v1/runtimes', { body: { runtimes } });
  const run = await cli(['functions', 'deploy', '.', '--name', 'hello', '--runtime', requested, '--handler', 'a.b']);
  expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(`did you mean ${near}?`) });
  expect(server.requests(CREATE)).toEqual([]);
});

test('names the runtime to install when the server has none of a language', async () => {
  const missing = { name: 'Node.js24', available: false, hint: 'fgs runtimes install Node.js24' };
  server.on('GET /v1/runtimes', { body: { runtimes: [missing] } });
  const run = await cli(['functions', 'deploy', '.', '--name', 'hello', '--runtime', 'Node.js', '--handler', 'a.b']);
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain('fgs runtimes install Node.js24');
  expect(server.requests(CREATE)).toEqual([]);
});
