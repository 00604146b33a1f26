import { readdir } from 'node:fs/promises';
import { PlatformError } from '../../lib/platform-error.ts';

/** Refuses names that archives of functions may have and dependencies may not: those that end with `~`. */
export async function checkDependencyTree(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('~')) continue;
    throw new PlatformError('invalid_dependency', `the name ${JSON.stringify(name.slice(0, 120))} ends with ~`, {
      hint: 'Leave backup copies of editors out of the archive.',
    });
  }
}
