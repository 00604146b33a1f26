import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Context } from '../framework/index.ts';
import { loadCredentials } from './credentials.ts';
import { dataDirOf } from './data-dir.ts';

const NO_FLAGS = { endpoint: undefined, credentials: undefined, 'data-dir': undefined };
const FILE = {
  endpoint: 'http://127.0.0.1:9/',
  gateway: 'g',
  storage: 's',
  region: 'r',
  project_id: 'p',
  access_key: 'fileAK',
  secret_key: 'fileSK',
};
let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fgs-credentials-'));
  await writeFile(join(dir, 'credentials.json'), JSON.stringify(FILE));
});
afterEach(() => rm(dir, { recursive: true }));

const context = (env: Record<string, string>): Context => ({ env, cwd: dir, uid: 1000 }) as unknown as Context;

test('reads the file of the data directory', async () => {
  expect(await loadCredentials(NO_FLAGS, context({ FGS_DATA_DIR: dir }))).toEqual({
    endpoint: 'http://127.0.0.1:9',
    gateway: 'g',
    storage: 's',
    region: 'r',
    projectId: 'p',
    accessKey: 'fileAK',
    secretKey: 'fileSK',
  });
});

test('lets the environment win over the file, and flags over both', async () => {
  const env = { FGS_DATA_DIR: dir, FGS_ENDPOINT: 'http://env:1', FGS_ACCESS_KEY: 'envAK' };
  expect(await loadCredentials(NO_FLAGS, context(env))).toMatchObject({
    endpoint: 'http://env:1',
    accessKey: 'envAK',
    secretKey: 'fileSK',
  });
  expect(await loadCredentials({ ...NO_FLAGS, endpoint: 'http://flag:2' }, context(env))).toMatchObject({
    endpoint: 'http://flag:2',
  });
});

test('ignores the environment beside --credentials', async () => {
  const flags = { ...NO_FLAGS, credentials: 'credentials.json' };
  const env = {
    FGS_ENDPOINT: 'http://env:1',
    FGS_ACCESS_KEY: 'envAK',
    FGS_SECRET_KEY: 's',
    FGS_PROJECT_ID: 'x',
    FGS_REGION: 'y',
  };
  expect(await loadCredentials(flags, context(env))).toMatchObject({
    endpoint: 'http://127.0.0.1:9',
    accessKey: 'fileAK',
    projectId: 'p',
  });
});

test('uses the file that FGS_CREDENTIALS names, ignores the rest of the environment, and prefers --data-dir', async () => {
  await writeFile(join(dir, 'ada.json'), JSON.stringify({ ...FILE, access_key: 'adaAK' }));
  const env = { FGS_CREDENTIALS: 'ada.json', FGS_ACCESS_KEY: 'envAK', FGS_ENDPOINT: 'http://env:1' };
  expect(await loadCredentials(NO_FLAGS, context(env))).toMatchObject({
    endpoint: 'http://127.0.0.1:9',
    accessKey: 'adaAK',
  });
  const named = { ...NO_FLAGS, credentials: 'credentials.json' };
  expect(await loadCredentials(named, context(env))).toMatchObject({ accessKey: 'fileAK' });
  const there = { ...NO_FLAGS, 'data-dir': dir };
  expect(await loadCredentials(there, context({ FGS_CREDENTIALS: 'ada.json' }))).toMatchObject({ accessKey: 'fileAK' });
  const none = loadCredentials(NO_FLAGS, context({ FGS_CREDENTIALS: 'bob.json' }));
  await expect(none).rejects.toMatchObject({ exitCode: 4, hint: 'Check FGS_CREDENTIALS.' });
});

test('needs no file when the environment has all values', async () => {
  const env = {
    FGS_DATA_DIR: '/nonexistent',
    FGS_ACCESS_KEY: 'a',
    FGS_SECRET_KEY: 's',
    FGS_PROJECT_ID: 'p',
    FGS_REGION: 'r',
  };
  expect(await loadCredentials(NO_FLAGS, context(env))).toMatchObject({
    endpoint: 'http://127.0.0.1:8080',
    accessKey: 'a',
  });
});

test.each([
  ['a missing file', { FGS_DATA_DIR: '/nonexistent' }, 'no credentials'],
  ['half of a key', { FGS_DATA_DIR: '/nonexistent', FGS_ACCESS_KEY: 'a' }, 'FGS_SECRET_KEY is not set'],
])('explains how to get credentials for %s, with exit code 4', async (_, env, message) => {
  await expect(loadCredentials(NO_FLAGS, context(env))).rejects.toMatchObject({
    exitCode: 4,
    message: expect.stringContaining(message),
  });
});

test('refuses a file of another kind without showing its contents', async () => {
  await writeFile(join(dir, 'credentials.json'), 'secret-in-a-wrong-file');
  const failure = await loadCredentials(NO_FLAGS, context({ FGS_DATA_DIR: dir })).catch((error: Error) => error);
  expect(String(failure)).toContain('is not a credentials file');
  expect(String(failure)).not.toContain('secret-in');
});

test('refuses an endpoint that is no web address', async () => {
  const flags = { ...NO_FLAGS, endpoint: 'file:///etc/passwd' };
  await expect(loadCredentials(flags, context({ FGS_DATA_DIR: dir }))).rejects.toMatchObject({ exitCode: 2 });
});

test('finds the usual data directory of root and of a user', () => {
  expect(dataDirOf(undefined, { env: {}, cwd: '/', uid: 0 })).toBe('/var/lib/funcgraph');
  expect(dataDirOf(undefined, { env: { HOME: '/h' }, cwd: '/', uid: 5 })).toBe('/h/.local/share/funcgraph');
  expect(dataDirOf(undefined, { env: { HOME: '/h', XDG_DATA_HOME: '/x' }, cwd: '/', uid: 5 })).toBe('/x/funcgraph');
  expect(dataDirOf('rel', { env: { FGS_DATA_DIR: '/e' }, cwd: '/c', uid: 0 })).toBe('/c/rel');
});
