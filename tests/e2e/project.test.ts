import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCli as runInProcess } from '../../packages/cli/src/testing/run-cli.ts';
import { PATIENCE } from '../functions.ts';
import { idleImage, loadImage } from '../images.ts';
import { EVERYTHING, FLOW, SURROUNDINGS } from '../project-files.ts';
import { CLI, ofPrograms, type ProgramRun, ROOT, runCli, type TestServer } from '../server.ts';
import { dev } from './dev-session.ts';
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

async function fgs(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<ProgramRun & { readonly text: string }> {
  const [verb = '', ...more] = args;
  const isOfProject = ['deploy', 'diff', 'destroy'].includes(verb);
  const file = isOfProject ? ['--file', join(folder, 'funcgraph.yaml')] : [];
  const run = await runCli([verb, ...file, ...more], environment(env));
  return { ...run, text: run.stdout.toString('utf8') };
}

async function edit(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(folder, path), 'utf8');
  expect(text).toContain(from);
  await writeFile(join(folder, path), text.replace(from, to));
}

test('the example is deployed once, changed, pruned and destroyed', async () => {
  expect(await fgs(['diff'])).toMatchObject({
    exitCode: 7,
    text: '+ function orders\n+ function prices\nshop: 2 to create\n',
  });
  expect((await fgs(['deploy', '--yes'])).text).toBe(
    'function orders: created\nfunction prices: created\nshop: deployed\n',
  );
  expect(await fgs(['deploy'])).toMatchObject({ exitCode: 0, text: 'shop: nothing to do\n' });
  expect(await fgs(['diff'])).toMatchObject({ exitCode: 0, text: 'shop: no difference\n' });
  expect((await fgs(['functions', 'invoke', 'prices', '--data', '{"item":"pear"}'])).text).toContain(
    '{"price":3,"currency":"EUR"}',
  );

  await edit('prices/index.js', 'pear: 3', 'pear: 4');
  await edit('funcgraph.yaml', 'timeout: 10', 'timeout: 20');
  const changed = await fgs(['diff'], { SHOP_SIGNING_KEY: 'other' });
  expect(changed.text).toBe(
    [
      '~ function orders',
      '    timeout: 10 → 20',
      '    secrets: changed',
      '~ function prices',
      '    code: changed',
      'shop: 2 to update\n',
    ].join('\n'),
  );
  await fgs(['deploy', '--yes'], { SHOP_SIGNING_KEY: 'other' });
  expect((await fgs(['functions', 'invoke', 'prices', '--data', '{"item":"pear"}'])).text).toContain('"price":4');

  expect((await fgs(['deploy', '--stage', 'prod', '--yes'])).text).toContain('shop in stage prod: deployed');
  expect(await names()).toEqual(['orders', 'orders-prod', 'prices', 'prices-prod']);
  expect((await fgs(['functions', 'invoke', 'prices-prod', '--data', '{}'])).text).toContain('"currency":"CHF"');

  const text = await readFile(join(folder, 'funcgraph.yaml'), 'utf8');
  await writeFile(join(folder, 'funcgraph.yaml'), text.replace(/ {2}prices:[\s\S]*? {2}orders:/, '  orders:'));
  expect((await fgs(['deploy', '--yes'])).text).toContain('prices: deleted');
  await fgs(['destroy', '--yes']);
  expect(await names()).toEqual(['orders-prod', 'prices-prod']);
  await fgs(['destroy', '--stage', 'prod', '--yes']);
  expect(await names()).toEqual([]);
  expect((await fgs(['destroy', '--yes'])).text).toBe('shop: nothing was deployed\n');
});

test('what another project made is neither changed nor deleted', async () => {
  await fgs(['deploy', '--yes']);
  await edit('funcgraph.yaml', 'name: shop', 'name: rival');
  const refused = await fgs(['deploy', '--yes']);
  expect(refused).toMatchObject({ exitCode: 3, text: '' });
  expect(refused.stderr).toContain(
    'function orders, function prices: each exists already, and the project rival did not make it',
  );
  await fgs(['destroy', '--yes']);
  expect(await names()).toEqual(['orders', 'prices']);
  await edit('funcgraph.yaml', 'name: rival', 'name: shop');
  await fgs(['destroy', '--yes']);
  expect(await names()).toEqual([]);
});

