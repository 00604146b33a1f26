import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { EVERYTHING, FLOW, SURROUNDINGS } from '../project-files.ts';
import { type ProgramRun, ROOT, runCli, type TestServer } from '../server.ts';
import { ShopProjects } from './shop-projects.ts';

let projects: ShopProjects;
let server: TestServer;
let place: string;
let folder: string;
beforeAll(async () => {
  projects = await ShopProjects.open();
  ({ server, place } = projects);
});
afterAll(() => projects?.[Symbol.asyncDispose]());
beforeEach(async () => {
  folder = await projects.copy();
});

const environment = (more?: NodeJS.ProcessEnv): NodeJS.ProcessEnv => projects.environment(more);
const names = (): Promise<string[]> => projects.names();

const deployed = (): Promise<ProgramRun> =>
  runCli(['deploy', '--file', join(folder, 'funcgraph.yaml'), '--yes'], environment());

test('fgs init --from-existing writes what runs, without secrets, and takes it over', async () => {
  await writeFile(
    join(folder, 'funcgraph.yaml'),
    SURROUNDINGS.replace('name: around', 'name: before')
      .replace('network: none', () => 'environment: { PRICE: "$${3}" }')
      .replace(/ {2}app:\n.*\n/, '')
      .replace('    mounts: { models: /mnt/models }\n', '    secrets: { KEY: { env: SHOP_SIGNING_KEY } }\n')
      .replace(
        '    async:\n',
        '    triggers: { often: { every: 15m }, web: { path: /existing, auth: none, alias: live } }\n    async:\n',
      ),
  );
  const made = await deployed();
  expect(made.stdout.toString(), made.stderr).toContain('before: deployed');
  const refused = await runCli(['init', join(place, 'before'), '--from-existing'], environment());
  expect(refused.stderr).toContain('the server has a project before already');
  // as if commands and not a project had made it
  const params = { project_id: server.credentials.project_id, name: 'before', stage: 'default' };
  await server.api.call('deleteDeployment', { params });

  const own = join(place, 'after');
  const begun = await runCli(['init', own, '--from-existing'], environment());
  expect(begun.stdout.toString(), begun.stderr).toBe(
    [
      'funcgraph.yaml and the code of prices',
      'also bucket failed-events, topic failed',
      'set before you deploy, with the values of the secrets: PRICES_KEY',
      `see what a deploy would change:  cd ${own} && fgs diff\n`,
    ].join('\n'),
  );
  const text = await readFile(join(own, 'funcgraph.yaml'), 'utf8');
  expect(text).not.toContain('sesame');
  expect(text).toContain('KEY:\n        env: PRICES_KEY');
  expect(await readFile(join(own, 'prices/index.js'), 'utf8')).toBe(
    await readFile(join(ROOT, 'examples/shop/prices/index.js'), 'utf8'),
  );
  const args = ['--file', join(own, 'funcgraph.yaml')];
  const env = environment({ PRICES_KEY: 'sesame' });
  // the server shows no secrets: those of the shell are sent once
  expect((await runCli(['diff', ...args], env)).stdout.toString()).toBe(
    '~ function prices\n    secrets: changed\n~ alias prices/live\n    release: changed\nafter: 2 to update\n',
  );
  const sent = await runCli(['deploy', '--yes', ...args], env);
  expect(sent.exitCode, sent.stderr).toBe(0);
  expect((await runCli(['diff', ...args], env)).stdout.toString()).toBe('after: no difference\n');
  await runCli(['destroy', '--yes', ...args], env);
  expect(await names()).toEqual([]);
});

test('fgs init --from-existing takes over flows, topics, buckets, packages and alarms, too', async () => {
  await writeFile(join(folder, 'funcgraph.yaml'), EVERYTHING.replace('name: all', 'name: whole'));
  await writeFile(join(folder, 'order.yaml'), FLOW);
  const made = await deployed();
  expect(made.exitCode, made.stderr).toBe(0);
  const params = { project_id: server.credentials.project_id, name: 'whole', stage: 'default' };
  await server.api.call('deleteDeployment', { params });
  await runCli(
    ['alarms', 'create', 'of-version', '--function', 'prices', '--version', 'latest', '--when', 'sum count > 9'],
    environment(),
  );

  const own = join(place, 'everything');
  const begun = await runCli(['init', own, '--from-existing'], environment());
  expect(begun.stdout.toString(), begun.stderr).toContain(
    [
      'funcgraph.yaml and the code of prices',
      'also dependency rates, bucket photos, topic paid, flow order, alarm fails, alarm of-version\n',
    ].join('\n'),
  );
  expect(await readFile(join(own, 'dependencies/rates/node_modules/rates/index.js'), 'utf8')).toBe(
    'module.exports = 7\n',
  );
  expect(await readFile(join(own, 'flows/order.yaml'), 'utf8')).toContain('function: prices\n');
  const args = ['--file', join(own, 'funcgraph.yaml')];
  const same = await runCli(['diff', ...args], environment());
  expect(same.stdout.toString(), same.stderr).toBe('everything: no difference\n');
  await writeFile(join(own, 'dependencies/rates/node_modules/rates/index.js'), 'module.exports = 9');
  const changed = await runCli(['diff', ...args], environment());
  expect(changed.stdout.toString()).toContain('~ dependency rates\n');
  expect(changed.stdout.toString()).toContain('~ function prices\n');
  const destroyed = await runCli(['destroy', '--yes', ...args], environment());
  expect(destroyed.exitCode, destroyed.stderr).toBe(0);
  expect(await names()).toEqual([]);
});
