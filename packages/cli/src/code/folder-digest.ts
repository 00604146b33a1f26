import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import { collectEntries, type Entry, type FileEntry, unread } from './collect.ts';
import type { KeptFiles } from './kept-files.ts';

const LARGE_BYTES = 4 * 1024 * 1024;
/** After so many bytes a Ctrl-C gets its turn. */
const BREATH_BYTES = 16 * 1024 * 1024;

/** SHA-256 of the names, modes and contents that `packFolder` would put into the archive, without making it. */
export async function folderDigest(folder: string, kept?: KeptFiles): Promise<string> {
  return entriesDigest((await collectEntries(folder)).entries, kept);
}

/** The same of collected entries. */
export async function entriesDigest(entries: readonly Entry[], kept?: KeptFiles): Promise<string> {
  const whole = createHash('sha256');
  let since = 0;
  for (const entry of entries) {
    if (entry.kind === 'link') {
      whole.update(JSON.stringify(['link', entry.path, entry.target]));
      continue;
    }
    if (entry.kind === 'made') {
      const { path, content } = entry;
      const digest = kept?.digestOfContent(content, () => digestOf(content)) ?? digestOf(content);
      whole.update(JSON.stringify(['file', path, false, digest]));
      continue;
    }
    const read = (): string | Promise<string> => {
      since += entry.size;
      return fileDigest(entry);
    };
    const digest = await (kept?.digestOf(entry, read) ?? read());
    if (since > BREATH_BYTES) {
      since = 0;
      await breathe();
    }
    whole.update(JSON.stringify(['file', entry.path, entry.executable, digest]));
  }
  return whole.digest('hex');
}

const digestOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

function fileDigest({ path, size, source }: FileEntry): string | Promise<string> {
  // a stream for each of many small files takes several times as long
  if (size > LARGE_BYTES) return largeDigest(path, source);
  try {
    return digestOf(readFileSync(source));
  } catch (error) {
    throw unread(path, error);
  }
}

async function largeDigest(path: string, source: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(source), hash);
  } catch (error) {
    throw unread(path, error);
  }
  return hash.digest('hex');
}