test('the next deploy completes one that was killed', async () => {
  const many = Array.from(
    { length: 8 },
    (_, i) => `  f${i}: { folder: ./prices, runtime: Node.js, handler: index.handler }\n`,
  );
  await writeFile(join(folder, 'funcgraph.yaml'), `name: many\nfunctions:\n${many.join('')}`);
  const args = [CLI, 'deploy', '--yes', '--file', join(folder, 'funcgraph.yaml')];
  const child = spawn(process.execPath, args, { env: { ...ofPrograms(), ...environment() }, stdio: 'pipe' });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('f2: created')) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  const before = await names();
  expect(before.length).toBeGreaterThanOrEqual(3);
  expect(await fgs(['deploy', '--yes'])).toMatchObject({ exitCode: 0 });
  expect(await names()).toHaveLength(8);
  expect((await fgs(['deploy'])).text).toBe('many: nothing to do\n');
  await fgs(['destroy', '--yes']);
  expect(await names()).toEqual([]);
});

test('whatever request a deploy ends at, the next one completes it and nothing is left behind', async () => {
  const { endpoint, access_key, secret_key, project_id, region } = server.credentials;
  const env = {
    ...{ FGS_ENDPOINT: endpoint, FGS_ACCESS_KEY: access_key, FGS_SECRET_KEY: secret_key },
    ...{ FGS_PROJECT_ID: project_id, FGS_REGION: region, SHOP_SIGNING_KEY: 'sesame' },
  };
  const deploy = (fetchOf?: typeof fetch) =>
    runInProcess(['deploy', '--yes'], { env, cwd: folder, ...(fetchOf === undefined ? {} : { fetch: fetchOf }) });
  for (let last = 0, isCut = true; isCut; last += 1) {
    isCut = false;
    let changes = 0;
    // the request arrives, and its answer is lost
    const cut: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if ((init?.method ?? 'GET') === 'GET') return answer;
      isCut = changes === last;
      if (changes >= last) throw new Error('the deploy was killed');
      changes += 1;
      return answer;
    };
    const first = await deploy(cut);
    expect(first.exitCode === 0, `${last}: ${first.stderr}`).toBe(!isCut);
    expect(await deploy(), `after ${last}`).toMatchObject({ exitCode: 0 });
    expect((await deploy()).stdout).toBe('shop: nothing to do\n');
    expect(await names()).toEqual(['orders', 'prices']);
    await fgs(['destroy', '--yes']);
    expect(await names()).toEqual([]);
  }
});

