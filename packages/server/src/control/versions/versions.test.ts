import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeZip } from '../../artifacts/testing.ts';
import { isVersionName } from '../../domain/names.ts';
import { refusal } from '../../lib/testing.ts';
import { openTestControl, type TestControl } from '../testing.ts';
import { versionNameAt } from './publication.ts';

const P = 'p0001';
const HELLO = { projectId: P, package: 'default', name: 'hello' };
const GRACE_MS = 20 * 60 * 1000;
const code = (text: string) => ({ type: 'zip', bytes: fakeZip([{ name: 'index.js', data: text }]) });
const change = (text: string) => control.functions.updateCode(HELLO, { code: code(text) });

let control: TestControl;
beforeEach(async () => {
  control = await openTestControl();
  await control.functions.create(P, {
    name: 'hello',
    runtime: 'Node.js20.15',
    handler: 'index.handler',
    code: code('1'),
    env: { a: '1' },
    secrets: { s: 'secret' },
  });
});
afterEach(() => control.close());

const snapshot = (version: string) => control.catalog.resolve(P, 'default', 'hello', version);
const publish = (version: string, body: object = {}) => control.versions.publish(HELLO, { version, ...body });

describe('publishing', () => {
  it('keeps code, configuration and all variables of the moment, after any change of latest', async () => {
    const state = await publish('v1', { description: 'first' });
    expect(state.version).toMatchObject({ version: 'v1', description: 'first' });
    const before = snapshot('v1');
    await change('2');
    await control.functions.updateConfig(HELLO, {
      memoryMb: 512,
      env: { a: '2' },
      secrets: {},
    });
    expect(snapshot('v1')).toBe(before);
    expect(before).toMatchObject({
      urn: 'urn:fss:local-1:p0001:function:default:hello:v1',
      memoryMb: 128,
      env: { a: '1', s: 'secret' },
    });
    expect(snapshot('latest')).toMatchObject({ memoryMb: 512, env: { a: '2' } });
    expect(snapshot('latest')?.artifact.sha256).not.toBe(before?.artifact.sha256);
  });

  it('exists after a restart, with its description', async () => {
    await publish('v1', { description: 'first' });
    const again = await control.restart();
    expect(again.catalog.resolve(P, 'default', 'hello', 'v1')).toEqual(snapshot('v1'));
    expect((await again.versions.list(HELLO)).map(({ version }) => [version.version, version.description])).toEqual([
      ['latest', ''],
      ['v1', 'first'],
    ]);
  });

  it('makes a name of the time in UTC when none is given', async () => {
    const { version } = await control.versions.publish(HELLO, {});
    expect(version.version).toBe(versionNameAt(control.clock.now()));
    await control.functions.updateConfig(HELLO, { memoryMb: 256 });
    const again = await control.versions.publish(HELLO, {});
    expect(again.version.version).toBe(`${version.version}-2`);
    expect(versionNameAt(Date.UTC(2022, 4, 10, 19, 6, 58))).toBe('v20220510-190658');
  });

  it('refuses when nothing changed since the last one, also when a change was reverted', async () => {
    await publish('v1');
    expect(await refusal(publish('v2'))).toBe('nothing_to_publish');
    await control.functions.updateConfig(HELLO, { memoryMb: 256 });
    await control.functions.updateConfig(HELLO, { memoryMb: 128 });
    expect(await refusal(publish('v2'))).toBe('nothing_to_publish');
    await control.functions.updateConfig(HELLO, { secrets: { s: 'other' } });
    expect(await refusal(publish('v2'))).toBe('fine');
    await control.functions.updateConfig(HELLO, { secrets: { s: 'secret' } });
    expect(await refusal(publish('v3'))).toBe('fine');
  });

  it('compares with the existing versions: after the only version was deleted the same may be published', async () => {
    await publish('v1');
    await control.versions.delete(HELLO, 'v1');
    expect(await refusal(publish('v1'))).toBe('fine');
  });

  it('refuses a name that exists, also when nothing changed', async () => {
    await publish('v1');
    expect(await refusal(publish('v1'))).toBe('version_exists');
    await change('2');
    expect(await refusal(publish('v1'))).toBe('version_exists');
  });

  it.each([
    ['a', true],
    ['1.0.0', true],
    ['v_1-2.3', true],
    ['a'.repeat(42), true],
    ['a'.repeat(43), false],
    ['latest', false],
    ['', false],
    ['-a', false],
    ['a.', false],
    ['!a', false],
    ['a:b', false],
    ['a/b', false],
    ['ä', false],
  ])('knows whether %j is a name', (name, valid) => {
    expect(isVersionName(name)).toBe(valid);
  });

  it('refuses wrong names and long descriptions before anything is stored', async () => {
    expect(await refusal(publish('latest'))).toBe('invalid_version');
    expect(await refusal(publish('../x'))).toBe('invalid_version');
    expect(await refusal(publish('v1', { description: 'x'.repeat(513) }))).toBe('description_too_long');
    expect(await control.versions.list(HELLO)).toHaveLength(1);
    expect(await refusal(control.versions.publish({ ...HELLO, name: 'nobody' }, {}))).toBe('function_not_found');
  });

  it('allows ten besides latest', async () => {
    for (let n = 1; n <= 10; n++) {
      await publish(`v${n}`);
      await change(`code ${n}`);
    }
    expect(await refusal(publish('v11'))).toBe('invalid_version');
    await control.versions.delete(HELLO, 'v3');
    expect(await refusal(publish('v11'))).toBe('fine');
  });

  it('publishes one of two that ask at the same time', async () => {
    const outcomes = await Promise.all([refusal(publish('v1')), refusal(publish('v2'))]);
    expect(outcomes).toEqual(['fine', 'nothing_to_publish']);
  });

  it('accepts the digest of the present code and refuses that of other code', async () => {
    const sha512 = snapshot('latest')?.codeDigest ?? '';
    expect(await refusal(publish('v1', { digest: 'd41d8cd98f00b204e9800998ecf8427e' }))).toBe('invalid_request');
    expect(await refusal(publish('v1', { digest: sha512.toUpperCase() }))).toBe('fine');
  });

  it('keeps a version of a disabled function disabled', async () => {
    await control.functions.updateMaxInstances(HELLO, 0);
    await publish('off');
    await control.functions.updateMaxInstances(HELLO, 10);
    expect([snapshot('off')?.enabled, snapshot('latest')?.enabled]).toEqual([false, true]);
  });

  it('counts code that versions share once', async () => {
    const { codeBytes } = await control.functions.usage(P);
    await publish('v1');
    expect(await control.functions.usage(P)).toEqual({ functions: 1, codeBytes });
    await change('22');
    expect((await control.functions.usage(P)).codeBytes).toBeGreaterThan(codeBytes);
  });
});

