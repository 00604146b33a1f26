import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PATIENCE } from '../functions.ts';
import { runCli } from '../server.ts';
import { dev } from './dev-session.ts';
import { ShopProjects } from './shop-projects.ts';

let projects: ShopProjects;
beforeAll(async () => {
  projects = await ShopProjects.open();
});
afterAll(() => projects?.[Symbol.asyncDispose]());

/** Each build adds a line to a file beside the project. */
const project = (builds: string, timeout: number): string => `name: built
dependencies:
  lib: { folder: ./lib, build: echo lib >> ${builds}, runtime: Node.js }
functions:
  prices:
    folder: ./prices/dist
    build: echo prices >> ${builds} && mkdir -p prices/dist && cp prices/src/index.js prices/dist
    runtime: Node.js
    handler: index.handler
    timeout: ${timeout}
  orders:
    folder: ./dist/orders
    build: echo orders >> ${builds} && mkdir -p dist/orders && cp src/orders/index.js dist/orders
    runtime: Node.js
    handler: index.handler
    dependencies: [lib]
`;

/** As many editors save: no build reads half of a file. */
async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}~`, text);
  await rename(`${path}~`, path);
}

test('fgs dev runs the build commands of what a save belongs to, and those of all for a file of none', async () => {
  const folder = await projects.copy();
  const builds = `${folder}.builds`;
  const file = join(folder, 'funcgraph.yaml');
  const save = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await replace(join(folder, path), text);
  };
  const code = (answer: number): string => `exports.handler = async (event, context) => ${answer};`;
  let seen = 0;
  /** Those since the last look. */
  const newBuilds = async (): Promise<string[]> => {
    const all = (await readFile(builds, 'utf8')).trim().split('\n');
    return all.slice(seen).sort();
  };
  const built = async (...names: string[]): Promise<void> => {
    await expect.poll(newBuilds, PATIENCE).toEqual(names);
    seen += names.length;
  };
  await save('prices/src/index.js', code(1));
  await save('src/orders/index.js', code(1));
  await save('lib/node_modules/lib/index.js', '');
  await save('funcgraph.yaml', project(builds, 10));

  await dev({ file, environment: projects.environment() }, async (shown) => {
    const count = (text: string): number => shown().split(text).length - 1;
    await expect.poll(shown, PATIENCE).toContain('built: watching');
    await built('lib', 'orders', 'prices');

    await save('prices/src/index.js', code(2));
    await expect.poll(() => count('prices: updated'), PATIENCE).toBe(1);
    await built('prices');
    await save('src/orders/index.js', code(2));
    await expect.poll(() => count('orders: updated'), PATIENCE).toBe(1);
    await built('orders');

    // a setting needs no build
    await save('funcgraph.yaml', project(builds, 11));
    await expect.poll(() => count('prices: updated'), PATIENCE).toBe(2);
    await built();

    // a package is built alone, and the functions that have it get it
    await save('lib/package.json', '{}');
    await expect.poll(() => count('orders: updated'), PATIENCE).toBe(2);
    await built('lib');

    await save('shared/rates.txt', 'any build may read it');
    await built('lib', 'orders', 'prices');
    // a deploy after the builds
    await save('funcgraph.yaml', project(builds, 12));
    await expect.poll(() => count('prices: updated'), PATIENCE).toBe(3);

    // an error holds up no other function
    await rm(join(folder, 'prices/src/index.js'));
    await expect.poll(shown, PATIENCE).toContain('error CLI.BUILD');
    await save('src/orders/index.js', code(3));
    await expect.poll(() => count('orders: updated'), PATIENCE).toBe(3);
    await save('prices/src/index.js', code(3));
    await expect.poll(() => count('prices: updated'), PATIENCE).toBe(4);
    await built('orders', 'prices', 'prices', 'prices');
  });
  const { exitCode } = await runCli(['destroy', '--yes', '--file', file], projects.environment());
  expect(exitCode).toBe(0);
});

test('fgs dev builds again what is saved while a build runs, and not what a build writes beside its sources', async () => {
  const folder = await projects.copy();
  const builds = `${folder}.builds`;
  const go = `${folder}.go`;
  const file = join(folder, 'funcgraph.yaml');
  const source = join(folder, 'api/src.js');
  // waits for a file, and writes what is another text each time
  const command = `cp api/src.js api/index.js && date +%s%N > api/built.txt && echo $(cat api/src.js) >> ${builds} && until test -e ${go}; do sleep 0.1; done`;
  await writeFile(
    file,
    `name: gated\nfunctions:\n  api: { folder: ./api, build: '${command}', runtime: Node.js, handler: index.handler }\n`,
  );
  const save = (answer: number): Promise<void> =>
    replace(source, `exports.handler = async (event, context) => ${answer};`);
  const built = async (): Promise<string[]> =>
    [...(await readFile(builds, 'utf8')).matchAll(/=> (\d+);/g)].map(([, answer]) => answer ?? '');
  await mkdir(join(folder, 'api'));
  await writeFile(go, '');
  await save(1);

  await dev({ file, environment: projects.environment() }, async (shown) => {
    const updates = (): number => shown().split('api: updated').length - 1;
    await expect.poll(shown, PATIENCE).toContain('gated: watching');
    await rm(go);
    await save(2);
    await expect.poll(built, PATIENCE).toEqual(['1', '2']);
    await save(3);
    await writeFile(go, '');
    await expect.poll(updates, PATIENCE).toBe(2);
    // each save has one build
    await save(4);
    await expect.poll(updates, PATIENCE).toBe(3);
    expect(await built()).toEqual(['1', '2', '3', '4']);
  });
  const { exitCode } = await runCli(['destroy', '--yes', '--file', file], projects.environment());
  expect(exitCode).toBe(0);
});
