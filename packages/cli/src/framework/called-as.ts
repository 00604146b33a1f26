import { realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/fgs', import.meta.url));
/** Where `npm install -g` puts a package, whatever its prefix is. */
const GLOBAL = '/lib/node_modules/funcgraph/';
/** npm and npx put such folders on the PATH of what they run; the shell of the user does not have them. */
const OF_NPM = /\/node_modules\/\.bin\/?$/;

/**
 * What people type for this program: `fgs` where the shell finds this very one. npx would not find a global one under
 * another prefix.
 */
export function calledAs({ PATH = '' }: Readonly<Record<string, string | undefined>>, program = PROGRAM): string {
  const own = realPath(program) ?? program;
  if (own.includes(GLOBAL)) return 'fgs';
  const folders = PATH.split(':').filter((folder) => isAbsolute(folder) && !OF_NPM.test(folder));
  const found = folders.map((folder) => realPath(join(folder, 'fgs'))).find((path) => path !== undefined);
  return found === own ? 'fgs' : 'npx fgs';
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
