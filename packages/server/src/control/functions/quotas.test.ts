import { randomBytes } from 'node:crypto';
import type { Environment } from '@funcgraph/api/environment';
import { afterEach, expect, it } from 'vitest';
import { fakeZip } from '../../artifacts/testing.ts';
import { openTestControl, type TestControl } from '../testing.ts';
import type { FunctionSettings, NewFunction } from './types.ts';

const P = 'p0001';
const NAME = { projectId: P, package: 'default', name: 'hello' };
/** Bytes that do not shrink, so that the archive is about as large. */
const codeOf = (bytes: number) => ({
  code: { type: 'zip', bytes: fakeZip([{ name: 'index.js', data: randomBytes(bytes) }]) },
});
const body = (name: string, bytes: number, more: FunctionSettings = {}): NewFunction => ({
  ...{ name, package: 'default', runtime: 'Node.js20.15', handler: 'index.handler' },
  ...{ timeoutSeconds: 5, memoryMb: 128 },
  ...codeOf(bytes),
  ...more,
});

let control: TestControl;
afterEach(() => control.close());

it('refuses code that the project has no room for, new or changed, and takes smaller code', async () => {
  control = await openTestControl({ codeBytes: 100_000 });
  await control.functions.create(P, body('hello', 40_000));
  await expect(control.functions.create(P, body('large', 70_000))).rejects.toMatchObject({ code: 'code_quota' });
  const before = await control.functions.show(NAME);
  await expect(control.functions.updateCode(NAME, codeOf(120_000))).rejects.toMatchObject({ code: 'code_quota' });
  expect(await control.functions.show(NAME)).toEqual(before);
  await control.functions.updateCode(NAME, codeOf(90_000));
  await control.functions.updateCode(NAME, codeOf(10_000));
  await control.functions.create(P, body('large', 70_000));
});

it('lets a project over a quota that was lowered make its code smaller, and change its settings', async () => {
  control = await openTestControl({ codeBytes: 100_000 });
  await control.functions.create(P, body('hello', 90_000));
  const lowered = { codeBytes: 20_000 };
  const { fn, version } = await control.store.find(NAME, 'latest').then((found) => {
    if (found === undefined) throw new Error('the function is gone');
    return found;
  });
  const next = { ...version, revision: version.revision + 1 };
  expect(await control.store.replace(fn, { before: version.revision, version: next }, lowered)).toBe('replaced');
  expect(await control.store.replace(fn, { before: version.revision, version: next }, lowered)).toBe('gone');
});

it('counts characters of variables, versions, aliases by the configured limits', async () => {
  control = await openTestControl({ environmentChars: 10, versionsPerFunction: 1, aliasesPerFunction: 1 });
  const create = (name: string, env: Environment) => control.functions.create(P, body(name, 100, { env }));
  await expect(create('wordy', { key: '12345678' })).rejects.toMatchObject({ code: 'user_data_too_large' });
  await create('hello', { key: '1234567' });
  await control.versions.publish(NAME, { version: 'v1' });
  await control.functions.updateCode(NAME, codeOf(200));
  await expect(control.versions.publish(NAME, { version: 'v2' })).rejects.toMatchObject({ code: 'invalid_version' });
  await control.aliases.create(NAME, { name: 'one', version: 'v1' });
  await expect(control.aliases.create(NAME, { name: 'two', version: 'latest' })).rejects.toMatchObject({
    code: 'alias_quota',
  });
});
