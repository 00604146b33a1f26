import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ErrorCode } from '@funcgraph/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeEntry, fakeZip } from '../../artifacts/testing.ts';
import { refusal } from '../../lib/testing.ts';
import type { NewFunction } from '../functions/types.ts';
import { openTestControl, type TestControl } from '../testing.ts';
import { DependencyStore } from './dependency-store.ts';
import type { DependencyVersion, NewDependency } from './types.ts';

const P = 'p0001';
const NODE = 'Node.js20.15';
const HELLO = { projectId: P, package: 'default', name: 'hello' };
const GRACE_MS = 20 * 60 * 1000;

let control: TestControl;
beforeEach(async () => {
  control = await openTestControl();
});
afterEach(() => control.close());

const zip = (files: Readonly<Record<string, string>>): Buffer =>
  fakeZip(Object.entries(files).map(([name, data]) => ({ name, data })));
const body = (files: Readonly<Record<string, string>>, extra: Partial<NewDependency> = {}): NewDependency => ({
  name: 'lib',
  runtime: NODE,
  description: '',
  source: { bytes: zip(files) },
  ...extra,
});
const from = (link: string) => ({ source: { link } });
const add = (
  files: Readonly<Record<string, string>>,
  extra: Partial<NewDependency> = {},
  project = P,
): Promise<DependencyVersion> => control.dependencies.createVersion(project, body(files, extra));
const create = (ids: readonly string[], extra: Partial<NewFunction> = {}) =>
  control.functions.create(P, {
    name: 'hello',
    runtime: NODE,
    code: { type: 'zip', bytes: zip({ 'index.js': 'code', 'shared.js': 'code' }) },
    dependencies: ids,
    ...extra,
  });
