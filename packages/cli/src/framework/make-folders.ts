import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { systemCode, usageError } from './cli-error.ts';

/**
 * Makes a folder with those above it. Throws a usage error where that cannot be done. Node.js itself tries for ever where
 * the folders above exist and the folder is nevertheless refused with ENOENT, as in `/proc`.
 */
export async function makeFolders(folder: string, mode = 0o777): Promise<void> {
  try {
    await makeWithParents(resolve(folder), mode);
  } catch (error) {
    throw usageError(
      `cannot make the folder ${folder}: ${systemCode(error) ?? String(error)}`,
      'Choose a place that this user may write.',
    );
  }
}

async function makeWithParents(folder: string, mode: number): Promise<void> {
  try {
    await makeOne(folder, mode);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    await makeWithParents(dirname(folder), mode);
    await makeOne(folder, mode);
  }
}

/** Another program may have made it by now. */
async function makeOne(folder: string, mode: number): Promise<void> {
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST' || !(await stat(folder)).isDirectory()) throw error;
  }
}
