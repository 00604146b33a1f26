import { truncateSync, writeFileSync } from 'node:fs';
import { runHostCommand } from './host-command.ts';

const BLOCK = 4096;

/** Makes a sparse file with an empty ext4 in which `bytes` can be written. Throws when the path exists or formatting fails. */
export async function formatImage(path: string, bytes: number): Promise<void> {
  writeFileSync(path, '', { mode: 0o600, flag: 'wx' });
  truncateSync(path, imageBytes(bytes));
  await runHostCommand('mkfs.ext4', [...formatOptions(bytes), path]);
}

function formatOptions(bytes: number): string[] {
  return [
    '-q',
    '-F',
    '-m',
    '0',
    '-b',
    String(BLOCK),
    '-O',
    '^has_journal,^resize_inode',
    '-N',
    String(inodes(bytes)),
    '-E',
    'lazy_itable_init=1,nodiscard',
  ];
}

/** One inode for 16 KiB, as mkfs does by itself. */
function inodes(bytes: number): number {
  return Math.ceil(bytes / 16_384);
}

/**
 * Room for the file system's own tables: 256 bytes an inode, two bitmaps a group of 128 MiB with its descriptor backups,
 * and the blocks (at most 16 MiB or 2 %) that ext4 keeps back from writers.
 */
function imageBytes(bytes: number): number {
  const tables = inodes(bytes) * 256 + Math.ceil(bytes / (128 << 20)) * 64 * 1024;
  const keptBack = Math.min(16 << 20, Math.ceil(bytes / 50));
  return Math.ceil((bytes + tables + keptBack + (1 << 20)) / BLOCK) * BLOCK;
}
