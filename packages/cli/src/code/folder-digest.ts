import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import { collectEntries, type Entry } from './collect.ts';

const LARGE_BYTES = 4 * 1024 * 1024;
/** After so many bytes a Ctrl-C gets its turn. */
const BREATH_BYTES = 16 * 1024 * 1024;

/** SHA-256 of the names, modes and contents that `packFolder` would put into the archive, without making it. */
export async function folderDigest(folder: string): Promise<string> {
  return entriesDigest((await collectEntries(folder)).entries);
}

/** The same of collected entries. */
export async function entriesDigest(entries: readonly Entry[]): Promise<string> {
  const whole = createHash('sha256');
  let since = 0;
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
    // a stream for each of many small files takes several times as long
    if (entry.size > LARGE_BYTES) await pipeline(createReadStream(entry.source), content);
    else content.update(readFileSync(entry.source));
    since += entry.size;
    if (since > BREATH_BYTES) {
      since = 0;
      await breathe();
    }
    whole.update(JSON.stringify(['file', entry.path, entry.executable, content.digest('hex')]));
  }
  return whole.digest('hex');
}
