import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bringJest, JEST } from '../../scripts/jest.mjs';
import { ofPrograms, ROOT } from '../server.ts';
import { ciJobs } from './container/ci-jobs.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funcgraph-testing-'));
  await cp(join(ROOT, 'examples/testing'), folder, { recursive: true });
  for (const [name, path] of [
    ['funcgraph', '.'],
    ['vitest', 'node_modules/vitest'],
    ['@huaweicloud', 'node_modules/@huaweicloud'],
    ['.bin/fgs', 'packages/cli/bin/fgs'],
  ] as const) {
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(ROOT, path), link);
  }
  const pack = ['pack', '--ignore-scripts', '--workspace', 'packages/testing', '--pack-destination', folder];
  expect((await run('npm', pack, process.env, ROOT)).code).toBe(0);
  const installed = join(folder, 'node_modules/@funcgraph/testing');
  await mkdir(installed, { recursive: true });
  const archive = join(folder, 'funcgraph-testing-0.1.0.tgz');
  expect((await run('tar', ['-xzf', archive, '-C', installed, '--strip-components=1'])).code).toBe(0);
  // npm installs it from the archive alone
  const { dependencies = {} } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    dependencies?: object;
  };
  expect(dependencies).toEqual({});
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = { ...ofPrograms(), HOME: folder },
  cwd = folder,
): Promise<{ code: unknown; output: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, output: stdout + stderr });
    });
  });
}

it.each([0, 1])('tests of node:test run a function as the jobs of the guide about CI do: %i', async (at) => {
  const job = (await ciJobs())[at];
  const { variables = {}, commands = [], isPrivileged } = job ?? {};
  expect(isPrivileged).toBe(at === 0);
  // what is installed here already
  const rest = commands.filter((command) => !/^(apt-get update|npm ci) /.test(command));
  expect(commands.length - rest.length).toBe(2);
  const env = { ...ofPrograms(), ...variables, HOME: folder };
  const { code, output } = await run('bash', ['-ec', rest.join('\n')], env);
  expect(output).toMatch(/pass 3\b/);
  expect(code).toBe(0);
});

it('tests of vitest do, too', async () => {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const { code, output } = await run(process.execPath, [vitest, 'run', 'vitest.test.mjs']);
  expect(output).toMatch(/2 passed/);
  expect(code).toBe(0);
});

it('tests of jest do, too, when npm reaches its registry', async ({ skip }) => {
  const missing = await bringJest();
  if (missing !== undefined) skip(missing);
  const { code, output } = await run(process.execPath, [
    JEST,
    '--rootDir',
    folder,
    '--testRegex',
    'jest\\.test\\.cjs$',
  ]);
  expect(output).toMatch(/2 passed/);
  expect(code).toBe(0);
});

/** Asks for a runtime that no machine has, then for one of this machine; uses the official SDK of the project. */
const OPTIONS = `import { startFuncgraph } from '@funcgraph/testing';
await startFuncgraph({ runtimes: ['Custom', 'Node.js1.0'] }).then(() => { throw new Error('it started'); }, (error) => console.log(error.message));
const fg = await startFuncgraph({ runtimes: ['Custom'] });
await fg.deploy('greeter', { runtime: 'Node.js', handler: 'index.handler' });
const { ListFunctionsRequest } = await import('@huaweicloud/huaweicloud-sdk-functiongraph');
const { functions } = await fg.sdkClient().listFunctions(new ListFunctionsRequest());
console.log(functions.map((one) => one.func_name).join());
await fg.stop();`;

it('refuses to start without a runtime that the tests need, and has a client of the official SDK', async () => {
  const script = ['--input-type=module', '-e', OPTIONS];
  const { code, output } = await run(process.execPath, script);
  expect(output).toMatch(
    /^Funcgraph did not start: required_runtimes: Node\.js1\.0 is no runtime of this machine \(This machine has .*Custom/,
  );
  expect(output).toMatch(/^greeter$/m);
  expect(code).toBe(0);
});

/** Starts a server, says where it is, and does nothing more. */
const ENDLESS = `import { startFuncgraph } from '@funcgraph/testing';
const fg = await startFuncgraph();
await fg.deploy('greeter', { runtime: 'Node.js', handler: 'index.handler' });
await fg.invoke('greeter', { name: 'Ada' });
console.log(JSON.stringify(fg.credentials));
setInterval(() => {}, 1000);`;

it('a killed test leaves neither a server nor its files', async () => {
  const folders = join(folder, 'tmp');
  await mkdir(folders);
  const env = { ...ofPrograms(), HOME: folder, TMPDIR: folders };
  const child = spawn(process.execPath, ['--input-type=module', '-e', ENDLESS], { cwd: folder, env });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('it ended by itself')));
  const [printed] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer];
  ended.catch(() => {});
  const { endpoint } = JSON.parse(String(printed)) as { endpoint: string };
  const place = join(folders, readdirSync(folders).find((name) => name.startsWith('funcgraph-')) ?? '');
  expect(existsSync(join(place, 'data'))).toBe(true);
  child.kill('SIGKILL');
  await expect.poll(() => existsSync(place)).toBe(false);
  await expect(fetch(endpoint)).rejects.toThrow();
});
