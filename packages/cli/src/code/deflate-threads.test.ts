import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { collectEntries, type FileEntry } from './collect.ts';
import { DeflateThreads } from './deflate-threads.ts';
import { packEntries } from './pack.ts';

const FILES = 300;
const contentOf = (n: number): Buffer => Buffer.alloc(n === 7 ? 0 : 16_000 + n, `file ${n} `);
let dir: string;
let entries: FileEntry[];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fgs-threads-'));
  for (let n = 0; n < FILES; n += 1) await writeFile(join(dir, String(n).padStart(3, '0')), contentOf(n));
  entries = (await collectEntries(dir)).entries as FileEntry[];
});
afterAll(() => rm(dir, { recursive: true }));

it('compresses each file as it is', async () => {
  await using threads = DeflateThreads.of(entries);
  for (const [n, entry] of entries.entries()) {
    const packed = await threads?.packed(entry);
    const content = packed?.deflated ? inflateRawSync(packed.data) : packed?.data;
    expect(content?.equals(contentOf(n))).toBe(true);
    expect(packed?.size).toBe(contentOf(n).length);
  }
  expect(threads?.packed({ ...(entries[0] as FileEntry) })).toBeUndefined();
});

it('starts none for few files, nor for small ones', () => {
  expect(DeflateThreads.of(entries.slice(0, 200))).toBeUndefined();
  expect(DeflateThreads.of(entries.map((entry) => ({ ...entry, size: 100 })))).toBeUndefined();
});

it('names a file that has gone, and leaves no thread behind', async () => {
  const broken = entries.map((entry) => (entry.path === '150' ? { ...entry, source: join(dir, 'gone') } : entry));
  await expect(packEntries(broken)).rejects.toThrow('150 has gone while the folder was read');
});