/** Lets pending work continue for a number of turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const folder = (version = 'latest'): string =>
  control.catalog.resolve(P, 'default', 'hello', version)?.artifact.treePath ?? '';
const read = (name: string, version = 'latest'): string => readFileSync(join(folder(version), name), 'utf8');

describe('versions of dependencies', () => {
  it('are numbered from 1 for each name and runtime, and a number is not reused', async () => {
    const first = await add({ a: '1' });
    const second = await add({ a: '2' });
    expect([first.version, second.version, second.dependencyId]).toEqual([1, 2, first.dependencyId]);
    expect((await add({ a: '1' }, { runtime: 'Python3.9' })).version).toBe(1);
    await control.dependencies.deleteVersion(P, first.dependencyId, '2');
    expect((await add({ a: '3' })).version).toBe(3);
    const { dependencies } = await control.restart();
    expect(dependencies.versions(P, first.dependencyId).map(({ version }) => version)).toEqual([3, 1]);
  });

  it('are visible to their project only, public ones to all and changed by none', async () => {
    const own = await add({ a: '1' });
    expect(await refusal(Promise.resolve().then(() => control.dependencies.versions('p2', own.dependencyId)))).toBe(
      'dependency_not_found',
    );
    const about = { name: 'q', runtime: NODE, description: '', fileName: 'q.zip' };
    const shared = await control.dependencies.addPublic(about, zip({ a: '1' }));
    const names = (scope: 'public' | 'private' | 'all', project = P) =>
      control.dependencies.list(project, { scope, runtime: undefined, pattern: undefined }).map(({ name }) => name);
    expect([names('all'), names('public'), names('private'), names('all', 'p2')]).toEqual([
      ['lib', 'q'],
      ['q'],
      ['lib'],
      ['q'],
    ]);
    expect(await refusal(control.dependencies.deleteVersion(P, shared.dependencyId, '1'))).toBe('dependency_read_only');
    expect(await refusal(control.dependencies.updatePackage(P, shared.dependencyId, body({ a: '2' })))).toBe(
      'dependency_read_only',
    );
  });

  it('leave nothing on disk when they are deleted or refused', async () => {
    const { dependencyId } = await add({ a: '1' });
    await control.dependencies.deletePackage(P, dependencyId);
    expect(await refusal(add({ 'backup.js~': '' }))).toBe('invalid_dependency');
    expect([readdirSync(join(control.dir, 'blobs')), readdirSync(join(control.dir, 'trees'))]).toEqual([[], []]);
    expect(await refusal(control.dependencies.deletePackage(P, dependencyId))).toBe('dependency_not_found');
  });

  it('make a new package only when there is none of the name and runtime', async () => {
    const made = await control.dependencies.createPackage(P, body({ a: '1' }));
    expect(await refusal(control.dependencies.createPackage(P, body({ a: '2' })))).toBe('dependency_exists');
    const { name, runtime, ...rest } = body({ a: '2' });
    expect((await control.dependencies.updatePackage(P, made.dependencyId, rest)).version).toBe(2);
    expect(await refusal(control.dependencies.updatePackage(P, made.dependencyId, { ...rest, name: 'other' }))).toBe(
      'invalid_dependency',
    );
  });

  it('are at most so many and so large in a project, however they arrive', async () => {
    const { artifact, ...about } = await add({ a: '1' });
    const store = new DependencyStore(control.storage.db, control.artifacts);
    const insert = (mostInProject: number, mostBytesInProject: number) =>
      store.insert({ ...about, artifact }, { newPackage: false, mostInProject, mostBytesInProject, now: 0 });
    const bytes = artifact.sizeBytes;
    expect(await insert(1, 10 * bytes)).toBe('quota');
    expect(await insert(10, 2 * bytes - 1)).toBe('quota');
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => insert(3, 10 * bytes)));
    expect(outcomes.filter((outcome) => outcome === 'quota')).toHaveLength(3);
    const numbers = outcomes.map((outcome) => (typeof outcome === 'object' ? outcome.version : 0));
    expect(numbers.filter((number) => number > 0).sort()).toEqual([2, 3]);
  });

  const hostile: [ErrorCode, string, Partial<NewDependency>][] = [
    ['invalid_dependency', 'a name with a slash', { name: 'a/b' }],
    ['invalid_dependency', 'a name that ends with a dot', { name: 'a.' }],
    ['invalid_dependency', 'no name', { name: '' }],
    ['invalid_runtime', 'an unknown runtime', { runtime: 'Node.js' }],
    ['invalid_runtime', 'a container image', { runtime: 'Custom Image' }],
    ['invalid_dependency', 'bytes that are no archive', { source: { bytes: Buffer.from('text') } }],
    ['description_too_long', 'a long description', { description: 'x'.repeat(513) }],
    ['invalid_dependency', 'no archive', { source: { bytes: Buffer.alloc(0) } }],
    ['invalid_url', 'no address', from('')],
    ['invalid_url', 'a file', from('file:///etc/passwd')],
    ['invalid_url', 'a bucket without a server', from('obs://bucket/key')],
    ['invalid_url', 'a password in an address', from('http://u:p@example.com/x')],
    ['invalid_url', 'the metadata service', from('http://169.254.169.254/x')],
    ['invalid_url', 'its own network by a short address', from('http://0xa.1/x')],
    ['invalid_url', 'this machine by IPv6', from('http://[::1]:1/x')],
    ['invalid_url', 'this machine by name', from('http://localhost:1/x')],
  ];
  it.each(hostile)('refuse with %s: %s', async (expected, _what, extra) => {
    expect(await refusal(add({ a: '1' }, extra))).toBe(expected);
    expect(readdirSync(join(control.dir, 'blobs'))).toEqual([]);
  });

  it.each<[string, FakeEntry]>([
    ['leaves its folder', { name: '../x', data: '' }],
    ['links out', { name: 'x', data: '../../etc/passwd', mode: 0o120777 }],
    ['holds a device', { name: 'x', mode: 0o020666 }],
  ])('refuse an archive that %s', async (_what, entry) => {
    expect(await refusal(add({}, { source: { bytes: fakeZip([entry]) } }))).toBe('invalid_dependency');
    expect(readdirSync(join(control.dir, 'incoming'))).toEqual([]);
  });
});

describe('an archive behind an address', () => {
  async function serving<T>(answer: RequestListener, use: (base: string) => Promise<T>): Promise<T> {
    const server = createServer(answer);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    try {
      return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  }

  it('is fetched, and read back under its address', async () => {
    const answer: RequestListener = ({ url }, response) => {
      if (url === '/moved') response.writeHead(302, { location: '/lib.zip' }).end();
      else response.end(zip({ a: 'fetched' }));
    };
    await serving(answer, async (base) => {
      const { link, artifact } = await add({}, from(`${base}/moved`));
      expect([link, readFileSync(join(artifact.treePath, 'a'), 'utf8')]).toEqual([`${base}/moved`, 'fetched']);
    });
  });

  it.each<[string, ErrorCode, RequestListener]>([
    ['is not there', 'archive_not_fetched', (_, response) => response.writeHead(404).end('secret')],
    ['redirects for ever', 'archive_not_fetched', (_, response) => response.writeHead(302, { location: '/' }).end()],
    [
      'redirects inside',
      'invalid_url',
      (_, response) => response.writeHead(302, { location: 'http://127.0.0.2/' }).end(),
    ],
    [
      'redirects to a file',
      'invalid_url',
      (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    ],
    [
      'ends too early',
      'archive_not_fetched',
      (_, response) => response.writeHead(200, { 'content-length': '9' }).end('PK'),
    ],
    ['is no archive', 'invalid_dependency', (_, response) => response.end('<html>')],
  ])('is refused when it %s', async (_what, expected, answer) => {
    await serving(answer, async (base) => {
      expect(await refusal(add({}, from(`${base}/`)))).toBe(expected);
      expect(readdirSync(join(control.dir, 'incoming'))).toEqual([]);
    });
  });
});

describe('a function with dependencies', () => {
  it('sees them in its code folder, its own files first and the later dependency second', async () => {
    const one = await add({ 'shared.js': 'one', 'both.js': 'one', 'one.js': 'one' }, { name: 'one' });
    const two = await add({ 'shared.js': 'two', 'both.js': 'two' }, { name: 'two' });
    const state = await create([one.id, two.id]);
    expect(state.dependencies.map(({ name }) => name)).toEqual(['one', 'two']);
    expect(['shared.js', 'both.js', 'one.js'].map((name) => read(name))).toEqual(['code', 'two', 'one']);
    expect(existsSync(join(state.version.artifact.treePath, 'one.js'))).toBe(false);
  });

  it('keeps them through a change of code, gets others without one, and loses them with an empty list', async () => {
    const one = await add({ 'x.js': 'one' });
    const two = await add({ 'x.js': 'two' });
    await create([one.id]);
    const changed = { type: 'zip', bytes: zip({ 'index.js': 'new' }) };
    await control.functions.updateCode(HELLO, { code: changed });
    expect([read('index.js'), read('x.js')]).toEqual(['new', 'one']);
    await control.functions.updateCode(HELLO, { code: { type: 'zip' }, dependencies: [two.id] });
    expect([read('index.js'), read('x.js')]).toEqual(['new', 'two']);
    const same = { code: changed, dependencies: [two.id] };
    expect(await refusal(control.functions.updateCode(HELLO, same))).toBe('unchanged');
    await control.functions.updateCode(HELLO, { ...same, dependencies: [one.id] });
    expect(read('x.js')).toBe('one');
    await control.functions.updateConfig(HELLO, { memoryMb: 256 });
    expect(read('x.js')).toBe('one');
    const { revision } = (await control.functions.show(HELLO)).version;
    await control.functions.updateCode(HELLO, { code: { type: 'zip' }, dependencies: [one.id] });
    expect((await control.functions.show(HELLO)).version.revision).toBe(revision);
    await control.functions.updateConfig(HELLO, { dependencies: [] });
    expect(existsSync(join(folder(), 'x.js'))).toBe(false);
  });

  it('makes a package id its newest version at that moment', async () => {
    const { dependencyId } = await add({ 'x.js': 'one' });
    const two = await add({ 'x.js': 'two' });
    const state = await create([dependencyId]);
    await add({ 'x.js': 'three' });
    expect(state.version.config.dependencies).toEqual([two.id]);
    expect(read('x.js')).toBe('two');
  });

  it('keeps those of the moment in a published version, and publishes when only they changed', async () => {
    const one = await add({ 'x.js': 'one' });
    const two = await add({ 'x.js': 'two' });
    await create([one.id]);
    await control.versions.publish(HELLO, { version: 'v1' });
    expect(await refusal(control.versions.publish(HELLO, { version: 'v2' }))).toBe('nothing_to_publish');
    await control.functions.updateCode(HELLO, { dependencies: [two.id] });
    await control.versions.publish(HELLO, { version: 'v2' });
    expect([read('x.js', 'v1'), read('x.js', 'v2')]).toEqual(['one', 'two']);
    expect(await refusal(control.dependencies.deleteVersion(P, one.dependencyId, '1'))).toBe('dependency_in_use');
    expect(await refusal(control.dependencies.deletePackage(P, one.dependencyId))).toBe('dependency_in_use');
    await control.versions.delete(HELLO, 'v1');
    await control.dependencies.deleteVersion(P, one.dependencyId, '1');
    expect(read('x.js', 'v2')).toBe('two');
  });

  it('finds its folder again after a restart, also when the folder is missing', async () => {
    const one = await add({ 'x.js': 'one' });
    await create([one.id]);
    await control.artifacts.merged.sweep(
      () => false,
      async () => true,
    );
    expect(existsSync(folder())).toBe(false);
    const { catalog } = await control.restart();
    expect(catalog.resolve(P, 'default', 'hello', 'latest')?.artifact.treePath).toBe(folder());
    expect(read('x.js')).toBe('one');
  });

  it('keeps its old folder for running instances for a while, and removes all folders after its end', async () => {
    const one = await add({ 'x.js': 'one' });
    await create([one.id]);
    const before = folder();
    await control.functions.updateCode(HELLO, { dependencies: [] });
    expect(existsSync(join(before, 'x.js'))).toBe(true);
    await control.functions.updateCode(HELLO, { dependencies: [one.id] });
    control.clock.advance(GRACE_MS);
    await control.functions.stop();
    expect(existsSync(join(before, 'x.js'))).toBe(true);
    await control.functions.delete(HELLO);
    control.clock.advance(GRACE_MS);
    await control.functions.stop();
    expect(readdirSync(join(control.dir, 'merged'))).toEqual([]);
  });

  it('is made with a dependency or the dependency is deleted, never both', async () => {
    for (let round = 0; round < 10; round++) {
      const { id, dependencyId } = await add({ 'x.js': String(round) });
      const [made, deleted] = await Promise.allSettled([
        create([id], { name: `f${round}` }),
        turns(4 * round).then(() => control.dependencies.deletePackage(P, dependencyId)),
      ]);
      expect([made.status, deleted.status].sort()).toEqual(['fulfilled', 'rejected']);
      const there = control.dependencies.describe([id]).length === 1;
      expect(there).toBe(made.status === 'fulfilled');
      if (there) await control.functions.delete({ ...HELLO, name: `f${round}` });
    }
  });

  it('is refused unusable ones, and then nothing of them stays', async () => {
    const own = await add({ a: '1' });
    const python = await add({ a: '1' }, { runtime: 'Python3.9' });
    const others = await add({ a: '1' }, {}, 'p2');
    const again = await add({ a: '2' });
    expect(await refusal(create(['nothing']))).toBe('dependency_not_found');
    expect(await refusal(create([others.id]))).toBe('dependency_not_found');
    expect(await refusal(create([python.id]))).toBe('dependency_unusable');
    expect(await refusal(create([own.id, again.id]))).toBe('invalid_dependency');
    expect(await refusal(create(Array.from({ length: 21 }, () => own.id)))).toBe('invalid_dependency');
    expect(control.catalog.resolve(P, 'default', 'hello', 'latest')).toBeUndefined();
    expect(readdirSync(join(control.dir, 'merged'))).toEqual([]);
    const bytes = fakeZip([{ name: 'bootstrap', data: '#!/bin/sh', mode: 0o100755 }]);
    await create([own.id], { runtime: 'Custom', code: { type: 'zip', bytes } });
    expect(read('a')).toBe('1');
  });
});
