import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploy, invoke, project, runtimeOf, target, zipped } from '../functions.ts';
import { type ProgramRun, TestServer } from '../server.ts';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
/** Each run of the CLI is a process that compiles its sources. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funcgraph-deps-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A folder with these files. */
async function files(name: string, contents: Readonly<Record<string, string>>): Promise<string> {
  for (const [path, text] of Object.entries(contents)) {
    await mkdir(dirname(join(folder, name, path)), { recursive: true });
    await writeFile(join(folder, name, path), text);
  }
  return join(folder, name);
}

async function upload(
  server: TestServer,
  name: string,
  runtime: string,
  contents: Readonly<Record<string, string>>,
): Promise<string> {
  const body = { name, runtime, depend_type: 'zip', depend_file: zipped(contents) };
  return (await server.api.call('createDependencyVersion', { params: project(server), body })).data.id;
}

async function attach(server: TestServer, urn: string, ids: string[]): Promise<void> {
  await server.api.call('updateFunctionCode', { params: target(server, urn), body: { depend_version_list: ids } });
}

const said = ({ stdout }: ProgramRun): string => stdout.toString('utf8');

const NODE_MAIN = `
const fs = require('fs');
exports.handler = async (event, context) => ({
  installed: require('installed')(),
  top: require('top').name,
  scoped: require('@scope/deep/part'),
  inner: require('installed').inner(),
  esm: (await import('modern')).default,
  both: require('./both.js'),
  file: fs.readFileSync(__dirname + '/data/words.txt', 'utf8'),
  relative: fs.readFileSync('code/data/words.txt', 'utf8'),
  here: require.resolve('installed'),
});`;

const NODE_ONE = {
  'node_modules/installed/index.js': "module.exports = () => 'one'; module.exports.inner = () => require('inner');",
  'node_modules/installed/node_modules/inner/index.js': "module.exports = 'nested';",
  'node_modules/modern/package.json': '{"name":"modern","type":"module","exports":"./main.js"}',
  'node_modules/modern/main.js': "export default 'esm';",
  'both.js': "module.exports = 'dependency';",
  'data/words.txt': 'from the dependency',
};
const NODE_TWO = {
  'top/package.json': '{"name":"top","main":"lib/entry.js"}',
  'top/lib/entry.js': "exports.name = 'top';",
  '@scope/deep/index.js': '',
  '@scope/deep/part.js': "module.exports = 'part';",
};

const NODE_SEEN = {
  installed: 'one',
  top: 'top',
  scoped: 'part',
  inner: 'nested',
  esm: 'esm',
  both: 'code',
  file: 'from the dependency',
  relative: 'from the dependency',
};

const PYTHON_MAIN = `
import json, os
import flat
from packed.inner import value
def handler(event, context):
    return {'flat': flat.NAME, 'packed': value, 'writable': os.access(flat.__file__, os.W_OK)}
`;

