import { closeSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NfsExports } from './nfs-exports.ts';

let folder: string;
let mounted: string[];
let exports: NfsExports;

/** Stands for a file server: each export holds `team/alice`, and a link that a function left. */
async function mount(name: string, point: string): Promise<void> {
  mounted.push(name);
  mkdirSync(join(point, 'team/alice'), { recursive: true });
  if (!existsSync(join(point, 'link'))) symlinkSync('team', join(point, 'link'));
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'funcgraph-nfs-'));
  mounted = [];
  const allowed = [
    { host: 'storage', path: '/export' },
    { host: 'storage', path: '/export/team/alice' },
    { host: 'whole', path: '/' },
  ];
  exports = new NfsExports({ folder, allowed, mount });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function names(host: string, path: string): Promise<string[]> {
  const descriptor = await exports.open({ kind: 'nfs', host, export: path });
  try {
    return readdirSync(`/proc/self/fd/${descriptor}`);
  } finally {
    closeSync(descriptor);
  }
}

describe('NFS exports', () => {
  it('are mounted once, and folders below them are found there', async () => {
    expect(await names('storage', '/export')).toEqual(['link', 'team']);
    expect(await names('storage', '/export/team')).toEqual(['alice']);
    expect(await names('whole', '/anything/team').catch(() => 'missing')).toBe('missing');
    expect(await names('whole', '/team')).toEqual(['alice']);
    expect(mounted).toEqual(['storage:/export', 'whole:/']);
  });

  it('are the innermost that is allowed', async () => {
    await names('storage', '/export/team/alice');
    expect(mounted).toEqual(['storage:/export/team/alice']);
  });

  it.each([
    ['storage', '/'],
    ['storage', '/exports'],
    ['storage', '/export-2/team'],
    ['storage', '/home'],
    ['storage.evil', '/export'],
    ['other', '/export'],
  ])('that are not allowed are refused before anything is mounted: %s:%s', async (host, path) => {
    await expect(names(host, path)).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      hint: expect.stringContaining('nfs_exports'),
    });
    expect(mounted).toEqual([]);
  });

  it.each(['/export/link', '/export/link/alice', '/export/nothing'])('lead nowhere by %s', async (path) => {
    await expect(names('storage', path)).rejects.toMatchObject({
      code: expect.stringMatching(/^(SOURCE_REFUSED|MOUNT_FAILED)$/),
    });
  });
});
