import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FakeRegistry, LOGIN } from '../../packages/server/src/images/registry/fake-registry.ts';
import {
  digestOf,
  fakeDockerArchive,
  fakeLayout,
  fakeParts,
  fakeTar,
} from '../../packages/server/src/images/testing.ts';
import { invoke, logLines, PATIENCE, target, unsigned } from '../functions.ts';
import { deployImage, loadImage, nodeLayer, staticBusybox } from '../images.ts';
import { TestServer } from '../server.ts';

/** The event image of the guide, with commands that look around: it answers what `look` of the event evaluates to. */
const EVENT_SERVER = `
const fs = require('node:fs');
const http = require('node:http');
if (process.argv[2] === 'exit') { console.error('no configuration found'); process.exit(3); }
let initialized = 0;
let running = 0;
const attempt = (work) => { try { return work() ?? 'done'; } catch (error) { return error.code ?? String(error); } };
http.createServer((req, res) => {
  const parts = [];
  req.on('data', (part) => parts.push(part));
  req.on('end', async () => {
    const body = Buffer.concat(parts).toString();
    if (req.url === '/init') { initialized += 1; res.end('{}'); return; }
    console.log('invoked with ' + body);
    running += 1;
    const event = JSON.parse(body);
    res.setHeader('Content-Type', 'application/json');
    res.statusCode = event.status ?? 200;
    res.end(JSON.stringify(await eval(event.look ?? 'null')) ?? 'null');
    running -= 1;
  });
}).listen(8000, '0.0.0.0', () => console.log('listening as ' + VERSION));
`;

const HTTP_SERVER = `
require('node:http').createServer((req, res) => {
  const parts = [];
  req.on('data', (part) => parts.push(part));
  req.on('end', () => {
    res.writeHead(req.url === '/teapot' ? 418 : 200, { 'X-Url': req.url, 'Content-Type': 'text/plain' });
    res.end(req.method + ' ' + Buffer.concat(parts));
  });
}).listen(8000);
`;

const busybox = staticBusybox();