describe('deleting a version', () => {
  it('lets its code go when nothing uses it any more, and not before', async () => {
    await publish('v1');
    const sha256 = snapshot('v1')?.artifact.sha256 ?? '';
    await change('2');
    control.clock.advance(GRACE_MS + 1);
    await control.functions.stop();
    expect((await control.artifacts.readAll(sha256)).length).toBeGreaterThan(0);
    await control.versions.delete(HELLO, 'v1');
    control.clock.advance(GRACE_MS + 1);
    await control.functions.stop();
    await expect(control.artifacts.readAll(sha256)).rejects.toThrow();
  });

  it('never deletes latest, and names a missing one', async () => {
    expect(await refusal(control.versions.delete(HELLO, 'latest'))).toBe('invalid_request');
    expect(await refusal(control.versions.delete(HELLO, 'v1'))).toBe('version_not_found');
    expect(await refusal(control.versions.delete({ ...HELLO, name: 'nobody' }, 'v1'))).toBe('function_not_found');
  });

  it('removes its aliases and the asynchronous settings of all of them too', async () => {
    const { fn } = await publish('v1');
    await control.aliases.create(HELLO, { name: 'live', version: 'v1' });
    for (const qualifier of ['latest', 'v1', '!live'])
      await control.asyncConfigs.set(
        { functionId: fn.id, name: HELLO, qualifier },
        { settings: { statusLog: false, logNames: {} } },
      );
    const facts: unknown[] = [];
    control.catalog.facts.on('version.deleted', ({ snapshot: { version } }) => facts.push(version));
    control.catalog.facts.on('alias.deleted', ({ alias }) => facts.push(alias));
    await control.versions.delete(HELLO, 'v1');
    expect(facts).toEqual(['live', 'v1']);
    const again = await control.restart();
    for (const { catalog, asyncConfigs, aliases } of [control, again]) {
      expect(catalog.resolve(P, 'default', 'hello', 'v1')).toBeUndefined();
      expect(catalog.resolveAlias(P, 'default', 'hello', 'live')).toBeUndefined();
      expect(await aliases.list(HELLO)).toEqual([]);
      expect(asyncConfigs.list(fn.id).map(({ qualifier }) => qualifier)).toEqual(['latest']);
    }
  });

  it('refuses while an alias sends it a part of its requests', async () => {
    await publish('v1');
    await change('2');
    await publish('v2');
    await control.aliases.create(HELLO, {
      name: 'live',
      version: 'v1',
      additional: { kind: 'weight', version: 'v2', percent: 10 },
    });
    expect(await refusal(control.versions.delete(HELLO, 'v2'))).toBe('version_in_use');
    await control.versions.delete(HELLO, 'v1');
    expect(await refusal(control.versions.delete(HELLO, 'v2'))).toBe('fine');
  });

  it('happens to all of them when the function is deleted', async () => {
    await publish('v1');
    await control.aliases.create(HELLO, { name: 'live', version: 'v1' });
    await control.functions.delete(HELLO);
    expect([snapshot('v1'), control.catalog.resolveAlias(P, 'default', 'hello', 'live')]).toEqual([
      undefined,
      undefined,
    ]);
    for (const table of ['function_version', 'function_alias'] as const) {
      expect(await control.storage.db.selectFrom(table).selectAll().execute()).toEqual([]);
    }
  });
});
