import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isOpen, Stage } from './stage.ts';

describe('paths for the user of a sandbox', () => {
  let root: string;
  const stage = () => new Stage(join(root, 'stage'), false);
  const make = (path: string, mode: number) => {
    mkdirSync(join(root, path), { recursive: true });
    chmodSync(join(root, path), mode);
    return join(root, path);
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'funcgraph-stage-'));
    chmodSync(root, 0o755);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('stay as they are when everybody can walk there', async () => {
    const folder = make('open', 0o755);
    expect(await stage().reachable(folder)).toBe(folder);
    expect(isOpen(folder)).toBe(true);
  });

  it('are those behind a link', async () => {
    const folder = make('open', 0o755);
    symlinkSync(folder, join(root, 'link'));
    expect(await stage().reachable(join(root, 'link'))).toBe(folder);
  });

  it('cannot lead through a closed folder without mounts, and the hint names it', async () => {
    const inner = make('closed/inner', 0o755);
    const closed = make('closed', 0o700);
    expect(isOpen(inner)).toBe(false);
    await expect(stage().reachable(inner)).rejects.toMatchObject({
      code: 'BIND_UNREACHABLE',
      hint: expect.stringContaining(closed),
    });
  });

  it('cannot be closed folders or unreadable files themselves', async () => {
    const closed = make('closed', 0o700);
    await expect(stage().reachable(closed)).rejects.toMatchObject({ code: 'BIND_UNREACHABLE' });
    const file = join(root, 'file');
    writeFileSync(file, '', { mode: 0o600 });
    await expect(stage().reachable(file)).rejects.toMatchObject({ code: 'BIND_UNREACHABLE' });
  });

  it('must exist', async () => {
    await expect(stage().reachable(join(root, 'nothing'))).rejects.toMatchObject({ code: 'BIND_UNREACHABLE' });
  });
});