describe('container images', () => {
  let server: TestServer;
  const base = nodeLayer();
  const app = (version: string): Buffer =>
    fakeTar([
      { name: 'app/event.js', data: `const VERSION = '${version}';${EVENT_SERVER}`, uid: 1003, mode: 0o600 },
      { name: 'app/http.js', data: HTTP_SERVER },
      { name: 'app/secret-of-root', data: 'secret', mode: 0o600 },
    ]);
  const nodeImage = (version: string) => ({
    layers: [base, app(version)],
    entrypoint: ['node'],
    command: ['/app/event.js'],
    env: ['PATH=/usr/bin', 'FROM_IMAGE=yes', 'BOTH=image'],
    workingDir: '/app',
    plain: true as const,
  });

  beforeAll(async () => {
    server = await TestServer.start();
    await loadImage(server, fakeLayout('team/event:v1', nodeImage('one')));
  });
  afterAll(() => server?.stop());

  const look = async (urn: string, what: string): Promise<unknown> => {
    const answer = await invoke(server, urn, { look: what });
    expect([answer.code, answer.code === 0 ? '' : answer.text]).toEqual([0, '']);
    return JSON.parse(answer.text);
  };

  it('get each event as POST /invoke, after one POST /init, with variables of image, function and platform', async () => {
    const urn = await deployImage(server, {
      name: 'event',
      image: 'team/event:v1',
      initializerTimeout: 10,
      userData: { OWN: 'mine', BOTH: 'function' },
    });
    const seen = '({ initialized, url: req.url, method: req.method, headers: req.headers, env: process.env, body })';
    const answer = await invoke(server, urn, { look: seen });
    expect(answer.json).toMatchObject({
      initialized: 1,
      url: '/invoke',
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-cff-request-id': answer.requestId },
      env: { FROM_IMAGE: 'yes', OWN: 'mine', BOTH: 'function', RUNTIME_FUNC_NAME: 'event', PATH: '/usr/bin' },
    });
    expect(Object.keys(answer.json.env as object).filter((name) => name.startsWith('FUNCGRAPH'))).toEqual([]);
    expect(answer.log).toContain('invoked with');
    expect(answer.receipt).toMatchObject({ outcome: 'ok', cold: true });
    expect(await look(urn, 'initialized')).toBe(1);
    const lines = await vi.waitFor(async () => {
      const found = (await logLines(server, urn)).filter(({ message }) => message.startsWith('invoked with'));
      expect(found.length).toBe(2);
      return found;
    }, PATIENCE);
    expect(lines[0]?.request_id).toBe(answer.requestId);
  });

  it('see their own files, read-only, as user 1003 without any right, and nothing of the machine', async () => {
    const urn = await deployImage(server, { name: 'walls', image: 'team/event:v1' });
    const seen = (await look(
      urn,
      `({
        uid: process.getuid(), gid: process.getgid(), groups: process.getgroups(), cwd: process.cwd(),
        top: fs.readdirSync('/').sort(),
        write: ['/x', '/app/x', '/etc/hosts', '/usr/bin/node', '/run/funcgraph/x', '/dev/x', '/mnt/x'].map((path) => attempt(() => fs.writeFileSync(path, ''))),
        tmp: attempt(() => fs.writeFileSync('/tmp/x', 'x')), shm: attempt(() => fs.writeFileSync('/dev/shm/x', 'x')),
        secret: attempt(() => fs.readFileSync('/app/secret-of-root')),
        hosts: fs.readFileSync('/etc/hosts', 'utf8'),
        shadow: attempt(() => fs.readFileSync('/etc/shadow')),
        status: fs.readFileSync('/proc/self/status', 'utf8'),
        mounts: fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\\n').map((line) => line.split(' ')[4]),
        processes: fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).length,
      })`,
    )) as Record<string, unknown>;
    expect(seen).toMatchObject({ uid: 1003, gid: 1003, cwd: '/app', tmp: 'done', shm: 'done', shadow: 'ENOENT' });
    expect(seen.top).toEqual(expect.arrayContaining(['app', 'dev', 'etc', 'proc', 'run', 'tmp', 'usr']));
    expect(seen.top).not.toEqual(expect.arrayContaining(['home']));
    expect(new Set(seen.write as string[])).toEqual(new Set(['EROFS']));
    expect(seen.secret).toBe('EACCES');
    expect(seen.hosts).toContain('127.0.0.1 localhost');
    expect(seen.status).toMatch(/CapEff:\t0000000000000000/);
    expect(seen.status).toMatch(/CapBnd:\t0000000000000000/);
    expect(seen.status).toMatch(/NoNewPrivs:\t1/);
    expect(seen.status).toMatch(/Seccomp:\t2/);
    expect(seen.processes).toBeLessThan(10);
    expect(seen.mounts).not.toContain('/sys');
  });

  it('run what the function says in the place of entrypoint, command, folder and user', async () => {
    const all = {
      command: '/usr/bin/node,--no-warnings',
      args: '/app/event.js,a,b',
      working_dir: '/tmp',
      uid: '1100',
      gid: 1200,
    };
    const urn = await deployImage(server, { name: 'override', image: 'team/event:v1', custom: all });
    const seen = '[process.execArgv, process.argv.slice(2), process.cwd(), process.getuid(), process.getgid()]';
    expect(await look(urn, seen)).toEqual([['--no-warnings'], ['a', 'b'], '/tmp', 1100, 1200]);
    const { data } = await server.api.call('showFunctionConfig', { params: target(server, urn) });
    expect(data).toMatchObject({
      code_type: 'Custom-Image-Swr',
      handler: '-',
      custom_image: { ...all, enabled: true, image: 'team/event:v1', gid: '1200' },
    });
    const some = await deployImage(server, {
      name: 'args',
      image: 'team/event:v1',
      custom: { args: '/app/event.js,x' },
    });
    expect(await look(some, 'process.argv.slice(2)')).toEqual(['x']);
  });

  it.each<[string, object, RegExp]>([
    ['no image', { custom_image: { enabled: true } }, /custom_image\.image is missing/],
    ['an image that is not here', { custom_image: { image: 'team/none:v1' } }, /there is no image team\/none:v1/],
    ['an impossible name', { custom_image: { image: 'Team//x' } }, /is not the name of an image/],
    ['root', { custom_image: { image: 'team/event:v1', uid: '0' } }, /uid must not be 0, 1000, 1002/],
    ['a reserved group', { custom_image: { image: 'team/event:v1', gid: 1000 } }, /gid must not be/],
    [
      'a user beyond the range',
      { custom_image: { image: 'team/event:v1', uid: '70000' } },
      /uid must be a whole number/,
    ],
    ['a relative folder', { custom_image: { image: 'team/event:v1', working_dir: 'x' } }, /working_dir must begin/],
    [
      'too long a command',
      { custom_image: { image: 'team/event:v1', args: 'a'.repeat(5121) } },
      /over 5120 characters/,
    ],
    [
      'code beside it',
      { custom_image: { image: 'team/event:v1' }, func_code: { file: 'eA==' } },
      /either a container image or has code/,
    ],
    [
      'another runtime',
      { runtime: 'Custom', handler: 'bootstrap', custom_image: { image: 'team/event:v1' } },
      /cannot be a container image/,
    ],
    ['libraries', { custom_image: { image: 'team/event:v1' }, depend_version_list: ['x'] }, /dependenc/],
    [
      'a handler',
      { handler: 'index.handler', custom_image: { image: 'team/event:v1' } },
      /handler must have the form -/,
    ],
  ])('are refused with %s', async (_what, fields, message) => {
    const body = {
      func_name: 'refused',
      runtime: 'Custom Image',
      handler: '-',
      timeout: 3,
      memory_size: 128,
      ...fields,
    };
    const params = { project_id: server.credentials.project_id };
    await expect(server.api.call('createFunction', { params, body })).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(message),
    });
  });

  it('report how to get an image that is not here', async () => {
    await expect(deployImage(server, { name: 'missing', image: 'team/none:v1' })).rejects.toMatchObject({
      code: 'FSS.1035',
      hint: expect.stringContaining('fgs images load FILE --name team/none:v1'),
    });
  });

  it('fail a call with a status that is no success, a program that ends, and one that is not there', async () => {
    const urn = await deployImage(server, { name: 'failing', image: 'team/event:v1' });
    const failed = await invoke(server, urn, { status: 503, look: '"sorry"' });
    expect(failed).toMatchObject({ isError: true, code: 4002 });
    expect(failed.text).toContain('POST /invoke answered with status 503: \\"sorry\\"');
    expect(await look(urn, '1')).toBe(1);
    const ends = await deployImage(server, {
      name: 'ends',
      image: 'team/event:v1',
      custom: { args: '/app/event.js,exit' },
    });
    const ended = await invoke(server, ends, {});
    expect(ended.receipt.outcome).toBe('init_failed');
    expect(ended.text).toMatch(/exited with code 3 before its server listened.*no configuration found/);
    const absent = await deployImage(server, {
      name: 'absent',
      image: 'team/event:v1',
      custom: { command: '/no/such' },
    });
    expect((await invoke(server, absent, {})).text).toContain("the image's program /no/such cannot be started");
  });

  it('are ended at their timeout and when they take too much memory', async () => {
    const urn = await deployImage(server, { name: 'limits', image: 'team/event:v1', timeout: 3, memory: 128 });
    const late = await invoke(server, urn, { look: 'new Promise(() => {})' });
    expect(late.receipt).toMatchObject({ outcome: 'timeout', code: 4010 });
    const patient = await deployImage(server, { name: 'patient', image: 'team/event:v1', timeout: 60, memory: 128 });
    const hungry = await invoke(server, patient, {
      look: 'new Promise(() => { global.kept = []; setInterval(() => kept.push(Buffer.alloc(8 << 20, 1)), 1); })',
    });
    expect(hungry.receipt.outcome).toBe('memory_exceeded');
    expect(hungry.text).toMatch(/runtime memory limit exceeded, memory used: \d{9,} bytes, limit: 128 MB/);
  });

  it('run several requests at once in one instance', async () => {
    const urn = await deployImage(server, { name: 'parallel', image: 'team/event:v1', concurrency: 4 });
    await look(urn, '1');
    const waiting =
      'new Promise((resolve) => { const look = () => { if (running >= 3) global.met = true; if (global.met) resolve(process.pid); else setTimeout(look, 5); }; look(); })';
    const three = await Promise.all([1, 2, 3].map(() => invoke(server, urn, { look: waiting })));
    expect(three.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(new Set(three.map(({ receipt }) => receipt.instance_id)).size).toBe(1);
  });

  it('keep the image that they were made with until they are updated, and versions for good', async () => {
    await loadImage(server, fakeLayout('team/moving:v1', nodeImage('old'), [base]));
    const urn = await deployImage(server, { name: 'moving', image: 'team/moving:v1' });
    expect(await look(urn, 'VERSION')).toBe('old');
    const params = target(server, urn);
    await server.api.call('createFunctionVersion', { params, body: { version: 'v1' } });
    await loadImage(server, fakeLayout('team/moving:v1', nodeImage('new'), [base]));
    await server.api.call('updateFunctionConfig', {
      params,
      body: { func_name: 'moving', runtime: 'Custom Image', handler: '-', timeout: 20, memory_size: 256 },
    });
    expect(await look(urn, 'VERSION')).toBe('old');
    await server.api.call('updateFunctionCode', {
      params,
      body: { code_type: 'Custom-Image-Swr', custom_image: { enabled: true, image: 'team/moving:v1' } },
    });
    expect(await look(urn, 'VERSION')).toBe('new');
    expect(await look(`${urn}:v1`, 'VERSION')).toBe('old');
    await server.restart();
    expect(await look(urn, 'VERSION')).toBe('new');
    expect(await look(`${urn}:v1`, 'VERSION')).toBe('old');
  });

  it('serve any request through the gateway when they are HTTP functions', async () => {
    const custom = { args: '/app/http.js' };
    const urn = await deployImage(server, { name: 'web', image: 'team/event:v1', runtime: 'http', custom });
    const direct = await invoke(server, urn, { httpMethod: 'GET', path: '/teapot', headers: {}, body: '' });
    expect(direct.json).toMatchObject({ statusCode: 418, headers: { 'X-Url': ['/teapot'] } });
    const { data } = await server.api.call('setFunctionUrl', {
      params: target(server, urn),
      body: { enabled: true, auth: 'none' },
    });
    const answer = await unsigned(`${server.gateway}${data.path}a/b?c=d`, { method: 'PUT', body: 'hello' });
    expect([answer.status, answer.headers.get('x-url'), answer.text]).toEqual([200, '/a/b?c=d', 'PUT hello']);
    expect((await unsigned(`${server.gateway}${data.path}teapot`, {})).status).toBe(418);
  });

  it.skipIf(busybox === undefined)(
    'need no C library, no shell and no interpreter (skipped without the package busybox-static)',
    async () => {
      const page = { name: 'www/index.html', data: '<h1>static</h1>' };
      const program = { name: 'httpd', mode: 0o755, data: readFileSync(busybox ?? '') };
      const image = {
        layers: [fakeTar([program, page])],
        entrypoint: ['/httpd', 'httpd', '-f', '-p', '8000', '-h', '/www'],
      };
      await loadImage(server, fakeDockerArchive(['static:1'], image));
      const urn = await deployImage(server, { name: 'static', image: 'static:1', runtime: 'http', memory: 128 });
      const answer = await invoke(server, urn, { httpMethod: 'GET', path: '/index.html', headers: {}, body: '' });
      expect(answer.json.statusCode).toBe(200);
      expect(Buffer.from(String(answer.json.body), 'base64').toString()).toBe('<h1>static</h1>');
    },
  );

  describe('from the command line', () => {
    let folder = '';
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'funcgraph-layout-'));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const small = { layers: [fakeTar([{ name: 'a', data: 'x' }])], entrypoint: ['/a'] };
    const fgs = async (args: readonly string[], input = ''): Promise<string> => {
      const run = await server.fgs(args, input);
      expect([run.exitCode, run.exitCode === 0 ? '' : run.stderr]).toEqual([0, '']);
      return run.stdout.toString();
    };

    it('are loaded from files and folders, listed and shown', async () => {
      const file = join(folder, 'event.tar');
      writeFileSync(file, fakeLayout('cli/event:1', nodeImage('cli'), [base]));
      expect(await fgs(['images', 'load', file])).toContain('cli/event:1 is ');
      writeLayout(join(folder, 'layout'), small);
      expect(await fgs(['images', 'load', join(folder, 'layout'), '--name', 'cli/small'])).toContain(
        'cli/small:latest',
      );
      expect(await fgs(['images', 'list'])).toMatch(/cli\/small:latest[\s\S]*cli\/event:1/);
      const shown = JSON.parse(await fgs(['images', 'show', 'cli/event:1', '--output', 'json']));
      expect(shown).toMatchObject({ entrypoint: ['node'], command: ['/app/event.js'], versions: 0, layers: 2 });
    });

    it('become functions, change them, and are removed', async () => {
      const create = [
        'functions',
        'create',
        'from-cli',
        '--runtime',
        'Custom Image',
        '--handler',
        '-',
        '--memory',
        '256',
      ];
      await fgs([...create, '--timeout', '10', '--image', 'cli/event:1']);
      expect(await fgs(['functions', 'invoke', 'from-cli', '--data', '{"look":"VERSION"}'])).toContain('cli');
      const update = ['functions', 'update', 'from-cli', '--image', 'cli/event:1', '--image-args', '/app/event.js,z'];
      expect(await fgs(update)).toContain('updated custom_image');
      expect(await fgs(['functions', 'invoke', 'from-cli', '--data', '{"look":"process.argv[2]"}'])).toContain('z');
      expect(await fgs(['images', 'rm', 'cli/event:1'])).toContain('the image stays for 1 version of functions');
      expect(await fgs(['images', 'rm', 'cli/small'])).toBe('cli/small: removed\n');
      const gone = await server.fgs(['images', 'show', 'cli/small']);
      expect(gone.stderr).toContain('there is no image cli/small');
    });

    it('are pulled from a registry, with a password that is not in the arguments', async () => {
      await using registry = await FakeRegistry.start();
      registry.authentication = 'bearer';
      registry.redirectBlobs = true;
      registry.push('v1', small);
      const pull = ['images', 'pull', `${registry.host}/team/app:v1`, '--plain-http', '--username', LOGIN.username];
      const refused = await server.fgs([...pull, '--password-stdin'], 'wrong\n');
      expect(refused.exitCode).not.toBe(0);
      expect(refused.stderr).toContain('does not give');
      expect(await fgs([...pull, '--password-stdin'], `${LOGIN.password}\n`)).toContain(
        `${registry.host}/team/app:v1 is `,
      );
      expect(server.log).not.toContain(LOGIN.password);
    });

    it('are refused when they are none', async () => {
      const file = join(folder, 'nothing.tar');
      writeFileSync(file, fakeTar([{ name: 'readme', data: 'x' }]));
      const refused = await server.fgs(['images', 'load', file]);
      expect(refused.exitCode).not.toBe(0);
      expect(refused.stderr).toMatch(/neither an OCI layout nor from docker save[\s\S]*docker save/);
    });
  });
});

/** An OCI layout as a folder, as skopeo leaves it. */
function writeLayout(folder: string, image: Parameters<typeof fakeParts>[0]): void {
  const { manifest, config, layers } = fakeParts(image);
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const index = { schemaVersion: 2, manifests: [{ mediaType, digest: digestOf(manifest), size: manifest.length }] };
  const files: [string, Buffer][] = [manifest, config, ...layers].map((bytes) => [
    `blobs/${digestOf(bytes).replace(':', '/')}`,
    bytes,
  ]);
  for (const [name, bytes] of [...files, ['index.json', Buffer.from(JSON.stringify(index))] as const]) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
}
