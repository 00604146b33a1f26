import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../../testing/fake-server.ts';
import { type CliRun, runCli, serverEnv } from '../../testing/run-cli.ts';

const TEMPLATE = '/v2/p1/fgs/templates/t';
const SHOWN = {
  template_name: 't',
  runtime: 'Node.js20.15',
  handler: 'index.handler',
  timeout: 5,
  memory_size: 128,
  user_data: '{"SECRET":"","RATE":"60"}',
  is_return_stream: true,
  temp_detail: { input: '{"a":1}', output: '', warning: 'Set SECRET first.' },
};
const file = (path: string, executable = false) => ({
  path,
  content: Buffer.from(path).toString('base64'),
  executable,
});

let server: FakeServer;
let dir: string;

beforeEach(async () => {
  server = await FakeServer.start();
  dir = await mkdtemp(join(tmpdir(), 'fgs-init-'));
  server.on(`GET ${TEMPLATE}`, { body: SHOWN });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

const cli = (argv: readonly string[]): Promise<CliRun> => runCli(argv, { env: serverEnv(server.endpoint), cwd: dir });

test('writes the files of a template and prints the command to deploy it, without an empty variable', async () => {
  server.on(`GET ${TEMPLATE}/files`, { body: { files: [file('lib/a.js'), file('bootstrap', true)] } });
  const run = await cli(['functions', 'init', 'greet', '--template', 't']);
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  expect(run.stdout).toContain(
    'deploy it:  fgs functions deploy greet --name greet --runtime Node.js20.15 --handler index.handler ' +
      '--timeout 5 --memory 128 --return-stream on --env RATE=60\n',
  );
  expect(run.stdout).toContain('SECRET=...');
  expect(await readFile(join(dir, 'greet/lib/a.js'), 'utf8')).toBe('lib/a.js');
  expect((await stat(join(dir, 'greet/bootstrap'))).mode & 0o111).toBe(0o111);
  expect(await cli(['functions', 'init', 'greet', '--template', 't'])).toMatchObject({ exitCode: 3 });
});

test.each(['../out', '/tmp/out', 'a/../../out', '.', ''])('writes nothing for a file at %j', async (path) => {
  server.on(`GET ${TEMPLATE}/files`, { body: { files: [file('index.js'), file(path)] } });
  const run = await cli(['functions', 'init', 'greet', '--template', 't']);
  expect(run).toMatchObject({ exitCode: 3 });
  expect(run.stderr).toContain('outside of the folder');
  await expect(stat(join(dir, 'greet'))).rejects.toThrow('ENOENT');
});

test('names an export itself when the name from the server is no plain file name, and replaces no file without --force', async () => {
  const path = '/v2/p1/fgs/functions/urn:fss:r1:p1:function:default:hello/export';
  server.on(`GET ${path}`, { headers: { 'content-disposition': 'attachment; filename="../../x.zip"' }, body: 'PK' });
  expect(await cli(['functions', 'export', 'hello'])).toMatchObject({ exitCode: 0, stdout: 'hello.zip: 2 bytes\n' });
  expect(await readFile(join(dir, 'hello.zip'), 'utf8')).toBe('PK');
  await expect(stat(join(dir, 'hello.zip.part'))).rejects.toThrow('ENOENT');
  expect(await cli(['functions', 'export', 'hello'])).toMatchObject({ exitCode: 3 });
  expect(await cli(['functions', 'export', 'hello', '--force'])).toMatchObject({ exitCode: 0 });
});
