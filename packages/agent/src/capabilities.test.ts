import { describe, expect, it } from 'vitest';
import { bubblewrapCapabilities, processCapabilities } from './capabilities.ts';

const FULL = {
  ...{ isRoot: true, cgroups: undefined, hasFilter: true, hasVolumes: true, canAttach: true },
  ...{ hasNetworks: true, hasMounts: true, hasDoors: true, gaps: [], way: 'launcher' as const },
};

describe('the user-visible state of a driver', () => {
  it('names each limit that a machine without privileges does not enforce', () => {
    const { degraded } = bubblewrapCapabilities(
      { ...FULL, isRoot: false, hasVolumes: false, hasFilter: false },
      undefined,
    );
    for (const part of [
      'share one user',
      'Memory is neither',
      'number of processes',
      'CPU time',
      '/tmp counts as its memory',
      'full /tmp',
      'not filtered',
    ]) {
      expect(degraded.filter((sentence) => sentence.includes(part))).toHaveLength(1);
    }
    expect(degraded.every((sentence) => sentence.endsWith('.'))).toBe(true);
  });

  it('reports nothing on a machine that enforces everything', () => {
    const cgroups = {
      version: 'v2',
      missing: [],
      limitsProcesses: true,
      canFreeze: true,
      create: () => Promise.reject(new Error()),
      close: async () => {},
    } as const;
    expect(bubblewrapCapabilities({ ...FULL, cgroups }, undefined)).toEqual({
      ...{ driver: 'bubblewrap', usable: true, rootPrivileges: true, cgroup: 'v2', canAssign: true, degraded: [] },
      ...{ networks: true, mounts: true, doors: true, way: 'launcher' },
    });
    const canAssign = (changes: object) =>
      bubblewrapCapabilities({ ...FULL, cgroups, ...changes }, undefined).canAssign;
    expect(canAssign({ canAttach: false })).toBe(false);
    expect(canAssign({ cgroups: { ...cgroups, canFreeze: false } })).toBe(false);
    expect(canAssign({ cgroups: undefined })).toBe(false);
  });

  it('explains why a driver cannot be used and what helps', () => {
    const obstacle = { reason: 'bubblewrap is not installed', hint: 'install the package bubblewrap' };
    expect(bubblewrapCapabilities(FULL, obstacle)).toMatchObject({ usable: false, ...obstacle });
  });

  it('never calls the process driver isolated', () => {
    expect(processCapabilities(FULL).degraded[0]).toContain('Nothing is isolated');
  });
});
