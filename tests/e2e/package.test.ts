import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

let place: string;
let env: NodeJS.ProcessEnv;
let fgs: string;

/** What `npm install` does in an empty folder, with the packages that this machine has already. */
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'funcgraph-package-'));
  // root starts the server as another user
  await chmod(place, 0o755);
  // the programs are built already
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', place], { cwd: ROOT });
  const [archive = ''] = await readdir(place);
  expect(archive).toMatch(/^funcgraph-\d+\.\d+\.\d+\.tgz$/);
  const installed = join(place, 'node_modules/funcgraph');
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', join(place, archive), '-C', installed, '--strip-components=1']);
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Record<string, object>;
  const needed = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  for (const name of needed) {
    await mkdir(dirname(join(place, 'node_modules', name)), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), join(place, 'node_modules', name));
  }
  // the script after the installation compiles the helpers from sources that the package has
  expect(await readdir(join(installed, 'packages/agent/native'))).toContain('helper.h');
  await cp(join(ROOT, 'packages/agent/native/build'), join(installed, 'packages/agent/native/build'), {
    recursive: true,
  });
  fgs = join(place, 'node_modules/.bin/fgs');
  await mkdir(dirname(fgs));
  await symlink(`../funcgraph/${(manifest.bin as { fgs: string }).fgs}`, fgs);
  env = { PATH: process.env.PATH, HOME: place };
});
afterAll(() => rm(place, { recursive: true }));

test('the package of npm pack runs a server with a function and the console', async () => {
  const ports = ['--port', '0', '--gateway-port', '0', '--storage-port', '0'];
  const up = await run(fgs, ['up', '--once', '--data-dir', join(place, 'data'), ...ports], { cwd: place, env });
  expect(up.stdout).toContain('hello({"name":"Funcgraph"}) = {"message":"Hello, Funcgraph!"}');
  const page = join(place, 'node_modules/funcgraph/packages/console/dist/index.html');
  expect(await readFile(page, 'utf8')).toContain('<html');
});

test('its maintenance and its checks of the machine work too', async () => {
  const data = ['--data-dir', join(place, 'data')];
  expect((await run(fgs, ['check', ...data], { cwd: place, env })).stdout).toContain('No fault found.');
  // it fails on machines that lack something
  const doctor = await run(fgs, ['doctor', ...data], { cwd: place, env }).catch((error: { stdout: string }) => error);
  expect(doctor.stdout).toMatch(/^ok +database +SQLite module loads$/m);
  expect((await run(fgs, ['--version'], { env })).stdout).toMatch(/^fgs \d/);
});
