import { expect, test } from 'vitest';
import type { Check, Machine } from './check.ts';
import { probeMachine } from './probes.ts';

const GOOD: Machine = {
  platform: 'linux',
  arch: 'x64',
  nodeVersion: 'v24.0.0',
  uid: 0,
  run: async (command) => ({ code: 0, output: `${command} 1.0\n` }),
  readText: async () => undefined,
  writable: async () => true,
  exists: async () => true,
  freeBytes: async () => 10 * 1024 ** 3,
};
const probe = async (change: Partial<Machine>): Promise<Record<string, Check>> => {
  const checks = await probeMachine(
    { ...GOOD, ...change },
    { dataDir: '/data/x', nodePath: '/usr/bin/node', serverFolder: '/s' },
  );
  return Object.fromEntries(checks.map((check) => [check.name, check]));
};

test('finds nothing wrong with a good machine', async () => {
  expect(Object.values(await probe({})).filter((check) => check.state !== 'ok')).toEqual([]);
});

test('fails on each missing requirement of Funcgraph, with a way to get it', async () => {
  expect((await probe({ nodeVersion: 'v22.22.1' })).node).toMatchObject({
    state: 'fail',
    detail: 'v22.22.1 of this machine (/usr/bin/node)',
    hint: expect.stringContaining('24'),
  });
  expect((await probe({ platform: 'darwin' })).platform).toMatchObject({ state: 'fail' });
  expect((await probe({ arch: 'riscv64' })).platform).toMatchObject({ state: 'fail' });
  const none = await probe({ run: async () => ({ code: undefined, output: '' }) });
  expect(none.bubblewrap).toMatchObject({ state: 'fail', hint: expect.stringContaining('apt-get install bubblewrap') });
  expect(none.namespaces).toMatchObject({ state: 'fail' });
  expect(none.database).toMatchObject({ state: 'fail', hint: expect.stringContaining('npm ci') });
  expect((await probe({ freeBytes: async () => 1024 })).data).toMatchObject({ state: 'fail' });
});

test('gives the reason why namespaces are forbidden', async () => {
  const run: Machine['run'] = async (_, args) =>
    args.length > 1 && args[0] !== '-e' ? { code: 1, output: 'bwrap: Permission denied' } : { code: 0, output: '' };
  const readText = (path: string) => async (requested: string) => (requested === path ? '1\n' : undefined);
  expect(
    (await probe({ run, readText: readText('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') })).namespaces
      ?.hint,
  ).toContain('AppArmor');
  expect(
    (await probe({ run, readText: async (path) => (path.endsWith('userns_clone') ? '0\n' : undefined) })).namespaces
      ?.hint,
  ).toContain('unprivileged_userns_clone=1');
  expect((await probe({ run })).namespaces?.hint).toContain('container');
});

test('warns of limits that cannot be enforced', async () => {
  const user = await probe({ uid: 1000, writable: async (path) => !path.startsWith('/sys') });
  expect(user.user).toMatchObject({ state: 'warn' });
  expect(user.cgroup).toMatchObject({ state: 'warn', detail: expect.stringContaining('memory') });
  expect(user.tmp).toMatchObject({ state: 'warn' });
  const v2 = await probe({
    readText: async (path) => (path.endsWith('cgroup.controllers') ? 'cpu memory pids\n' : undefined),
  });
  expect(v2.cgroup).toMatchObject({ state: 'ok', detail: 'v2 (cpu memory pids)' });
});

test('looks for space where the data directory will be made', async () => {
  const requested: string[] = [];
  await probe({
    exists: async (path) => path === '/' || path === '/data' || path.startsWith('/dev'),
    freeBytes: async (path) => {
      requested.push(path);
      return 1e12;
    },
  });
  expect(requested).toEqual(['/data']);
});

test('names networks that functions cannot reach, and the package to install for them', async () => {
  const run: Machine['run'] = async (command) => ({ code: command === 'nft' ? undefined : 0, output: '' });
  expect((await probe({ run })).network).toMatchObject({ state: 'warn', hint: 'apt-get install nftables' });
  // whose PATH may lack the folders of such programs
  expect((await probe({ uid: 1000, run })).network).toMatchObject({ state: 'warn', hint: 'run the server as root' });
});
