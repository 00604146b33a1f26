import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ofPrograms, ROOT } from '../server.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funcgraph-testing-'));
  await cp(join(ROOT, 'examples/testing'), folder, { recursive: true });
  for (const name of ['@funcgraph/testing', 'vitest']) {
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(ROOT, name === 'vitest' ? 'node_modules/vitest' : 'packages/testing'), link);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = { ...ofPrograms(), HOME: folder },
): Promise<{ code: unknown; output: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, output: stdout + stderr });
    });
  });
}

it('tests of node:test run a function in a sandbox', async () => {
  const { code, output } = await run(process.execPath, ['--test', 'node.test.mjs']);
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
  const installed = await run(
    'npm',
    ['install', '--prefix', 'runner', '--no-save', '--no-audit', '--no-fund', 'jest@30'],
    process.env,
  );
  if (installed.code !== 0) skip(`npm cannot install jest: ${installed.output.slice(-500)}`);
  const jest = join(folder, 'runner/node_modules/jest/bin/jest.js');
  const { code, output } = await run(process.execPath, [
    jest,
    '--rootDir',
    folder,
    '--testRegex',
    'jest\\.test\\.cjs$',
  ]);
  expect(output).toMatch(/2 passed/);
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
