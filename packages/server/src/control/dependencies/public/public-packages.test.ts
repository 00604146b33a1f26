import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PlatformError } from '../../../lib/platform-error.ts';
import { openTestControl, TEST_RUNTIMES, type TestControl } from '../../testing.ts';
import { PUBLIC } from '../types.ts';
import type { Requested } from './fetch-package.ts';
import { PublicPackages } from './public-packages.ts';

const NODE = 'Node.js20.15';

let control: TestControl;
let fetched: string[];
let folders: string[];
beforeEach(async () => {
  control = await openTestControl();
  fetched = [];
  folders = [];
});
afterEach(() => control.close());

function packages(fetch?: (requested: Requested, folder: string) => Promise<void>): PublicPackages {
  const usual = async ({ source, version, runtime }: Requested, folder: string): Promise<void> => {
    fetched.push(`${source.index} ${source.name} ${version} ${runtime}`);
    folders.push(folder);
    mkdirSync(join(folder, 'node_modules', source.name), { recursive: true });
    writeFileSync(join(folder, 'node_modules/.package-lock.json'), 'names the index');
    writeFileSync(join(folder, 'node_modules', source.name, 'index.js'), 'x');
    writeFileSync(join(folder, 'node_modules', source.name, 'index.js~'), 'x');
  };
  return new PublicPackages({ dependencies: control.dependencies, runtimes: TEST_RUNTIMES, fetch: fetch ?? usual });
}

async function install(
  from: PublicPackages,
  name: string,
  options: { version?: string; runtimes?: string[] } = {},
): Promise<string[]> {
  const steps: string[] = [];
  const { version, runtimes = [] } = options;
  for await (const step of from.install(name, { version, runtimes })) steps.push(step);
  return steps;
}

it('keeps exactly the contents of a package, for each runtime of its language that is here', async () => {
  const steps = await install(packages(), 'q');
  expect(fetched).toEqual([`npm q 1.5.1 ${NODE}`]);
  expect(steps.at(-1)).toBe(`q 1.5.1 for ${NODE} is version 1 of public dependency q`);
  const [found] = control.dependencies.list('anyone', { scope: 'public', runtime: NODE, pattern: 'q' });
  expect(found).toMatchObject({ name: 'q', version: 1, projectId: PUBLIC, fileName: 'q-1.5.1.zip' });
  const tree = found?.artifact.treePath ?? '';
  expect([readdirSync(join(tree, 'node_modules')), readdirSync(join(tree, 'node_modules/q'))]).toEqual([
    ['q'],
    ['index.js'],
  ]);
  expect(folders.filter(existsSync)).toEqual([]);
});

it('fetches nothing twice, and keeps another version under its own number with a word about it', async () => {
  const from = packages();
  await install(from, 'lodash');
  expect(await install(from, 'lodash')).toEqual([`lodash 4.17.10 for ${NODE} exists already`]);
  await install(from, 'lodash', { version: '4.17.21' });
  expect(fetched).toHaveLength(2);
  const { installed } = from.list().find(({ pkg }) => pkg.name === 'lodash') ?? { installed: [] };
  expect(installed[0]).toMatchObject({ version: 2, fileName: 'lodash-4.17.21.zip' });
  expect(installed[0]?.description).toContain('the guide names 4.17.10');
});

it('takes packages of Python by their published name', async () => {
  await install(packages(), 'dateutil', { runtimes: ['Python3.6', 'Python3.9'] });
  expect(fetched).toEqual(['pip python-dateutil 2.6.0 Python3.6', 'pip python-dateutil 2.6.0 Python3.9']);
});

it('offers nothing that it could not fetch, and leaves nothing behind', async () => {
  const failing = packages(async (_requested, folder) => {
    folders.push(folder);
    throw new PlatformError('archive_not_fetched', 'there is no such version');
  });
  await expect(install(failing, 'fgs-express')).rejects.toMatchObject({ code: 'archive_not_fetched' });
  await expect(install(packages(), 'obsclient')).rejects.toMatchObject({ code: 'archive_not_fetched' });
  await expect(install(packages(), 'left-pad')).rejects.toMatchObject({ code: 'dependency_not_found' });
  await expect(install(packages(), 'q', { runtimes: ['Python3.9'] })).rejects.toMatchObject({
    code: 'invalid_runtime',
  });
  const empty = packages(async () => undefined);
  await expect(install(empty, 'q')).rejects.toMatchObject({ code: 'invalid_dependency' });
  expect(control.dependencies.list(PUBLIC, { scope: 'all', runtime: undefined, pattern: undefined })).toEqual([]);
  expect([folders.filter(existsSync), readdirSync(join(control.dir, 'blobs'))]).toEqual([[], []]);
});

it('installs a package once at a time', async () => {
  let go: () => void = () => {};
  const waiting = new Promise<void>((resolve) => {
    go = resolve;
  });
  const from = packages(async (_requested, folder) => {
    await waiting;
    writeFileSync(join(folder, 'x'), '');
  });
  const first = install(from, 'co');
  await expect(install(from, 'co')).rejects.toMatchObject({ code: 'overloaded' });
  go();
  expect(await first).toHaveLength(2);
  expect(await install(from, 'co')).toHaveLength(1);
});

it('can be given to functions of every project', async () => {
  await install(packages(), 'q');
  const [q] = control.dependencies.list('p2', { scope: 'public', runtime: undefined, pattern: undefined });
  const body = { name: 'f', runtime: NODE, dependencies: [q?.id ?? ''] };
  await control.functions.create('p2', body);
  const path = control.catalog.resolve('p2', 'default', 'f', 'latest')?.artifact.treePath ?? '';
  expect(readFileSync(join(path, 'node_modules/q/index.js'), 'utf8')).toBe('x');
});
