import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPython, isMissing } from '../../packages/runtimes/conformance/interpreters.ts';
import { deploy, invoke, runtimeOf } from '../functions.ts';
import { TestServer } from '../server.ts';

const NODES = ['Node.js6.10', 'Node.js14.18', 'Node.js20.15'];
const PYTHONS = ['2.7', '3.9'];

const NODE_CODE = `
exports.initializer = (context, callback) => { global.ready = true; callback(null, ''); };
exports.handler = (event, context, callback) => {
  console.log('from ' + process.version);
  callback(null, { node: process.version, name: context.getFunctionName(), ready: global.ready, uid: process.getuid(), event });
};`;

const PYTHON_CODE = `# -*- coding:utf-8 -*-
import json, os, sys
def initializer(context):
    global ready
    ready = True
def handler(event, context):
    print('from %d.%d' % sys.version_info[:2])
    return json.dumps({'python': '%d.%d' % sys.version_info[:2], 'name': context.getFunctionName(), 'ready': ready, 'uid': os.getuid(), 'event': event, 'text': u'\\u4e2d\\u6587'}, ensure_ascii=False)
`;

const found = await Promise.all(PYTHONS.map((version) => findPython(version, undefined)));

describe('runtimes that are not the machine’s own, in their sandboxes', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });

  afterAll(() => server[Symbol.asyncDispose]());

  it('shows functions none of the packages of the Python of the machine', async () => {
    const code = [
      'import os, shutil, subprocess, sys',
      'LIST = \'import os, sys; print([os.listdir(p) for p in sys.path if p.endswith("-packages") and os.path.isdir(p)])\'',
      'def handler(event, context):',
      "    python = shutil.which('python3', path='/usr/bin') or sys.executable",
      "    child = subprocess.run([python, '-c', LIST], capture_output=True, text=True)",
      "    own = [path for path in sys.path if path.endswith('-packages')]",
      "    return {'own': own, 'child': ''.join(c for c in child.stdout if c.isalpha()), 'error': child.stderr}",
    ].join('\n');
    const runtime = await runtimeOf(server, 'Python');
    const urn = await deploy(server, { name: 'alone', runtime, files: { 'index.py': code } });
    expect((await invoke(server, urn, {})).json).toEqual({ own: [], child: '', error: '' });
  });

  it.each(NODES)('installs %s with one command and runs functions on exactly that version', async (name) => {
    const run = await server.fgs(['runtimes', 'install', name]);
    expect(run.stderr + run.stdout, run.stderr).toContain(name);
    expect(run.exitCode).toBe(0);
    const urn = await deploy(server, {
      name: `f-${name.replace(/\W/g, '-')}x`,
      runtime: name,
      files: { 'index.js': NODE_CODE },
      initializer: 'index.initializer',
    });
    const answer = await invoke(server, urn, '{"a":1}');
    const version = name.replace('Node.js', 'v');
    expect(answer.json).toMatchObject({
      node: expect.stringContaining(`${version}.`),
      ready: true,
      uid: 1003,
      event: { a: 1 },
    });
  });

  for (const [at, version] of PYTHONS.entries()) {
    const interpreter = found[at];
    const missing = interpreter === undefined || isMissing(interpreter);
    const program = interpreter === undefined || isMissing(interpreter) ? '' : (interpreter.command[0] ?? '');
    it.skipIf(missing)(`adds Python${version} from a folder of the machine and runs functions on it`, async () => {
      const from = program.replace(/\/bin\/[^/]+$/, '');
      const run = await server.fgs(['runtimes', 'add', `Python${version}`, '--from', from]);
      expect(run.exitCode, run.stderr).toBe(0);
      const urn = await deploy(server, {
        name: `py-${version.replace('.', '-')}`,
        runtime: `Python${version}`,
        files: { 'index.py': PYTHON_CODE },
        initializer: 'index.initializer',
      });
      const answer = await invoke(server, urn, '{"a":1}');
      expect(answer.json).toMatchObject({ python: version, ready: true, uid: 1003, event: { a: 1 }, text: '中文' });
    });
  }

  it('refuses a function for a runtime that is not installed and names the command that installs it', async () => {
    const attempt = deploy(server, { name: 'missing', runtime: 'Node.js12.13', files: { 'index.js': NODE_CODE } });
    await expect(attempt).rejects.toMatchObject({
      code: 'FSS.1005',
      hint: expect.stringContaining('fgs runtimes install Node.js12.13'),
    });
  });
});
