import { createHash } from 'node:crypto';
import { mkdir, realpath, rm, rmdir } from 'node:fs/promises';
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

/** Takes the folder away after a clean stop; one that something else still uses stays. */
export async function closeRunDir(runDir: string): Promise<void> {
  await rm(join(runDir, 'links'), { recursive: true, force: true });
  await rmdir(runDir).catch(() => {});
}