test('triggers and aliases follow the file, and a new version gets only its share', async () => {
  const write = (code: string, parts: string): Promise<unknown> =>
    Promise.all([
      writeFile(join(folder, 'prices/index.js'), `exports.handler = async (event, context) => '${code}';`),
      writeFile(
        join(folder, 'funcgraph.yaml'),
        `name: grey\nfunctions:\n  prices:\n    folder: ./prices\n    runtime: Node.js\n    handler: index.handler\n${parts}`,
      ),
    ]);
  const params = {
    project_id: server.credentials.project_id,
    function_urn: `urn:fss:${server.credentials.region}:${server.credentials.project_id}:function:default:prices`,
  };
  const alias = async () => (await server.api.call('listVersionAliases', { params })).data[0];
  const triggers = async () => (await server.api.call('listFunctionTriggers', { params })).data;
  const called = async () =>
    (await fgs(['functions', 'invoke', 'prices', '--qualifier', '!live', '--data', '{}'])).text;

  await write(
    'one',
    '    aliases: { live: {} }\n    triggers:\n      web: { path: /grey, auth: none, alias: live }\n      often: { every: 15m }\n',
  );
  expect((await fgs(['deploy', '--yes'])).text).toBe(
    'function prices: created\nalias prices/live: created\ntrigger prices/often: created\ntrigger prices/web: created\ngrey: deployed\n',
  );
  expect(await fgs(['deploy'])).toMatchObject({ text: 'grey: nothing to do\n' });
  const first = (await alias())?.version;
  expect(await called()).toContain('one');

  // the route stays at its address, the timer changes, and no call gets the new version yet
  await write(
    'two',
    '    aliases: { live: { share: 0 } }\n    triggers:\n      web: { path: /grey, auth: none, alias: live }\n      often: { every: 30m, enabled: false }\n',
  );
  const diff = (await fgs(['diff'])).text;
  expect(diff).toContain('~ trigger prices/often\n    enabled: true → false\n    settings.schedule: "15m" → "30m"\n');
  expect(diff).toContain('~ alias prices/live\n    release: changed\n    split: changed\n');
  expect(await fgs(['deploy', '--yes'])).toMatchObject({ exitCode: 0 });
  expect(await called()).toContain('one');
  expect(await alias()).toMatchObject({ version: first });
  expect(Object.values((await alias())?.additional_version_weights ?? {})).toEqual([0]);
  expect(await triggers()).toHaveLength(2);
  expect(await fgs(['deploy'])).toMatchObject({ text: 'grey: nothing to do\n' });

  // all of them, and another route in the place of the first
  await write(
    'two',
    '    aliases: { live: {} }\n    triggers:\n      site: { path: /grey, auth: none, alias: live }\n',
  );
  expect((await fgs(['deploy', '--yes'])).text).toBe(
    'trigger prices/web: deleted\ntrigger prices/often: deleted\nalias prices/live: updated\ntrigger prices/site: created\ngrey: deployed\n',
  );
  expect((await alias())?.version).not.toBe(first);
  expect(await called()).toContain('two');
  await fgs(['destroy', '--yes']);
  expect(await names()).toEqual([]);
});

test('everything that a project has is made in the order of its parts, changed, and deleted', async () => {
  await writeFile(join(folder, 'funcgraph.yaml'), EVERYTHING);
  await writeFile(join(folder, 'order.yaml'), FLOW);
  await writeFile(
    join(folder, 'prices/index.js'),
    "exports.handler = async (event, context) => ({ rate: require('rates'), where: context.getUserData('WHERE') });",
  );
  const stage = ['--stage', 'test'];
  const made = await fgs(['deploy', '--yes', ...stage]);
  expect(made.text, made.stderr).toBe(
    [
      'dependency rates-test: created',
      'bucket photos-test: created',
      'topic paid-test: created',
      'function prices-test: created',
      'trigger prices-test/paid: created',
      'trigger prices-test/uploads: created',
      'flow order-test: created',
      'subscription paid-test/flow:order-test: created',
      'subscription paid-test/function:prices-test: created',
      'alarm fails-test: created',
      'all in stage test: deployed\n',
    ].join('\n'),
  );
  expect(await fgs(['deploy', ...stage])).toMatchObject({ text: 'all in stage test: nothing to do\n', exitCode: 0 });
  expect((await fgs(['flows', 'start', 'order-test', '--wait', '--input', '{}'])).text).toContain(
    '{"rate":7,"where":"photos-test"}',
  );

  await edit('funcgraph.yaml', 'sum failcount >= 5', 'sum failcount >= 9');
  await edit('funcgraph.yaml', 'module.exports = 7', 'module.exports = 8');
  await edit('funcgraph.yaml', '      - { flow: order }\n', '');
  await edit('order.yaml', 'name: Ask', 'name: Ask again');
  expect((await fgs(['diff', ...stage])).text).toBe(
    [
      '- subscription paid-test/flow:order-test',
      '~ dependency rates-test',
      '    code: changed',
      '~ function prices-test',
      '    dependencies: changed',
      '~ flow order-test',
      '    definition: changed',
      '~ alarm fails-test',
      '    threshold: 5 → 9',
      'all in stage test: 4 to update, 1 to delete\n',
    ].join('\n'),
  );
  expect(await fgs(['deploy', '--yes', ...stage])).toMatchObject({ exitCode: 0 });
  expect((await fgs(['flows', 'start', 'order-test', '--wait', '--input', '{}'])).text).toContain('"rate":8');
  expect((await fgs(['deploy', ...stage])).text).toBe('all in stage test: nothing to do\n');

  const destroyed = await fgs(['destroy', '--yes', ...stage]);
  expect(destroyed, destroyed.stderr).toMatchObject({ exitCode: 0 });
  const params = { project_id: server.credentials.project_id };
  expect(await names()).toEqual([]);
  expect((await server.api.call('listTopics', { params })).data.topics).toEqual([]);
  expect((await server.api.call('listProjectBuckets', { params })).data.buckets).toEqual([]);
  expect((await server.api.call('listWorkflow', { params })).data.workflows).toEqual([]);
  expect((await server.api.call('listAlarms', { params })).data.alarms).toEqual([]);
  const { data } = await server.api.call('listDependencies', { params, query: { name: 'rates-test' } });
  expect(data.dependencies).toEqual([]);
});

