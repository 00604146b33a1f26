import { createHash } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Folder for sockets and sandboxes of one data directory: the same after every start, so that leftovers are found. Short,
 * because a socket path has about 100 characters, and open to walk through, because instances run as users of their own.
 */
export async function openRunDir(dataDir: string, runtimeDir: string | undefined): Promise<string> {
  const uid = process.getuid?.() ?? 0;
  const parent = uid === 0 ? '/run/funcgraph' : join(runtimeDir ?? tmpdir(), `funcgraph-${uid}`);
  const name = createHash('sha256')
    .update(await realpath(dataDir))
    .digest('hex')
    .slice(0, 12);
  const runDir = join(parent, name);
  await mkdir(runDir, { recursive: true, mode: 0o755 });
  return runDir;
}
