import { createHash } from 'node:crypto';
import { chmod, chown, lchown, lstat, mkdir, readdir, realpath, rm, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '../lib/startup-error.ts';

const OTHERS_MAY_WRITE = 0o022;
const STICKY = 0o1000;

/**
 * Folder for sockets and sandboxes of one data directory: the same after every start, so that leftovers are found. Short,
 * because a socket path has about 100 characters. Root's is open to walk through, because instances run as users of their
 * own. Throws `StartupError` when another user could put something else in its place.
 */
export async function openRunDir(dataDir: string, runtimeDir: string | undefined): Promise<string> {
  const uid = process.getuid?.() ?? 0;
  const above = uid === 0 ? '/run' : (runtimeDir ?? tmpdir());
  const parent = join(above, uid === 0 ? 'funcgraph' : `funcgraph-${uid}`);
  const name = createHash('sha256')
    .update(await realpath(dataDir))
    .digest('hex')
    .slice(0, 12);
  const runDir = join(parent, name);
  const mode = uid === 0 ? 0o711 : 0o700;
  await checkAbove(above, uid);
  for (const folder of [parent, runDir]) await ourFolder(folder, { uid, mode });
  return runDir;
}

/** Other users must not be able to rename its contents. */
async function checkAbove(folder: string, uid: number): Promise<void> {
  const found = await stat(folder);
  const isShared = (found.mode & OTHERS_MAY_WRITE) !== 0;
  if ((found.uid === uid || found.uid === 0) && (!isShared || (found.mode & STICKY) !== 0)) return;
  throw refusal(folder, 'other users may change its contents');
}

/** Makes a folder, or uses one that only we own. A link is refused, wherever it leads. */
async function ourFolder(
  folder: string,
  { uid, mode }: { readonly uid: number; readonly mode: number },
): Promise<void> {
  await mkdir(folder, { mode }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  const found = await lstat(folder);
  if (!found.isDirectory()) throw refusal(folder, 'it is no folder');
  if (found.uid !== uid) throw refusal(folder, `it belongs to user ${found.uid}`);
  if ((found.mode & OTHERS_MAY_WRITE) !== 0) throw refusal(folder, 'other users may write to it');
  // Only now: it is ours, and no other user can replace it.
  if ((found.mode & 0o777) !== mode) await chmod(folder, mode);
}

function refusal(folder: string, why: string): StartupError {
  return new StartupError('RUN_DIR', `the run folder ${folder} cannot be used: ${why}`, {
    hint: `Remove ${folder}, or set XDG_RUNTIME_DIR to a folder of your own.`,
  });
}

/**
 * The folder of the link sockets, below a folder closed to other users: the agent mounts the folder for itself and
 * shows each sandbox only its own socket. Its name is short, because a socket path has about 100 characters. Of a
 * server that runs as `user`, only the folder of the sockets is its own: it cannot put another in its place.
 */
export async function openLinkDir(
  runDir: string,
  user?: { readonly uid: number; readonly gid: number },
): Promise<string> {
  const closed = join(runDir, 'links');
  const linkDir = join(closed, 's');
  await mkdir(linkDir, { recursive: true });
  if (user !== undefined) {
    await chown(closed, 0, user.gid);
    await lchown(linkDir, user.uid, user.gid);
  }
  await chmod(closed, user === undefined ? 0o700 : 0o710);
  await chmod(linkDir, 0o711);
  return linkDir;
}

/**
 * Removes the remaining link sockets, as the user who owns them: root would follow links that this user makes there.
 */
export async function emptyLinkDir(linkDir: string): Promise<void> {
  for (const name of await readdir(linkDir)) await rm(join(linkDir, name), { recursive: true, force: true });
}

/** Removes the folder after a clean stop, unless it is still in use. */
export async function closeRunDir(runDir: string): Promise<void> {
  const links = join(runDir, 'links');
  for (const folder of [join(links, 's'), links, runDir]) await rmdir(folder).catch(() => {});
}
