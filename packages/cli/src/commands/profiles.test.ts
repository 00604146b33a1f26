import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeServer } from '../testing/fake-server.ts';
import { runCli, serverEnv } from '../testing/run-cli.ts';

const LIST = '/v2/p1/fgs/functions';
const ONE = 'GET /v2/p9/fgs/functions';

let home: string;
let server: FakeServer;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'fgs-profiles-'));
  server = await FakeServer.start();
  for (const route of [`GET ${LIST}`, ONE]) server.on(route, { body: { functions: [], next_marker: 0, count: 0 } });
  const file = {
    endpoint: server.endpoint,
    region: 'r1',
    project_id: 'p9',
    access_key: 'profileAK',
    secret_key: 'profileSK',
  };
  await writeFile(join(home, 'shop.json'), JSON.stringify(file));
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(home, { recursive: true });
});

const fgs = (words: string, env: Record<string, string> = {}) =>
  runCli(words.split(' '), { cwd: home, env: { HOME: home, ...env } });

test('keeps a key for its owner alone, lists profiles without keys, and uses one by its name', async () => {
  expect((await fgs('profiles add shop --credentials shop.json')).stdout).toContain('project p9');
  const file = join(home, '.config/funcgraph/profiles/shop.json');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(join(file, '..'))).mode & 0o777).toBe(0o700);
  const { stdout } = await fgs('profiles ls');
  expect(stdout).toContain(`shop     -        ${server.endpoint}  p9`);
  expect(stdout).not.toContain('profileSK');
  expect(await fgs('functions list --profile shop')).toMatchObject({ exitCode: 0 });
  expect(await fgs('--profile shop functions list')).toMatchObject({ exitCode: 0 });
  expect(await fgs('--profile=shop functions list')).toMatchObject({ exitCode: 0 });
  expect(await fgs('functions list', { FGS_PROFILE: 'shop' })).toMatchObject({ exitCode: 0 });
  expect(server.requests(ONE)).toHaveLength(4);
  expect(server.requests(ONE)[0]?.headers.authorization).toContain('profileAK');
});

test('a profile that is in use serves commands that name no server', async () => {
  await fgs('profiles add shop --credentials shop.json');
  expect(await fgs('profiles use shop')).toMatchObject({ exitCode: 0 });
  expect((await fgs('profiles list')).stdout).toContain('shop     yes');
  await fgs('functions list');
  expect(server.requests(ONE)).toHaveLength(1);
  // the environment and a data directory name another one
  await fgs('functions list', serverEnv(server.endpoint));
  expect(server.requests(`GET ${LIST}`)).toHaveLength(1);
  expect(await fgs('functions list --data-dir nowhere')).toMatchObject({ exitCode: 4 });
  expect(await fgs('functions list', { FGS_DATA_DIR: '/nonexistent' })).toMatchObject({ exitCode: 4 });
  await fgs('profiles use');
  expect(await fgs('functions list')).toMatchObject({ exitCode: 4 });
});

test('a profile ignores the rest of the environment', async () => {
  await fgs('profiles add shop --credentials shop.json');
  await fgs('functions list --profile shop', { ...serverEnv('http://127.0.0.1:1') });
  expect(server.requests(ONE)).toHaveLength(1);
});

test('removes a profile, also from use', async () => {
  await fgs('profiles add shop --credentials shop.json');
  await fgs('profiles use shop');
  expect(await fgs('profiles rm shop')).toMatchObject({ exitCode: 2 });
  expect(await fgs('profiles rm shop --yes')).toMatchObject({ exitCode: 0 });
  expect((await fgs('profiles list')).stdout).toContain('no profiles');
  await expect(readFile(join(home, '.config/funcgraph/current-profile'))).rejects.toThrow('ENOENT');
});

test.each([
  ['functions list --profile sho', 4, 'did you mean shop?'],
  ['functions list --profile ../shop', 2, 'not a name of a profile'],
  ['functions list --profile shop --credentials shop.json', 2, 'exclude each other'],
  ['profiles use other', 4, 'there is no profile other'],
  ['profiles add shop --credentials shop.json', 3, 'exists already'],
  ['profiles add a/b --credentials shop.json', 2, 'not a name of a profile'],
])('refuses %s', async (words, exitCode, text) => {
  await fgs('profiles add shop --credentials shop.json');
  expect(await fgs(words)).toMatchObject({ exitCode, stderr: expect.stringContaining(text) });
});
