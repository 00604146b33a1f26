import { mkdtemp, rm, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { collectEntries, type FileEntry } from './collect.ts';
import { entriesDigest } from './folder-digest.ts';
import { KeptFiles } from './kept-files.ts';
import { packEntries } from './pack.ts';
import type { PackedFile } from './pack-small.ts';

/** Counts what is read. */
class CountedFiles extends KeptFiles {
  made: string[] = [];

  override digestOf(entry: FileEntry, make: () => string | Promise<string>) {
    return super.digestOf(entry, () => {
      this.made.push(`digest ${entry.path}`);
      return make();
    });
  }

  override packedOf(entry: FileEntry, make: () => PackedFile | Promise<PackedFile>) {
    return super.packedOf(entry, () => {
      this.made.push(`packed ${entry.path}`);
      return make();
    });
  }
}

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fgs-kept-'));
  for (const name of ['a.js', 'b.js']) await writeFile(join(dir, name), name);
  await writeFile(join(dir, 'large.bin'), Buffer.alloc(5 * 1024 * 1024, 'large '));
});
afterEach(() => rm(dir, { recursive: true }));

/** What is made of the folder, which must be what is made without kept files. Returns which files were read. */
async function make(kept: CountedFiles): Promise<string[]> {
  const { entries } = await collectEntries(dir);
  expect(await entriesDigest(entries, kept)).toBe(await entriesDigest(entries));
  expect((await packEntries(entries, kept)).equals(await packEntries(entries))).toBe(true);
  return kept.made.splice(0);
}

const LATER = (): number => Date.now() + 10_000;

it('reads and compresses only files that changed', async () => {
  const kept = new CountedFiles(LATER);
  expect(await make(kept)).toHaveLength(6);
  expect(await make(kept)).toEqual([]);
  await writeFile(join(dir, 'a.js'), 'A.js');
  expect(await make(kept)).toEqual(['digest a.js', 'packed a.js']);
  // another file of the same size and time
  await unlink(join(dir, 'b.js'));
  await writeFile(join(dir, 'b.js'), 'B.js');
  await utimes(join(dir, 'b.js'), 1, 1);
  expect(await make(kept)).toEqual(['digest b.js', 'packed b.js']);
  await rm(join(dir, 'large.bin'));
  expect(await make(kept)).toEqual([]);
});

it('reads a file again that changed a moment ago, as it may change again within one tick of the clock', async () => {
  const kept = new CountedFiles();
  const { entries } = await collectEntries(dir);
  const now = Date.now();
  const [fresh, old] = [now, now - 60_000].map((changedAt) => ({
    ...(entries[0] as FileEntry),
    stamp: { text: 'the same', changedAt },
  }));
  for (const entry of [fresh, fresh]) await kept.digestOf(entry as FileEntry, () => 'digest');
  expect(kept.made.splice(0)).toHaveLength(2);
  for (const entry of [old, old]) await kept.digestOf(entry as FileEntry, () => 'digest');
  expect(kept.made).toHaveLength(1);
});