test('async settings, reserved instances, networks, file systems and images follow the file', async () => {
  const models = join(place, 'models');
  await mkdir(models);
  await runCli(['filesystems', 'add', 'models', '--path', models, '--read-only'], environment());
  await loadImage(server, idleImage('team/app:v1'));
  await loadImage(server, idleImage('team/app:v2'));
  await writeFile(join(folder, 'funcgraph.yaml'), SURROUNDINGS);
  const made = await fgs(['deploy', '--yes']);
  expect(made.text, made.stderr).toBe(
    'bucket failed-events,topic failed,function app,function prices,alias prices/live,async prices/latest,async prices/live,reserved prices/latest,reserved prices/live'
      .replace(/([^,]+),?/g, '$1: created\n')
      .concat('around: deployed\n'),
  );
  expect((await fgs(['diff'])).text).toBe('around: no difference\n');

  await edit('funcgraph.yaml', 'network: none', 'network: default');
  await edit('funcgraph.yaml', '{ models: /mnt/models }', '{}');
  await edit('funcgraph.yaml', 'retries: 3', 'retries: 0');
  await edit('funcgraph.yaml', 'count: 1, cron', 'count: 2, cron');
  await edit('funcgraph.yaml', 'team/app:v1', 'team/app:v2');
  await edit('funcgraph.yaml', '        reserved: { by_load: { busy: { percent: 60, min: 0 } } }\n', '');
  const { text } = await fgs(['diff']);
  for (const line of [
    '- reserved prices/live',
    '    image.name: "team/app:v1" → "team/app:v2"',
    '    network: "none" → "default"',
    '~ async prices/latest\n    retries: 3 → 0',
    '~ reserved prices/latest\n    schedules: ',
  ]) {
    expect(text).toContain(line);
  }
  const changed = await fgs(['deploy', '--yes']);
  expect(changed.text, changed.stderr).toContain('around: deployed');
  expect((await fgs(['diff'])).text).toBe('around: no difference\n');
  await fgs(['destroy', '--yes']);
  expect(await names()).toEqual([]);
});

test('a secret is in no output, and a missing one is named before anything changes', async () => {
  const missing = await fgs(['deploy', '--yes'], { SHOP_SIGNING_KEY: '' });
  expect(missing).toMatchObject({ exitCode: 2 });
  expect(missing.stderr).toContain('the secret SIGNING_KEY has no value: the variable SHOP_SIGNING_KEY is not set');
  expect(await names()).toEqual([]);
  for (const more of [['--output', 'json'], []]) {
    const run = await fgs(['diff', ...more]);
    expect(`${run.text}${run.stderr}`).not.toContain('sesame');
  }
});

