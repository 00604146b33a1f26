import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { collectEntries, type Entry } from './collect.ts';

/** SHA-256 of the names, modes and contents that `packFolder` would put into the archive, without making it. */
export async function folderDigest(folder: string): Promise<string> {
  return entriesDigest((await collectEntries(folder)).entries);
}

/** The same of collected entries. */
export async function entriesDigest(entries: readonly Entry[]): Promise<string> {
  const whole = createHash('sha256');
  for (const entry of entries) {
    if (entry.kind === 'link') {
      whole.update(JSON.stringify(['link', entry.path, entry.target]));
      continue;
    }
    const content = createHash('sha256');
    if (entry.kind === 'made') {
      whole.update(JSON.stringify(['file', entry.path, false, content.update(entry.content).digest('hex')]));
      continue;
    }
    await pipeline(createReadStream(entry.source), content);
    whole.update(JSON.stringify(['file', entry.path, entry.executable, content.digest('hex')]));
  }
  return whole.digest('hex');
}
