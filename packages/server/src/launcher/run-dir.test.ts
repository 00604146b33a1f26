import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLinkDir, openRunDir } from './run-dir.ts';

const SOMEONE = 54_321;
const isRoot = process.getuid?.() === 0;

let above: string;
let dataDir: string;
const uid = isRoot ? SOMEONE : (process.getuid?.() ?? 0);
const parent = () => join(above, `funcgraph-${uid}`);
const open = () => openRunDir(dataDir, above);
const mode = (path: string) => statSync(path).mode & 0o777;

beforeEach(() => {
  above = mkdtempSync(join(tmpdir(), 'fgr-'));
  dataDir = mkdtempSync(join(tmpdir(), 'fgd-'));
  if (!isRoot) return;
  // As root it is about another folder: the tests are about an ordinary user.
  vi.spyOn(process, 'getuid').mockReturnValue(SOMEONE);
  chownSync(above, SOMEONE, SOMEONE);
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const folder of [above, dataDir]) rmSync(folder, { recursive: true });
});

/** A folder as that user would have made it. */
function made(path: string, bits: number, owner = uid): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, bits);
  if (isRoot) chownSync(path, owner, owner);
}

describe('the run folder of an ordinary user', () => {
  it.skipIf(isRoot)('is closed to others, the same at each start, and holds the link sockets', async () => {
    const runDir = await open();
    expect(await open()).toBe(runDir);
    const linkDir = await openLinkDir(runDir);
    expect([parent(), runDir, join(linkDir, '..')].map(mode)).toEqual([0o700, 0o700, 0o700]);
  });

  it.runIf(isRoot)('holds link sockets of a server with another user, who cannot replace their folder', async () => {
    const linkDir = await openLinkDir(above, { uid: SOMEONE, gid: SOMEONE });
    const { uid: owner, mode: bits } = statSync(linkDir);
    expect([owner, bits & 0o777]).toEqual([SOMEONE, 0o711]);
    const closed = statSync(join(linkDir, '..'));
    expect([closed.uid, closed.gid, closed.mode & 0o777]).toEqual([0, SOMEONE, 0o710]);
  });

  it('is refused when it is a link, a file, or open to writers', async () => {
    symlinkSync(dataDir, parent());
    await expect(open()).rejects.toMatchObject({ code: 'RUN_DIR', message: expect.stringContaining('no folder') });
    rmSync(parent());
    writeFileSync(parent(), '');
    await expect(open()).rejects.toMatchObject({ code: 'RUN_DIR' });
    rmSync(parent());
    made(parent(), 0o777);
    await expect(open()).rejects.toMatchObject({ code: 'RUN_DIR', hint: expect.stringContaining(parent()) });
    made(parent(), 0o720);
    await expect(open()).rejects.toMatchObject({ code: 'RUN_DIR' });
  });

  it.runIf(isRoot)('is refused when it belongs to another user', async () => {
    made(parent(), 0o700, SOMEONE + 1);
    await expect(open()).rejects.toMatchObject({
      code: 'RUN_DIR',
      message: expect.stringContaining('belongs to user'),
    });
  });

  it('is refused where other users may rename it', async () => {
    chmodSync(above, 0o777);
    await expect(open()).rejects.toMatchObject({ code: 'RUN_DIR' });
  });
});
