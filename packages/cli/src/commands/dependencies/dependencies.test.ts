import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../../testing/fake-server.ts';
import { runCli, serverEnv } from '../../testing/run-cli.ts';

const ALL = '/v2/p1/fgs/dependencies';
const ID = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`;

let server: FakeServer;
let folder: string;
beforeEach(async () => {
  server = await FakeServer.start();
  folder = mkdtempSync(join(tmpdir(), 'funcgraph-deps-'));
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const fgs = (...argv: string[]) => runCli(argv, { env: serverEnv(server.endpoint), cwd: folder });

const dependency = (n: number, changes: object = {}) => ({
  id: ID(n),
  dep_id: ID(n + 4),
  name: 'lib',
  runtime: 'Node.js20.15',
  owner: 'd1',
  version: 1,
  size: 10,
  description: '',
  ...changes,
});

/** The content of the server, in one page. */
function has(...dependencies: object[]): void {
  server.on(`GET ${ALL}`, ({ query }) => {
    const page = query.get('marker') === String(dependencies.length) ? [] : dependencies;
    return { body: { dependencies: page, next_marker: dependencies.length, count: dependencies.length } };
  });
}

test('stores a folder, an archive or an address, and wants exactly one of them', async () => {
  server.on(`POST ${ALL}/version`, { body: { ...dependency(1), download_link: 'http://x' } });
  mkdirSync(join(folder, 'layer/node_modules/q'), { recursive: true });
  writeFileSync(join(folder, 'layer/node_modules/q/index.js'), 'x');
  writeFileSync(join(folder, 'lib.zip'), 'zip');
  const create = (...flags: string[]) => fgs('dependencies', 'create', 'lib', '--runtime', 'Node.js20.15', ...flags);
  expect(await create('--folder', 'layer')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('version 1'),
  });
  await create('--zip', 'lib.zip', '--description', 'text');
  await create('--url', 'http://bucket/lib.zip');
  const bodies = server.requests(`POST ${ALL}/version`).map(({ body }) => JSON.parse(body.toString()) as object);
  expect(bodies).toEqual([
    { name: 'lib', runtime: 'Node.js20.15', depend_type: 'zip', depend_file: expect.stringMatching(/^UEsDB/) },
    { name: 'lib', runtime: 'Node.js20.15', depend_type: 'zip', depend_file: 'emlw', description: 'text' },
    { name: 'lib', runtime: 'Node.js20.15', depend_type: 'obs', depend_link: 'http://bucket/lib.zip' },
  ]);
  expect((await create()).exitCode).toBe(2);
  expect((await create('--zip', 'lib.zip', '--url', 'http://x')).exitCode).toBe(2);
  expect(await create('--zip', 'nothing.zip')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('ENOENT'),
  });
});

test('a language alone is the runtime of the package of that name, or the newest that the server has', async () => {
  server.on(`POST ${ALL}/version`, { body: { ...dependency(1), download_link: 'http://x' } });
  server.on('GET /v1/runtimes', {
    body: {
      runtimes: ['Node.js18.15', 'Node.js20.15', 'Node.js22.16'].map((name) => ({
        ...{ name, language: 'nodejs', version: '', source: 'host', served_by: '', lanes: 'yes', hint: '' },
        available: name !== 'Node.js22.16',
      })),
    },
  });
  writeFileSync(join(folder, 'lib.zip'), 'zip');
  const runtimeOf = async (name: string) => {
    const run = await fgs('dependencies', 'create', name, '--runtime', 'Node.js', '--zip', 'lib.zip');
    expect(run.exitCode, run.stderr).toBe(0);
    return JSON.parse(server.requests(`POST ${ALL}/version`).at(-1)?.body.toString() ?? '').runtime as string;
  };
  has(
    dependency(1, { runtime: 'Node.js18.15' }),
    dependency(2, { owner: 'public', name: 'q', runtime: 'Node.js16.17' }),
  );
  expect(await runtimeOf('lib')).toBe('Node.js18.15');
  expect(await runtimeOf('q')).toBe('Node.js20.15');
});

test('lists all pages, own ones and public ones apart', async () => {
  has(dependency(1), dependency(2, { owner: 'public', name: 'q' }));
  const { stdout } = await fgs('dependencies', 'list', '--runtime', 'Node.js20.15');
  expect(stdout).toMatch(/lib +private/);
  expect(stdout).toMatch(/q +public/);
  const [first, second] = server.requests(`GET ${ALL}`);
  expect([first?.query.get('marker'), second?.query.get('marker'), first?.query.get('runtime')]).toEqual([
    '0',
    '2',
    'Node.js20.15',
  ]);
});

test('finds a package by name, own ones before public ones, and reports an ambiguous runtime', async () => {
  has(dependency(1), dependency(2, { owner: 'public' }), dependency(3, { name: 'library' }));
  server.on(`GET ${ALL}/${ID(5)}/version`, { body: { dependencies: [dependency(1)], next_marker: 1, count: 1 } });
  expect((await fgs('dependencies', 'show', 'lib')).stdout).toContain(ID(1));
  has(dependency(1), dependency(2, { runtime: 'Python3.9' }));
  expect(await fgs('dependencies', 'show', 'lib')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--runtime'),
  });
  expect((await fgs('dependencies', 'show', 'lib', '--runtime', 'Node.js20.15')).exitCode).toBe(0);
  expect(await fgs('dependencies', 'show', 'li')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('no dependency'),
  });
});

test('deletes one version or all, and never both or neither', async () => {
  has(dependency(1));
  server.on(`DELETE ${ALL}/${ID(5)}/version/1`, { status: 204 });
  server.on(`DELETE ${ALL}/${ID(5)}`, { status: 204 });
  expect((await fgs('dependencies', 'delete', 'lib', '1', '--yes')).stdout).toContain('version 1');
  expect((await fgs('dependencies', 'delete', 'lib', '--all', '--yes')).stdout).toContain('all versions');
  expect((await fgs('dependencies', 'delete', 'lib', '--yes')).exitCode).toBe(2);
  expect((await fgs('dependencies', 'delete', 'lib', '1', '--all', '--yes')).exitCode).toBe(2);
  expect((await fgs('dependencies', 'delete', 'lib', '1')).exitCode).toBe(2);
  expect(server.seen.filter(({ method }) => method === 'DELETE')).toHaveLength(2);
});

test('sets the version that a name means, and removes all for an empty name', async () => {
  has(dependency(1, { version: 3 }));
  server.on(`GET ${ALL}/${ID(5)}/version/2`, { body: dependency(2, { version: 2 }) });
  const urn = 'urn:fss:r1:p1:function:default:hello';
  const present = {
    func_urn: `${urn}:latest`,
    func_name: 'hello',
    runtime: 'Node.js20.15',
    handler: 'index.handler',
    timeout: 3,
    memory_size: 128,
  };
  server.on(`GET /v2/p1/fgs/functions/${urn}/config`, { body: { ...present, depend_version_list: [ID(1)] } });
  server.on(`PUT /v2/p1/fgs/functions/${urn}/config`, { body: present });
  const update = (...names: string[]) =>
    fgs('functions', 'update', 'hello', ...names.flatMap((name) => ['--dependency', name]));
  expect((await update('lib')).stdout).toContain('unchanged');
  await update('lib@2', ID(3));
  await update('');
  const sent = server
    .requests(`PUT /v2/p1/fgs/functions/${urn}/config`)
    .map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);
  expect(sent.map((body) => body.depend_version_list)).toEqual([[ID(2), ID(3)], []]);
  expect((await update('lib@2@3')).exitCode).toBe(2);
});

test('continues after a public package that cannot be installed, and ends with the missing ones', async () => {
  const packages = ['q', 'co'].map((name) => ({ name, language: 'node', version: '1', source: 'npm', installed: [] }));
  server.on('GET /v1/public-dependencies', { body: { packages } });
  const lines = (...events: object[]) => ({ body: events.map((event) => `${JSON.stringify(event)}\n`).join('') });
  server.on('POST /v1/public-dependencies/q/install', lines({ step: 'failed', error: 'no such version', hint: 'try' }));
  server.on('POST /v1/public-dependencies/co/install', lines({ step: 'fetching' }, { step: 'done', done: true }));
  const run = await fgs('dependencies', 'install-public', '--all');
  expect(run).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('not installed: q') });
  expect(run.stdout).toContain('no such version');
  expect((await fgs('dependencies', 'install-public', 'co')).exitCode).toBe(0);
  expect((await fgs('dependencies', 'install-public', 'q,co', '--version', '1.0.0')).exitCode).toBe(2);
  expect((await fgs('dependencies', 'install-public')).stdout).toContain('q');
});