test('a flow that breaks a rule is named before anything changes', async () => {
  const text = await readFile(join(folder, 'funcgraph.yaml'), 'utf8');
  await writeFile(join(folder, 'funcgraph.yaml'), `${text}\nflows:\n  nightly:\n    file: nightly.yaml\n`);
  await writeFile(
    join(folder, 'nightly.yaml'),
    'nodes:\n  - { id: start, name: Start, kind: start, colour: red }\nedges: []\n',
  );
  const refused = await fgs(['deploy', '--yes']);
  expect(refused).toMatchObject({ exitCode: 3, text: '' });
  expect(refused.stderr).toContain(
    'nightly.yaml is no valid flow:\n  start colour  S-03  Is not a known field. Known: ',
  );
  expect(await names()).toEqual([]);
});

test('fgs dev builds an HTTP function in TypeScript at each save', async () => {
  const write = (answer: string): Promise<void> =>
    writeFile(
      join(folder, 'site/server.ts'),
      `import { createServer, type ServerResponse } from 'node:http';
createServer((_request, response: ServerResponse) => void response.end('${answer}')).listen(8000, '127.0.0.1');`,
    );
  await mkdir(join(folder, 'site'));
  await writeFile(join(folder, 'site/tsconfig.json'), '{}');
  await writeFile(join(folder, 'site/bootstrap'), '#!/bin/sh\nexec node server.js\n', { mode: 0o755 });
  const file = join(folder, 'funcgraph.yaml');
  await writeFile(file, 'name: site\nfunctions:\n  site: { folder: ./site, runtime: http, handler: bootstrap }\n');
  const refused = await fgs(['deploy', '--yes']);
  expect(refused).toMatchObject({ exitCode: 3, text: '' });
  expect(refused.stderr).toContain('has a tsconfig.json, and nothing to build');

  await write('first');
  const event = {
    httpMethod: 'GET',
    path: '/',
    headers: {},
    queryStringParameters: {},
    body: '',
    isBase64Encoded: true,
  };
  const answered = async (): Promise<string> => {
    const { text } = await fgs(['functions', 'invoke', 'site', '--data', JSON.stringify(event)]);
    return Buffer.from(/"body":"([^"]*)"/.exec(text)?.[1] ?? '', 'base64').toString() || text;
  };
  await dev({ file, environment: environment() }, async (shown) => {
    await expect.poll(shown, PATIENCE).toContain('site: watching');
    expect(await answered()).toBe('first');
    await write('second');
    await expect.poll(shown, PATIENCE).toContain('site: updated');
    expect(await answered()).toBe('second');
  });
  await fgs(['destroy', '--yes']);
});

