import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ErrorCode } from '@funcgraph/api';
import { MASK } from '@funcgraph/api/environment';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeZip } from '../../artifacts/testing.ts';
import type { Mount } from '../../domain/surroundings.ts';
import { refusal } from '../../lib/testing.ts';
import type { FunctionFacts } from '../catalog.ts';
import { openTestControl, type TestControl } from '../testing.ts';
import type { FunctionState, NewFunction } from './types.ts';

const P = 'p0001';
const HELLO = { projectId: P, package: 'default', name: 'hello' };
const zip = (text: string) => fakeZip([{ name: 'index.js', data: text }]);
const numbered = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, '']));
const zipped = (text: string) => ({ type: 'zip', bytes: zip(text) });
const body = (extra: Partial<NewFunction> = {}): NewFunction => ({
  name: 'hello',
  package: 'default',
  runtime: 'Node.js20.15',
  handler: 'index.handler',
  timeoutSeconds: 5,
  memoryMb: 256,
  code: zipped('1'),
  ...extra,
});

let control: TestControl;
beforeEach(async () => {
  control = await openTestControl();
});
afterEach(async () => {
  await control.close();
});

const latest = (name = 'hello') => control.catalog.resolve(P, 'default', name, 'latest');

describe('creating a function', () => {
  it('stores code and configuration and shows both to the data plane before it answers', async () => {
    const state = await control.functions.create(P, body({ env: { a: '1' }, secrets: { s: 'secret' } }));
    const bytes = zip('1');
    expect(state.version.artifact.sha512).toBe(createHash('sha512').update(bytes).digest('hex'));
    const snapshot = latest();
    expect(snapshot).toMatchObject({
      functionId: state.fn.id,
      urn: 'urn:fss:local-1:p0001:function:default:hello:latest',
      handler: 'index.handler',
      timeoutSeconds: 5,
      memoryMb: 256,
      env: { a: '1', s: 'secret' },
      maxInstances: 400,
      concurrency: 1,
      enabled: true,
    });
    expect(readFileSync(join(snapshot?.artifact.treePath ?? '', 'index.js'), 'utf8')).toBe('1');
  });

  it('keeps keys of tracing sealed until they are taken away, also over a restart', async () => {
    await control.functions.create(P, body());
    expect(await control.functions.tracing(HELLO, 'latest')).toBe('unset');
    const keys = { accessKey: 'public-key', secretKey: 'hidden-key' };
    await control.functions.setTracing(HELLO, 'latest', keys);
    const rows = JSON.stringify(await control.storage.db.selectFrom('function').selectAll().execute());
    expect(rows).not.toMatch(/public-key|hidden-key/);
    expect(await control.functions.tracing(HELLO, 'latest')).toEqual(keys);
    expect(control.catalog.isTraced(`${P}:default:hello`)).toBe(true);
    await control.functions.setTracing(HELLO, 'latest', 'off');
    const { functions, catalog } = await control.restart();
    expect(await functions.tracing(HELLO, 'latest')).toBe('off');
    expect(catalog.isTraced(`${P}:default:hello`)).toBe(false);
    await expect(functions.setTracing({ ...HELLO, name: 'none' }, 'latest', 'off')).rejects.toMatchObject({
      code: 'function_not_found',
    });
  });

  it('keeps encrypted variables out of the database in the clear', async () => {
    await control.functions.create(P, body({ secrets: { s: 'topsecret' } }));
    const rows = await control.storage.db.selectFrom('function_version').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain('topsecret');
    expect((await control.functions.show(HELLO)).secretNames).toEqual(['s']);
  });

  it('gives a function without code the sample of its language', async () => {
    const python = {
      name: 'py',
      runtime: 'Python3.9',
      handler: 'app.main',
      code: { type: 'inline' },
    };
    const { version } = await control.functions.create(P, python);
    expect(version.config.codeFileName).toBe('app.py');
    expect(readFileSync(join(version.artifact.treePath, 'app.py'), 'utf8')).toContain('def main(event, context)');
    expect(await refusal(control.functions.create(P, { name: 'c', runtime: 'Custom' }))).toBe('code_missing');
  });

  it('takes an archive that calls itself inline, as consoles send it', async () => {
    const { version } = await control.functions.create(P, body({ code: { type: 'inline', bytes: zip('1') } }));
    expect([version.artifact.kind, version.config.codeType]).toEqual(['zip', 'inline']);
  });

  it('refuses a second function of the name, in the same package only, also when both come at once', async () => {
    const outcomes = await Promise.all([1, 2, 3].map(() => refusal(control.functions.create(P, body()))));
    expect(outcomes.sort()).toEqual(['fine', 'function_exists', 'function_exists']);
    expect(await refusal(control.functions.create(P, body({ package: 'other' })))).toBe('fine');
    expect(await refusal(control.functions.create('p2', body()))).toBe('fine');
  });

  const mounts = (mount: Partial<Mount>, uid = -1): Partial<NewFunction> => ({
    mountConfig: {
      user: { uid, gid: -1 },
      mounts: [{ type: 'sfs', resource: 'r', path: '/mnt/x', ...mount }],
    },
  });
  const initializer = { initializer: 'index.init', initializerTimeoutSeconds: 3 };
  const refusals: readonly [ErrorCode, string, Partial<NewFunction>][] = [
    ['invalid_function_name', 'a bad name', { name: '1x' }],
    ['invalid_package_name', 'a bad package', { package: 'a:b' }],
    ['invalid_runtime', 'an unknown runtime', { runtime: 'Node.js99.1' }],
    ['invalid_runtime', 'a runtime that is not installed', { runtime: 'Java11', handler: 'a.B.c' }],
    ['invalid_handler', 'a handler of another form', { handler: 'handler' }],
    ['invalid_timeout', 'a short timeout', { timeoutSeconds: 2 }],
    ['invalid_timeout', 'a long timeout', { timeoutSeconds: 901 }],
    ['invalid_timeout', 'a timeout with a fraction', { timeoutSeconds: 3.5 }],
    ['invalid_memory_size', 'a memory size in between', { memoryMb: 200 }],
    ['invalid_request', 'another size of /tmp', { tmpMb: 1024 }],
    ['invalid_request', 'the large /tmp for an event function', { tmpMb: 10_240 }],
    ['invalid_user_data', 'a reserved variable', { env: { RUNTIME_CPU: '1' } }],
    ['invalid_user_data', 'a variable in both lists', { env: { a: '1' }, secrets: { a: '2' } }],
    ['too_many_variables', 'too many variables', { env: numbered(21) }],
    ['too_many_variables', 'too many encrypted variables', { secrets: numbered(21) }],
    ['user_data_too_large', 'too long variables', { env: { a: 'x'.repeat(4096) } }],
    ['description_too_long', 'a long description', { description: 'd'.repeat(513) }],
    ['invalid_initializer', 'an initializer of another form', { ...initializer, initializer: 'init' }],
    ['invalid_initializer_timeout', 'an initializer without a timeout', { initializer: 'index.init' }],
    ['invalid_initializer_timeout', 'a long initializer timeout', { ...initializer, initializerTimeoutSeconds: 301 }],
    ['invalid_code_type', 'an unknown code type', { code: { ...zipped('1'), type: 'tar' } }],
    ['invalid_code_type', 'a jar for Node.js', { code: { ...zipped('1'), type: 'jar' } }],
    ['invalid_code', 'code that is no archive', { code: { type: 'zip', bytes: Buffer.from('text') } }],
    ['invalid_code', 'a hostile archive', { code: { bytes: fakeZip([{ name: '../x', data: 'x' }]) } }],
    ['inline_code_too_large', 'long inline code', { code: { type: 'inline', bytes: Buffer.alloc(10_241, 'x') } }],
    ['code_too_large', 'a large archive', { code: { type: 'zip', bytes: Buffer.alloc(50 * 1024 * 1024 + 1) } }],
    ['invalid_code_filename', 'a path as file name', { code: { ...zipped('1'), fileName: '../x.zip' } }],
    ['dependency_not_found', 'an unknown dependency', { dependencies: ['x'] }],
    ['invalid_request', 'a mount of nothing', mounts({ resource: '' })],
    ['invalid_mount_path', 'a mount in a folder of the system', mounts({ path: '/etc/x' })],
    ['invalid_mount_user', 'a mount as a reserved user', mounts({}, 1000)],
    ['invalid_url', 'code in a bucket without its address', { code: { type: 'obs' } }],
    ['invalid_url', 'an address of another kind', { code: { type: 'obs', link: 'file:///etc/passwd' } }],
    ['invalid_url', 'an internal address', { code: { type: 'obs', link: 'http://127.0.0.2/code.zip' } }],
    ['archive_not_fetched', 'a bucket that does not answer', { code: { type: 'obs', link: 'http://127.0.0.1:1/' } }],
    [
      'invalid_code',
      'code in a bucket and in the request',
      { code: { ...zipped('1'), type: 'obs', link: 'https://bucket.example.com/code.zip' } },
    ],
  ];
  it.each(refusals)('refuses with %s: %s', async (expected, _what, extra) => {
    expect(await refusal(control.functions.create(P, body(extra)))).toBe(expected);
    expect(latest()).toBeUndefined();
    expect(readdirSync(join(control.dir, 'blobs'))).toEqual([]);
    expect(
      (await control.functions.list({ projectId: P, package: undefined, pattern: undefined, offset: 0, limit: 10 }))
        .total,
    ).toBe(0);
  });

  it('keeps fields it does not act on and shows them again', async () => {
    const kept = { lts_custom_tag: { k: 'v' }, tags: '{"a":"b"}', domain_names: '[]' };
    await control.functions.create(P, body({ kept }));
    expect((await control.functions.show(HELLO)).version.config.kept).toEqual(kept);
    await control.functions.updateConfig(HELLO, { kept: { tags: '' } });
    expect((await control.functions.show(HELLO)).version.config.kept).toEqual({ ...kept, tags: '' });
  });

  it('stops at 400 functions of a project', async () => {
    const { fn, version } = await control.functions.create(P, body());
    for (let index = 1; index < 400; index++) {
      const id = `f${index}`;
      await control.store.insert({ fn: { ...fn, id, name: id }, version }, { functions: 400, codeBytes: 1e12 });
    }
    const more = body({ name: 'more', code: zipped('more') });
    expect(await refusal(control.functions.create(P, more))).toBe('function_quota');
    expect(readdirSync(join(control.dir, 'blobs'))).toEqual([version.artifact.sha256]);
    expect(await refusal(control.functions.create('p2', body()))).toBe('fine');
  });
});

