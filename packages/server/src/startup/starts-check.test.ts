import { expect, it } from 'vitest';
import type { SandboxCapabilities } from '../instances/index.ts';
import { startsCheck } from './starts-check.ts';

const CAPABILITIES: SandboxCapabilities = {
  driver: 'bubblewrap',
  usable: true,
  rootPrivileges: true,
  cgroup: 'v2',
  canAssign: true,
  networks: true,
  mounts: true,
  doors: true,
  degraded: [],
};

it('reports which program makes sandboxes, and how to get the faster one', () => {
  expect(startsCheck({ ...CAPABILITIES, way: 'launcher' })).toMatchObject({ ok: true });
  expect(startsCheck({ ...CAPABILITIES, way: 'bubblewrap' })).toMatchObject({
    ok: false,
    hint: expect.stringContaining('gcc'),
  });
});

it('has nothing to ask for without sandboxes', () => {
  expect(startsCheck({ ...CAPABILITIES, driver: 'process' })).toMatchObject({ ok: true });
});