test('fgs dev builds and deploys what is saved, shows logs, and ends with Ctrl-C', async () => {
  const write = (answer: string): Promise<void> =>
    writeFile(
      join(folder, 'prices/index.ts'),
      `interface Event { readonly fails?: boolean }
export const handler = async (event: Event, context: any): Promise<string> => {
  if (event.fails) throw new Error('as requested');
  context.getLogger().info('seen ${answer}');
  return '${answer}';
};`,
    );
  await rm(join(folder, 'prices/index.js'));
  await writeFile(join(folder, 'tsconfig.json'), '{}');
  await write('first');
  await edit('funcgraph.yaml', 'folder: ./orders', 'folder: ./orders\n    build: date +%N > orders/stamp');
  const args = [CLI, 'dev', '--yes', '--file', join(folder, 'funcgraph.yaml')];
  const child = spawn(process.execPath, args, { env: { ...ofPrograms(), ...environment() }, stdio: 'pipe' });
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
  });
  let builds = 0;
  child.stderr.on('data', (chunk: Buffer) => {
    builds += chunk.toString().split('building:').length - 1;
  });
  const ended = once(child, 'close');
  try {
    await expect.poll(() => shown, PATIENCE).toContain('shop: watching');
    const invoked = () => fgs(['functions', 'invoke', 'prices', '--data', '{}']);
    expect((await invoked()).text).toContain('first');
    await expect.poll(() => shown, PATIENCE).toContain('prices | INFO seen first');
    await write('second');
    await expect.poll(() => shown, PATIENCE).toMatch(/prices: updated\ndeployed in \d+ ms/);
    expect((await invoked()).text).toContain('second');
    const failed = await fgs(['functions', 'invoke', 'prices', '--data', '{"fails":true}']);
    expect(failed.text).toContain('index.ts:3:26');

    // the version before goes on when a build fails
    await writeFile(join(folder, 'prices/index.ts'), 'export const handler = async (event =>');
    await expect.poll(() => shown, PATIENCE).toContain('error CLI.BUILD: prices/index.ts:1:39: ');
    expect((await invoked()).text).toContain('second');
    await write('third');
    await expect.poll(() => shown, PATIENCE).toMatch(/prices: updated[\s\S]*prices: updated/);
    expect((await invoked()).text).toContain('third');

    // what a build writes into the folder does not start it again
    expect(builds).toBe(1);

    // a faulty file is shown, and the next save is another try
    await edit('funcgraph.yaml', 'timeout: 10', 'timeuot: 10');
    await expect.poll(() => shown, PATIENCE).toContain('unknown key timeuot (did you mean timeout?)');
    await edit('funcgraph.yaml', 'timeuot: 10', 'timeout: 12');
    await expect.poll(() => shown, PATIENCE).toContain('orders: updated');
  } finally {
    child.kill('SIGINT');
    await ended;
  }
  expect(child.exitCode, shown).toBe(0);
  await fgs(['destroy', '--yes']);
  expect(await names()).toEqual([]);
});

test('fgs init writes a project that can be deployed', async () => {
  const own = join(folder, 'greetings');
  const run = await runCli(['init', own, '--function', 'greet'], environment());
  expect(run.stdout.toString(), run.stderr).toContain('funcgraph.yaml, greet/');
  const [, address = ''] = /\$schema=(\S+)/.exec(await readFile(join(own, 'funcgraph.yaml'), 'utf8')) ?? [];
  expect(await (await fetch(address)).json()).toEqual(
    JSON.parse(await readFile(join(ROOT, 'docs/funcgraph.schema.json'), 'utf8')),
  );
  expect((await runCli(['init', own, '--function', 'other'], environment())).exitCode).toBe(3);
  const deployed = await runCli(['deploy', own, '--yes'], environment());
  expect(deployed.stdout.toString(), deployed.stderr).toBe('function greet: created\ngreetings: deployed\n');
  await runCli(['destroy', '--yes', '--file', join(own, 'funcgraph.yaml')], environment());
  expect(await names()).toEqual([]);
});

test('fgs init names the function as no other is named', async () => {
  const env = environment();
  const args = ['--name', 'hello', '--runtime', 'Node.js', '--handler', 'index.handler'];
  await runCli(['functions', 'deploy', join(folder, 'prices'), ...args], env);
  const own = join(folder, 'next');
  const run = await runCli(['init', own], env);
  expect(run.stdout.toString(), run.stderr).toContain('fgs functions invoke hello-2 ');
  const deployed = await runCli(['deploy', own, '--yes'], env);
  expect(deployed.stdout.toString(), deployed.stderr).toBe('function hello-2: created\nnext: deployed\n');
  await runCli(['destroy', '--yes', '--file', join(own, 'funcgraph.yaml')], env);
  await runCli(['functions', 'delete', 'hello', '--yes'], env);
  expect(await names()).toEqual([]);
});

test('a folder without a project file is deployed as one function', async () => {
  const args = ['--name', 'alone', '--runtime', 'Node.js', '--handler', 'index.handler'];
  const run = await runCli(['deploy', join(folder, 'prices'), ...args], environment());
  expect(run.stdout.toString()).toMatch(/^alone: created/);
  await runCli(['functions', 'delete', 'alone', '--yes'], environment());
  const refused = await runCli(['deploy', folder, ...args], environment());
  expect(refused).toMatchObject({ exitCode: 2 });
  expect(refused.stderr).toContain('--name is for a folder without funcgraph.yaml');
});
