import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../../framework/index.ts';
import { isIgnored } from './affected.ts';

/** What a path holds now. `content` is equal for equal contents; `changedAt` is by `Date.now()`. */
export type FileState = { readonly content: string; readonly changedAt: number } | 'folder' | undefined;

const LARGE_BYTES = 16 * 1024 * 1024;

export function readState(path: string): FileState {
  try {
    const stat = lstatSync(path);
    if (stat.isDirectory()) return 'folder';
    const state = (content: string): FileState => ({ content, changedAt: stat.ctimeMs });
    if (stat.isSymbolicLink()) return state(`link ${readlinkSync(path)}`);
    // a pipe would block; of what no build is made of, the time is enough
    if (!stat.isFile() || stat.size > LARGE_BYTES) return state(`${stat.size} ${stat.mtimeMs}`);
    return state(createHash('sha256').update(readFileSync(path)).digest('base64'));
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}

/** Files and folders below a folder that a build may read; what cannot be listed is left out. */
export function pathsBelow(folder: string): string[] {
  const found: string[] = [];
  const walk = (at: string): void => {
    for (const entry of entriesOf(at)) {
      const path = join(at, entry.name);
      if (isIgnored(entry.name)) continue;
      found.push(path);
      if (entry.isDirectory()) walk(path);
    }
  };
  walk(folder);
  return found;
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return [];
  }
}