describe('code in a bucket', () => {
  const linked = (link: string) => ({ type: 'obs', link });

  it('is read once, checked like an upload, and shown under its address without the signature', async () => {
    let answer = zip('from a bucket');
    const server = createServer((_, response) => response.end(answer));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    try {
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/code/my%20code.zip`;
      const code = linked(`${base}?X-Amz-Signature=secret`);
      const { version } = await control.functions.create(P, body({ code }));
      expect(readFileSync(join(version.artifact.treePath, 'index.js'), 'utf8')).toBe('from a bucket');
      const shown = { codeType: 'obs', codeFileName: 'my code.zip', codeUrl: base };
      expect(version.config).toMatchObject(shown);
      answer = fakeZip([{ name: '../x', data: 'x' }]);
      expect(await refusal(control.functions.updateCode(HELLO, { code }))).toBe('invalid_code');
      expect((await control.functions.show(HELLO)).version.config).toMatchObject(shown);
      const { config } = (await control.functions.updateCode(HELLO, { code: zipped('2') })).version;
      expect(config).toMatchObject({ codeType: 'zip', codeUrl: '' });
    } finally {
      server.close();
    }
  });
});

describe('changing a function', () => {
  it('replaces the code, removes the old one only when no call can use it, and notifies the pool', async () => {
    const facts: FunctionFacts['function.updated'][] = [];
    const before = (await control.functions.create(P, body())).version.artifact;
    control.catalog.facts.on('function.updated', (fact) => facts.push(fact));
    const { version } = await control.functions.updateCode(HELLO, { code: zipped('2') });
    expect(latest()?.artifact).toEqual(version.artifact);
    expect(facts.map((fact) => [fact.previous?.revision, fact.snapshot.revision])).toEqual([['1', '2']]);
    expect(readdirSync(join(control.dir, 'blobs'))).toHaveLength(2);
    control.clock.advance(21 * 60 * 1000);
    await control.functions.stop();
    expect(readdirSync(join(control.dir, 'blobs'))).toEqual([version.artifact.sha256]);
    expect(before.sha256).not.toBe(version.artifact.sha256);
  });

  it('stores a file once that the new code has from the old one, and apart from that of any other function', async () => {
    const code = (index: string) => ({
      type: 'zip',
      bytes: fakeZip([
        { name: 'index.js', data: index },
        { name: 'lib.js', data: 'library' },
      ]),
    });
    const inodeOf = ({ version }: FunctionState): number => statSync(join(version.artifact.treePath, 'lib.js')).ino;
    const before = inodeOf(await control.functions.create(P, body({ code: code('1') })));
    const other = inodeOf(await control.functions.create(P, body({ name: 'other', code: code('2') })));
    expect(inodeOf(await control.functions.updateCode(HELLO, { code: code('3') }))).toBe(before);
    expect(other).not.toBe(before);
  });

  it('keeps old code that came back before it was collected', async () => {
    await control.functions.create(P, body());
    await control.functions.updateCode(HELLO, { code: zipped('2') });
    await control.functions.updateCode(HELLO, { code: zipped('1') });
    control.clock.advance(21 * 60 * 1000);
    await control.functions.stop();
    expect(readFileSync(join(latest()?.artifact.treePath ?? '', 'index.js'), 'utf8')).toBe('1');
  });

  it('reports unchanged code, and accepts a body without code', async () => {
    await control.functions.create(P, body());
    const same = { code: zipped('1') };
    expect(await refusal(control.functions.updateCode(HELLO, same))).toBe('unchanged');
    const snapshot = latest();
    const { version } = await control.functions.updateCode(HELLO, { code: { type: 'zip' }, dependencies: [] });
    expect(version.revision).toBe(1);
    expect(latest()).toBe(snapshot);
    expect(
      (await control.functions.updateCode(HELLO, { code: { fileName: 'new.zip' } })).version.config.codeFileName,
    ).toBe('new.zip');
  });

  it('leaves a bad upload without any effect', async () => {
    await control.functions.create(P, body());
    const snapshot = latest();
    expect(await refusal(control.functions.updateCode(HELLO, { code: { type: 'zip', bytes: Buffer.from('x') } }))).toBe(
      'invalid_code',
    );
    expect(latest()).toBe(snapshot);
  });

  it('changes the fields of a config body and leaves the rest', async () => {
    await control.functions.create(P, body({ env: { a: '1' }, description: 'd', agency: 'agency' }));
    const { version } = await control.functions.updateConfig(HELLO, {
      handler: 'index.handler',
      timeoutSeconds: 30,
      memoryMb: 512,
      description: '',
      heartbeatHandler: '',
      instanceConcurrency: 10,
      initializer: 'index.init',
      initializerTimeoutSeconds: 20,
    });
    expect(version.config).toMatchObject({
      timeoutSeconds: 30,
      memoryMb: 512,
      description: '',
      env: { a: '1' },
      maxInstances: 400,
      instanceConcurrency: 10,
      agency: 'agency',
    });
    expect(latest()).toMatchObject({
      initializer: 'index.init',
      initializerTimeoutSeconds: 20,
      concurrency: 10,
      revision: '2',
    });
    await control.functions.updateConfig(HELLO, { initializer: '' });
    expect(latest()).toMatchObject({ initializer: undefined, initializerTimeoutSeconds: 0 });
  });

  it('keeps an encrypted variable whose mask comes back, and drops those that are left out', async () => {
    await control.functions.create(P, body({ secrets: { a: 'one', b: 'two' } }));
    await control.functions.updateConfig(HELLO, { secrets: { a: MASK, c: 'three' } });
    expect(latest()?.env).toEqual({ a: 'one', c: 'three' });
    await control.functions.updateConfig(HELLO, { timeoutSeconds: 9 });
    expect(latest()?.env).toEqual({ a: 'one', c: 'three' });
  });

  it('moves inline code to the file that a new handler names', async () => {
    await control.functions.create(P, body({ code: { type: 'inline', bytes: Buffer.from('//') } }));
    await control.functions.updateConfig(HELLO, { handler: 'src/main.go' });
    expect(readFileSync(join(latest()?.artifact.treePath ?? '', 'src/main.js'), 'utf8')).toBe('//');
  });

  it('disables with 0 instances and enables again', async () => {
    await control.functions.create(P, body());
    await control.functions.updateMaxInstances(HELLO, 0);
    expect(latest()).toMatchObject({ enabled: false, maxInstances: 0 });
    await control.functions.updateMaxInstances(HELLO, -1);
    expect(latest()).toMatchObject({ enabled: true, maxInstances: -1 });
    expect(await refusal(control.functions.updateMaxInstances(HELLO, 1001))).toBe('invalid_concurrency');
    expect(await refusal(control.functions.updateConfig(HELLO, { instanceConcurrency: 0 }))).toBe(
      'invalid_concurrency',
    );
  });

  it('loses no change when many come at once', async () => {
    await control.functions.create(P, body());
    const changes = Array.from({ length: 20 }, (_, index) =>
      control.functions.updateConfig(HELLO, { env: { n: String(index) } }),
    );
    await Promise.all(changes);
    expect(latest()).toMatchObject({ revision: '21', env: { n: '19' } });
  });

  it('reports a missing function', async () => {
    expect(await refusal(control.functions.updateCode(HELLO, {}))).toBe('function_not_found');
    expect(await refusal(control.functions.updateConfig(HELLO, {}))).toBe('function_not_found');
    expect(await refusal(control.functions.delete(HELLO))).toBe('function_not_found');
    await control.functions.create(P, body());
    expect(await refusal(control.functions.show(HELLO, 'v1'))).toBe('version_not_found');
  });
});

describe('deleting and restarting', () => {
  it('removes a function, notifies the pool, and frees its name', async () => {
    const { fn } = await control.functions.create(P, body());
    const deleted: string[] = [];
    control.catalog.facts.on('function.deleted', (fact) => deleted.push(fact.functionId));
    await control.functions.delete(HELLO);
    expect(deleted).toEqual([fn.id]);
    expect(latest()).toBeUndefined();
    const again = await control.functions.create(P, body());
    expect(again.fn.id).not.toBe(fn.id);
  });

  it('keeps code that another function uses', async () => {
    await control.functions.create(P, body());
    const { version } = await control.functions.create(P, body({ name: 'twin' }));
    await control.functions.delete(HELLO);
    control.clock.advance(21 * 60 * 1000);
    await control.functions.stop();
    expect(readdirSync(version.artifact.treePath)).toEqual(['index.js']);
  });

  it('has the same catalog after a restart, and a sweep removes the code that no function uses', async () => {
    await control.functions.create(P, body({ secrets: { s: 'x' } }));
    await control.functions.create(P, body({ name: 'gone', code: zipped('gone') }));
    await control.functions.delete({ ...HELLO, name: 'gone' });
    const next = await control.restart();
    expect(next.catalog.resolve(P, 'default', 'hello', 'latest')).toEqual(latest());
    expect(next.catalog.resolve(P, 'default', 'gone', 'latest')).toBeUndefined();
    expect(readdirSync(join(control.dir, 'blobs'))).toHaveLength(2);
    await next.functions.sweep(async () => true);
    expect(readdirSync(join(control.dir, 'blobs'))).toHaveLength(1);
  });
});

describe('listing', () => {
  it('pages by offset, newest change first, marked ones before all', async () => {
    for (const name of ['a', 'b', 'c_x', 'd']) {
      control.clock.advance(1000);
      await control.functions.create(P, body({ name, package: name === 'd' ? 'other' : 'default' }));
    }
    await control.functions.setCollected({ ...HELLO, name: 'a' }, true);
    const page = { projectId: P, package: undefined, pattern: undefined, offset: 0, limit: 3 };
    const names = async (extra: object) => {
      const { functions, total } = await control.functions.list({ ...page, ...extra });
      return [functions.map((state) => state.fn.name), total];
    };
    expect(await names({})).toEqual([['a', 'd', 'c_x'], 4]);
    expect(await names({ offset: 3 })).toEqual([['b'], 4]);
    expect(await names({ package: 'other' })).toEqual([['d'], 1]);
    expect(await names({ pattern: '_' })).toEqual([['c_x'], 1]);
    expect(await names({ projectId: 'p2' })).toEqual([[], 0]);
  });

  it('counts functions and code', async () => {
    expect(await control.functions.usage(P)).toEqual({ functions: 0, codeBytes: 0 });
    await control.functions.create(P, body());
    expect(await control.functions.usage(P)).toEqual({ functions: 1, codeBytes: zip('1').length });
  });
});
