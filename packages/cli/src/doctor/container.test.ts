import { expect, test } from 'vitest';
import type { Machine } from './check.ts';
import { container } from './container.ts';

/** A container that an engine starts without options, unless `files` say something else. */
function inside(files: Readonly<Record<string, string>>, change: Partial<Machine> = {}): Machine {
  const all: Readonly<Record<string, string>> = {
    '/.dockerenv': '',
    '/sys/fs/cgroup/cgroup.controllers': 'cpu memory pids',
    '/proc/self/status': 'CapEff:\t00000000a80425fb\nSeccomp:\t2\n',
    '/proc/self/attr/current': 'docker-default (enforce)\n',
    '/proc/self/mountinfo': '31 30 0:5 /sys /proc/sys ro - proc proc ro\n',
    ...files,
  };
  return {
    platform: 'linux',
    arch: 'x64',
    nodeVersion: 'v24.0.0',
    uid: 0,
    run: async () => ({ code: 0, output: '' }),
    readText: async (path) => all[path],
    writable: async () => false,
    exists: async () => true,
    freeBytes: async () => 1e12,
    ...change,
  };
}

const FULL = { '/proc/self/status': 'CapEff:\t000001ffffffffff\nSeccomp:\t0\n' };

test('a container without options is answered with all that it needs', async () => {
  const [check] = await container(inside({}), false);
  expect(check).toMatchObject({
    state: 'fail',
    detail:
      'inside one that lacks SYS_ADMIN, NET_ADMIN, SYS_PTRACE, writable cgroups, all system calls, freedom from AppArmor, an open /proc',
    hint: expect.stringContaining(
      '--cap-add SYS_ADMIN --cap-add NET_ADMIN --cap-add SYS_PTRACE --security-opt writable',
    ),
  });
});

test('a container that can start sandboxes gets only the options that its functions lack', async () => {
  const [check] = await container(inside(FULL), true);
  expect(check).toMatchObject({ state: 'warn', detail: 'inside one that lacks writable cgroups' });
  expect(await container(inside(FULL, { writable: async () => true }), true)).toMatchObject([{ state: 'ok' }]);
});

test('a user other than root needs no capability', async () => {
  const [check] = await container(inside({}, { uid: 1000 }), false);
  expect(check?.detail).toBe('inside one that lacks all system calls, freedom from AppArmor, an open /proc');
});

test('the image of Funcgraph is recognised under every engine, and a machine has no such line', async () => {
  const machine = (environment: string): Machine => ({
    ...inside({}),
    readText: async (path) => (path === '/proc/self/environ' ? environment : undefined),
  });
  expect(await container(machine('HOME=/root\0container=oci\0'), true)).toHaveLength(1);
  expect(await container(machine('HOME=/root\0containers=3\0'), true)).toEqual([]);
});
