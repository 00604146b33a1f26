import { join, resolve } from 'node:path';
import type { Context } from '../framework/index.ts';

/**
 * Where a local server keeps its data: the flag, `FGS_DATA_DIR`, or the usual place of a system service (root) or of a
 * user's own programs. Always absolute. `fgs start` hands it to the server, so both always mean the same folder.
 */
export function dataDirOf(flag: string | undefined, context: Pick<Context, 'env' | 'cwd' | 'uid'>): string {
  const { env, cwd, uid } = context;
  const chosen = flag ?? env.FGS_DATA_DIR;
  if (chosen !== undefined && chosen !== '') return resolve(cwd, chosen);
  if (uid === 0) return '/var/lib/funcgraph';
  const base = env.XDG_DATA_HOME !== undefined && env.XDG_DATA_HOME !== '' ? env.XDG_DATA_HOME : undefined;
  return join(base ?? join(env.HOME ?? cwd, '.local', 'share'), 'funcgraph');
}
