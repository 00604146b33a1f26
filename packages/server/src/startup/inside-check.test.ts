import { expect, it } from 'vitest';
import type { SandboxCapabilities } from '../instances/index.ts';
import { insideCheck } from './inside-check.ts';

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

it('names the address where functions can call the platform', () => {
  expect(insideCheck(CAPABILITIES)).toMatchObject({ ok: true, detail: expect.stringContaining('platform.internal') });
});

it('passes on the reason of the agent, with the remedy', () => {
  const degraded = ['Something else.', 'Functions cannot call the platform: no helper.'];
  expect(insideCheck({ ...CAPABILITIES, doors: false, degraded })).toMatchObject({
    ok: false,
    detail: degraded[1],
    hint: expect.stringContaining('gcc'),
  });
});

it('distinguishes the process driver from a machine that lacks a program', () => {
  expect(insideCheck({ ...CAPABILITIES, driver: 'process', doors: false })).toMatchObject({
    ok: false,
    hint: expect.stringContaining('--sandbox bubblewrap'),
  });
});