describe('functions with dependencies', () => {
  let server: TestServer;
  let node: string;
  let python: string;
  beforeAll(async () => {
    server = await TestServer.start();
    node = await runtimeOf(server, 'Node.js');
    python = await runtimeOf(server, 'Python');
  });
  afterAll(() => server.stop());

  it('in Node.js require and import packages of node_modules and of the top, and read their files', async () => {
    const ids = [await upload(server, 'one', node, NODE_ONE), await upload(server, 'two', node, NODE_TWO)];
    const urn = await deploy(server, {
      name: 'node',
      runtime: node,
      files: { 'index.js': NODE_MAIN, 'both.js': "module.exports = 'code';" },
    });
    expect((await invoke(server, urn)).isError).toBe(true);
    await attach(server, urn, ids);
    const { json } = await invoke(server, urn);
    expect(json).toEqual({ ...NODE_SEEN, here: '/opt/function/code/node_modules/installed/index.js' });
  });

  it('in Python import modules and packages of the top, which are read-only', async () => {
    const id = await upload(server, 'py', python, {
      'flat.py': "NAME = 'flat'",
      'packed/__init__.py': '',
      'packed/inner.py': "value = 'packed'",
    });
    const urn = await deploy(server, { name: 'python', runtime: python, files: { 'index.py': PYTHON_MAIN } });
    await attach(server, urn, [id]);
    expect((await invoke(server, urn)).json).toEqual({ flat: 'flat', packed: 'packed', writable: false });
  });

  it('in a runtime of their own run programs of them', async () => {
    const id = await upload(server, 'tools', 'Custom', { 'bin/bootstrap': '#!/bin/sh\necho "from a tool"' });
    const bootstrap = `#!/bin/sh
api="http://$RUNTIME_API_ADDR/v1/runtime/invocation"
while :; do
  id=$(curl -sSD - -o /dev/null "$api/request" | tr -d '\\r' | sed -n 's/^x-cff-request-id: //Ip')
  curl -sS -X POST --data "$(/opt/function/code/bin/bootstrap)" "$api/response/$id" >/dev/null
done`;
    const urn = await deploy(server, {
      name: 'custom',
      runtime: 'Custom',
      handler: 'bootstrap',
      files: { bootstrap },
    });
    await attach(server, urn, [id]);
    expect((await invoke(server, urn)).text.trim()).toBe('from a tool');
  });

  it.runIf(isRoot)('start from a waiting runtime like those without', async () => {
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      ids.push(
        await upload(server, `wait-${name}`, node, {
          [`node_modules/${name}/index.js`]: `module.exports = '${name}';`,
        }),
      );
    }
    const source = "exports.handler = async (event, context) => ['a', 'b', 'c'].map((name) => require(name)).join('');";
    const urn = await deploy(server, { name: 'waiting', runtime: node, files: { 'index.js': source } });
    // each other order of the list is another version of the function; the first may find no runtime that waits
    const bootOfNew = async (): Promise<number> => {
      ids.reverse();
      await attach(server, urn, ids);
      const { text, receipt } = await invoke(server, urn);
      expect([text, receipt.cold]).toEqual(['abc', true]);
      return receipt.boot_ms;
    };
    await expect.poll(bootOfNew, { timeout: 120_000, interval: 500 }).toBe(0);
  });

  it('are made, given dependencies and run by fgs', async () => {
    const layer = await files('layer', NODE_ONE);
    const more = await files('more', NODE_TWO);
    const made = await server.fgs(['dependencies', 'create', 'cli-one', '--runtime', node, '--folder', layer]);
    expect(said(made), made.stderr).toContain('cli-one: version 1');
    await server.fgs(['dependencies', 'create', 'cli-two', '--runtime', node, '--folder', more]);
    const code = await files('by-cli', { 'index.js': NODE_MAIN, 'both.js': "module.exports = 'code';" });
    const flags = ['--runtime', node, '--handler', 'index.handler'];
    const give = ['--dependency', 'cli-one@1', '--dependency', 'cli-two'];
    const deployed = await server.fgs(['functions', 'deploy', code, ...flags, ...give]);
    expect(said(deployed), deployed.stderr).toContain('created');
    const result = await server.fgs(['functions', 'invoke', 'by-cli']);
    expect(JSON.parse(said(result)), result.stderr).toMatchObject(NODE_SEEN);
    const again = await server.fgs(['functions', 'deploy', code, ...give]);
    expect(said(again)).toContain('unchanged');
    const refused = await server.fgs(['dependencies', 'delete', 'cli-one', '1', '--yes']);
    expect([refused.exitCode, refused.stderr]).toEqual([3, expect.stringContaining('function by-cli (latest)')]);
    await server.fgs(['functions', 'update', 'by-cli', '--dependency', '']);
    const gone = await server.fgs(['dependencies', 'delete', 'cli-one', '1', '--yes']);
    expect(said(gone), gone.stderr).toContain('deleted');
  });

  it('are run by fgs with saved test events and with templates', async () => {
    const source = 'exports.handler = async (event, context) => event;';
    const urn = await deploy(server, { name: 'echo', runtime: node, files: { 'index.js': source } });
    const saved = await server.fgs(['test-events', 'create', 'echo', 'ada', '--data', '{"name":"Ada"}']);
    expect(said(saved), saved.stderr).toContain('ada: saved');
    expect(said(await server.fgs(['functions', 'invoke', 'echo', '--test-event', 'ada']))).toBe('{"name":"Ada"}');
    const { data } = await server.api.call('listEventTemplates', {});
    expect(
      data.templates
        .map(({ kind }) => kind)
        .filter(Boolean)
        .sort(),
    ).toEqual([
      'APIG',
      'CTS',
      'DDS',
      'DIS',
      'DMS',
      'EVENT',
      'GAUSSMONGO',
      'KAFKA',
      'LTS',
      'OBS',
      'RABBITMQ',
      'ROCKETMQ',
      'SMN',
      'TIMER',
    ]);
    for (const { content } of data.templates) expect((await invoke(server, urn, content)).json).toEqual(content);
    const sample = await server.fgs(['functions', 'invoke', 'echo', '--template', 'apig']);
    expect(JSON.parse(said(sample)), sample.stderr).toMatchObject({ httpMethod: 'POST', isBase64Encoded: false });
    const unknown = await server.fgs(['functions', 'invoke', 'echo', '--template', 'nothing']);
    expect([unknown.exitCode, unknown.stderr]).toEqual([3, expect.stringContaining('timer-event-template')]);
  });

  it('may be given public packages, when npm reaches its registry', async ({ skip }) => {
    const reached = await run('npm', ['view', 'q@1.5.1', 'version', '--fetch-retries=0'], { timeout: 30_000 }).catch(
      () => undefined,
    );
    if (reached?.stdout.trim() !== '1.5.1') skip('npm does not reach a registry with q 1.5.1');
    const installed = await server.fgs(['dependencies', 'install-public', 'q,express', '--runtime', node]);
    expect(installed.exitCode, said(installed) + installed.stderr).toBe(0);
    expect(said(await server.fgs(['dependencies', 'install-public', 'q', '--runtime', node]))).toContain(
      'exists already',
    );
    const source = `exports.handler = async (event, context) =>
      [await require('q')(1), require('q/package.json').version, require('express/package.json').version];`;
    const urn = await deploy(server, { name: 'public', runtime: node, files: { 'index.js': source } });
    const update = await server.fgs(['functions', 'update', 'public', '--dependency', 'q', '--dependency', 'express']);
    expect(update.exitCode, update.stderr).toBe(0);
    expect(JSON.parse((await invoke(server, urn)).text)).toEqual([1, '1.5.1', '4.16.4']);
    const refused = await server.fgs(['dependencies', 'delete', 'q', '--all', '--yes', '--runtime', node]);
    expect([refused.exitCode, refused.stderr]).toEqual([3, expect.stringContaining('FSS.1046')]);
  });

  it('name a public package that cannot be fetched', async () => {
    const missing = await server.fgs(['dependencies', 'install-public', 'obsclient', '--runtime', python]);
    expect([missing.exitCode, said(missing)]).toEqual([3, expect.stringContaining('in no package index')]);
    expect(said(await server.fgs(['dependencies', 'list', '--match', 'obsclient']))).toContain('no dependencies');
    const unknown = await server.fgs(['dependencies', 'install-public', 'left-pad']);
    expect([unknown.exitCode, said(unknown)]).toEqual([3, expect.stringContaining('no public package')]);
  });
});

it('works without isolation, where nothing is mounted', async () => {
  await using server = await TestServer.start({ args: ['--sandbox', 'process'] });
  const node = await runtimeOf(server, 'Node.js');
  const ids = [await upload(server, 'one', node, NODE_ONE), await upload(server, 'two', node, NODE_TWO)];
  const source = NODE_MAIN.replace(/ {2}relative: .*\n/, '').replace(/ {2}here: .*\n/, '');
  const contents = { 'index.js': source, 'both.js': "module.exports = 'code';" };
  const urn = await deploy(server, { name: 'bare', runtime: node, files: contents });
  await attach(server, urn, ids);
  const { relative: _relative, ...seen } = NODE_SEEN;
  expect((await invoke(server, urn)).json).toEqual(seen);
});
