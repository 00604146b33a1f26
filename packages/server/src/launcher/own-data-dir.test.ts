import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownDataDir } from './own-data-dir.ts';

const USER = { name: 'someone', uid: 54_321, gid: 54_322 };
const OTHER = 54_399;

describe.runIf(process.getuid?.() === 0)('a data directory of a server with a user of its own', () => {
  let above: string;
  let dataDir: string;
  beforeEach(() => {
    above = mkdtempSync(join(tmpdir(), 'fgo-'));
    dataDir = join(above, 'data');
  });
  afterEach(() => rmSync(above, { recursive: true }));

  const place = (...parts: string[]): string => join(dataDir, ...parts);
  const ownerOf = (...parts: string[]): number => lstatSync(place(...parts)).uid;

  /** As a server that ran as root left it. */
  function rootsDirectory(): void {
    for (const folder of ['artifacts/blobs', 'volumes/1-1-00000000']) mkdirSync(place(folder), { recursive: true });
    for (const file of ['server.lock', 'master.key', 'artifacts/blobs/a']) writeFileSync(place(file), '');
  }

  it('is made for that user', async () => {
    await ownDataDir(dataDir, USER);
    const { uid, gid, mode } = statSync(dataDir);
    expect([uid, gid, mode & 0o777]).toEqual([USER.uid, USER.gid, 0o711]);
  });

  it('passes from root to the user once, all but the folder of the agent', async () => {
    rootsDirectory();
    await ownDataDir(dataDir, USER);
    for (const path of ['', 'master.key', 'artifacts', 'artifacts/blobs', 'artifacts/blobs/a'])
      expect([path, ownerOf(path)]).toEqual([path, USER.uid]);
    expect([ownerOf('volumes'), ownerOf('volumes/1-1-00000000')]).toEqual([0, 0]);
  });

  it('gives the user the files that a command of root made since', async () => {
    await ownDataDir(dataDir, USER);
    writeFileSync(place('master.key'), '');
    chownSync(place('master.key'), USER.uid, USER.gid);
    writeFileSync(place('credentials.json'), '');
    await ownDataDir(dataDir, USER);
    expect([ownerOf('master.key'), ownerOf('credentials.json')]).toEqual([USER.uid, USER.uid]);
  });

  it('keeps targets of links and files of others', async () => {
    const outside = join(above, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'file'), '');
    rootsDirectory();
    symlinkSync(outside, place('artifacts/link'));
    symlinkSync(outside, place('top-link'));
    writeFileSync(place('artifacts/of-other'), '');
    chownSync(place('artifacts/of-other'), OTHER, OTHER);
    await ownDataDir(dataDir, USER);
    expect([statSync(outside).uid, statSync(join(outside, 'file')).uid]).toEqual([0, 0]);
    expect([ownerOf('artifacts/link'), ownerOf('top-link')]).toEqual([USER.uid, USER.uid]);
    expect(ownerOf('artifacts/of-other')).toBe(OTHER);
  });

  it('is refused when it belongs to another user, or holds something else', async () => {
    mkdirSync(dataDir);
    chownSync(dataDir, OTHER, OTHER);
    await expect(ownDataDir(dataDir, USER)).rejects.toMatchObject({
      code: 'data_dir',
      message: expect.stringContaining(`belongs to user ${OTHER}, not to someone`),
      hint: expect.stringContaining('chown -R someone'),
    });
    chownSync(dataDir, 0, 0);
    writeFileSync(place('passwd'), '');
    await expect(ownDataDir(dataDir, USER)).rejects.toMatchObject({
      code: 'data_dir',
      message: expect.stringContaining('no data directory'),
    });
    expect([ownerOf(''), ownerOf('passwd'), existsSync(place('volumes'))]).toEqual([0, 0, false]);
  });
});
