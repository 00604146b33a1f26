import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownerIdOf } from './owner.ts';
import { UidRange } from './uid-range.ts';

const DEAD = '1-1-00000000';

describe('user ids for sandboxes', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'funcgraph-uids-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are never given twice while in use, and not again at once', () => {
    const range = UidRange.claim(folder, ownerIdOf(process.pid));
    const first = range.take();
    range.giveBack(first);
    const taken = Array.from({ length: 4095 }, () => range.take());
    expect(taken).not.toContain(first);
    expect(new Set(taken).size).toBe(4095);
    expect(range.take()).toBe(first);
    expect(() => range.take()).toThrow(expect.objectContaining({ code: 'SANDBOX_LIMIT' }));
  });

  it('differ between agents that live at the same time', () => {
    const first = UidRange.claim(folder, ownerIdOf(process.ppid)).take();
    const second = UidRange.claim(folder, ownerIdOf(process.pid)).take();
    expect(first).toBe(300_000);
    expect(second).toBe(304_096);
  });

  it('of a dead agent are free again', () => {
    writeFileSync(join(folder, `0.${DEAD}`), '');
    expect(UidRange.claim(folder, ownerIdOf(process.pid)).take()).toBe(300_000);
    expect(readdirSync(folder)).toEqual([`0.${ownerIdOf(process.pid)}`]);
  });

  it('are free when the agent closes its range', () => {
    UidRange.claim(folder, ownerIdOf(process.pid)).close();
    expect(readdirSync(folder)).toEqual([]);
  });
});
