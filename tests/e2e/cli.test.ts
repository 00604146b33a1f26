import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ANY_PORTS, runNode, SERVER, TestServer } from '../server.ts';

let server: TestServer;
let code: string;
let runtime: string;

const NODE_CODE = `
exports.handler = async (event, context) => {
  context.getLogger().info('seen ' + event.word);
  if (event.fail) throw new Error('asked to fail');
  return event.word + ':' + context.getUserData('COLOUR');
};`;

beforeAll(async () => {
  server = await TestServer.start();
  code = await mkdtemp(join(tmpdir(), 'funcgraph-cli-'));
  await writeFile(join(code, 'index.js'), NODE_CODE);
  const { stdout } = await server.fgs(['runtimes', 'list', '--available', '--output', 'json']);
  const names = (JSON.parse(stdout.toString()) as { name: string }[]).map((r) => r.name);
  runtime = names.findLast((name) => name.startsWith('Node.js')) ?? '';
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(code, { recursive: true });
});

const text = (run: { stdout: Buffer }): string => run.stdout.toString('utf8');

test('takes a function through its whole life', async () => {
  const deploy = ['functions', 'deploy', code, '--name', 'life'];
  const made = await server.fgs([...deploy, '--runtime', runtime, '--handler', 'index.handler', '--env', 'COLOUR=red']);
  expect(text(made), made.stderr).toContain('life: created');
  expect(text(await server.fgs(deploy))).toContain('life: unchanged');
  expect(text(await server.fgs(['functions', 'invoke', 'life', '--data', '{"word":"a"}']))).toBe('a:red');

  expect(text(await server.fgs([...deploy, '--env', 'COLOUR=blue', '--memory', '256']))).toContain(
    'life: updated configuration',
  );
  expect(text(await server.fgs(['functions', 'invoke', 'life', '--data', '{"word":"b"}']))).toBe('b:blue');
  expect(text(await server.fgs(['functions', 'show', 'life', '--output', 'json']))).toContain('"memory_size": 256');

  await writeFile(join(code, 'index.js'), NODE_CODE.replace("':'", "'='"));
  expect(text(await server.fgs(deploy))).toContain('life: updated code');
  expect(text(await server.fgs(['functions', 'invoke', 'life', '--data', '{"word":"c"}']))).toBe('c=blue');

  expect(text(await server.fgs(['functions', 'list']))).toMatch(/^life +default/m);
  expect(await server.fgs(['functions', 'delete', 'life', '--yes'])).toMatchObject({ exitCode: 0 });
  expect(await server.fgs(['functions', 'show', 'life'])).toMatchObject({ exitCode: 3 });
});

const NEW_PORTS = { '--port': '0', '--gateway-port': '0', '--storage-port': '0' };

/** Starts another server that cannot start, with a data directory of its own. */
function startInVain(flags: Readonly<Record<string, string>>): ReturnType<TestServer['fgs']> {
  const all = { '--data-dir': join(code, 'data'), ...NEW_PORTS, ...flags };
  return server.fgs(['start', ...Object.entries(all).flat()]);
}

test.each(['192.0.2.1', 'nowhere.invalid'])('says once why no server can listen at %s', async (host) => {
  const { exitCode, stderr } = await startInVain({ '--host': host });
  expect(exitCode, stderr).toBe(1);
  expect(stderr).toMatch(/^error E\w+: .*\nhint: .*--host.*\n$/m);
  expect(stderr.split(host)).toHaveLength(2);
  expect(stderr).not.toMatch(/^ +at /m);
});

test('says once that a port is in use, and which', async () => {
  const { port } = new URL(server.credentials.endpoint);
  const { exitCode, stderr } = await startInVain({ '--port': port });
  expect(exitCode, stderr).toBe(1);
  expect(stderr.match(/address already in use/g), stderr).toHaveLength(1);
  expect(stderr).toMatch(/^error EADDRINUSE: .*\nhint: .*--port.*\n$/m);
});

test('says once what is wrong with a setting', async () => {
  const { exitCode, stderr } = await startInVain({ '--memory-budget': 'much' });
  expect(exitCode, stderr).toBe(2);
  expect(stderr.match(/memory_budget/g), stderr).toHaveLength(1);
});

