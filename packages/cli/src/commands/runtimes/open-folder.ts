import { chmod, cp, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const OTHERS_MAY_ENTER = 0o001;

export interface OpenFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * A folder as every user of the machine can read it: itself, or a copy where a folder above is closed, such as `/root`
 * above `/root/.pyenv`. The copy exists until it is disposed.
 */
export async function openFolder(folder: string): Promise<OpenFolder> {
  if (await isOpen(folder)) return { path: folder, [Symbol.asyncDispose]: async () => {} };
  // a user who names the folder of the programs means the runtime around it
  const tree = basename(folder) === 'bin' ? dirname(folder) : folder;
  const place = await mkdtemp(join(tmpdir(), 'fgs-runtime-'));
  const remove = (): Promise<void> => rm(place, { recursive: true, force: true });
  const copy = join(place, 'tree');
  try {
    await chmod(place, 0o755);
    await cp(tree, copy, { recursive: true, verbatimSymlinks: true, mode: 0 });
  } catch (error) {
    await remove();
    throw error;
  }
  return { path: copy, [Symbol.asyncDispose]: remove };
}

async function isOpen(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => undefined);
  // the server reports a missing folder
  if (found === undefined) return true;
  if ((found.mode & OTHERS_MAY_ENTER) === 0) return false;
  return folder === '/' || isOpen(dirname(folder));
}
