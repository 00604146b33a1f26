import { createHash } from 'node:crypto';
import { chmod, mkdir, realpath, rm, rmdir } from 'node:fs/promises';
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

/**
 * The folder of the link sockets, below one that is closed to other users: each sandbox is shown its own socket by the
 * agent, which mounts the folder for itself. Its name is short, because a socket path has about 100 characters.
 */
export async function openLinkDir(runDir: string): Promise<string> {
  const closed = join(runDir, 'links');
  const linkDir = join(closed, 's');
  await mkdir(linkDir, { recursive: true });
  await chmod(closed, 0o700);
  await chmod(linkDir, 0o711);
  return linkDir;
}

/** Takes the folder away after a clean stop; one that something else still uses stays. */
export async function closeRunDir(runDir: string): Promise<void> {
  await rm(join(runDir, 'links'), { recursive: true, force: true });
  await rmdir(runDir).catch(() => {});
}