test('a server without a parent process that waits for it says itself why it does not start', () => {
  const { status, stderr } = spawnSync(process.execPath, [SERVER, '--memory-budget', 'much'], { encoding: 'utf8' });
  expect(status, stderr).toBe(2);
  expect(stderr).toMatch(/^fgs: .*memory_budget/);
});

test('distinguishes a failing function from a failing request, and finds both again', async () => {
  const create = ['functions', 'create', 'fails', '--runtime', runtime, '--handler', 'index.handler'];
  expect(await server.fgs([...create, '--code-file', join(code, 'index.js')])).toMatchObject({ exitCode: 0 });
  const failed = await server.fgs([
    'functions',
    'invoke',
    'fails',
    '--data',
    '{"word":"lost","fail":true}',
    '--log',
    '--output',
    'json',
  ]);
  expect(failed).toMatchObject({ exitCode: 6 });
  const answer = JSON.parse(text(failed)) as { request_id: string; error_code: number; log: string };
  expect(answer).toMatchObject({ error_code: 4002, log: expect.stringContaining('seen lost') });

  const receipt = JSON.parse(
    text(await server.fgs(['invocations', 'show', answer.request_id, '--output', 'json'])),
  ) as object;
  expect(receipt).toMatchObject({ outcome: 'function_error', component: 'function', cold: true });
  expect(text(await server.fgs(['invocations', 'list', 'fails', '--outcome', 'function_error']))).toContain(
    answer.request_id,
  );
  const logs = await server.fgs(['functions', 'logs', 'fails', '--request-id', answer.request_id]);
  expect(text(logs)).toContain('INFO seen lost');
  expect(
    await server.fgs([
      'functions',
      'create',
      'bad',
      '--runtime',
      'Cobol',
      '--handler',
      'a.b',
      '--code-file',
      join(code, 'index.js'),
    ]),
  ).toMatchObject({ exitCode: 3 });
});

test('runs an event later that it took with --async', async () => {
  await server.fgs([
    'functions',
    'deploy',
    code,
    '--name',
    'later',
    '--runtime',
    runtime,
    '--handler',
    'index.handler',
  ]);
  const taken = await server.fgs(
    ['functions', 'invoke', 'later', '--async', '--data-file', '-', '--output', 'json'],
    '{"word":"queued"}',
  );
  const { request_id } = JSON.parse(text(taken)) as { request_id: string };
  await expect
    .poll(async () => text(await server.fgs(['invocations', 'list', 'later', '--async', '--state', 'SUCCESS'])), {
      timeout: 20_000,
      interval: 200,
    })
    .toContain(request_id);
});

test('refuses a key that is not the right one, with exit code 4', async () => {
  const file = join(code, '..', `${Date.now()}-wrong.json`);
  const wrong = {
    endpoint: server.endpoint,
    region: 'r',
    project_id: 'p',
    access_key: 'nobody',
    secret_key: 'nothing',
  };
  await writeFile(file, JSON.stringify(wrong));
  try {
    const run = await server.fgs(['functions', 'list', '--credentials', file]);
    expect(run).toMatchObject({ exitCode: 4 });
    expect(run.stderr).toContain('FSS.0401');
  } finally {
    await rm(file);
  }
});

test('the built program goes from nothing to a result with up --once, and leaves nothing running', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'funcgraph-up-'));
  try {
    const args = ['packages/cli/bin/fgs.mjs', 'up', '--once', '--data-dir', dataDir, ...ANY_PORTS];
    const run = await runNode(args, { PATH: process.env.PATH });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(text(run)).toContain('hello({"name":"Funcgraph"}) = {"message":"Hello, Funcgraph!"}');
    const again = await runNode(args, { PATH: process.env.PATH });
    expect(again.exitCode, again.stderr).toBe(0);
    expect(text(again)).toContain('hello: already there');
    expect(await readdir(dataDir)).toContain('credentials.json');
  } finally {
    await rm(dataDir, { recursive: true });
  }
});
