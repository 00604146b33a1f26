import { execFile } from 'node:child_process';
import { chown, lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeDataDir } from '../lib/data-dir.ts';
import { StartupError } from '../lib/startup-error.ts';
import type { ServerUser } from './server-user.ts';

const run = promisify(execFile);
/** The agent stores data of functions in it and stays root. */
const OF_AGENT = 'volumes';
/** A directory with one of these is ours. */
const MARKS = ['server.lock', 'master.key', 'join-claim', 'funcgraph.db', 'runtimes'];

/**
 * Makes the data directory or uses the existing one, and gives files that root made in it to the server's user: all
 * files of a directory from before the server had a user of its own. Throws `StartupError` for a directory of another
 * user or program.
 */
export async function ownDataDir(dataDir: string, user: ServerUser): Promise<void> {
  await makeDataDir(dataDir);
  const { uid } = await stat(dataDir);
  if (uid !== 0 && uid !== user.uid) {
    throw new StartupError('data_dir', `the data directory ${dataDir} belongs to user ${uid}, not to ${user.name}`, {
      hint: `Start the server as that user, change its owner (chown -R ${user.name}: ${dataDir}), or name another one with --data-dir.`,
    });
  }
  const names = await readdir(dataDir);
  if (uid === 0 && names.length > 0 && !names.some((name) => MARKS.includes(name))) {
    throw new StartupError('data_dir', `the directory ${dataDir} is not empty, and it is no data directory`, {
      hint: 'Name an empty or a new directory with --data-dir.',
    });
  }
  for (const name of names) {
    const path = join(dataDir, name);
    if (name === OF_AGENT || (await lstat(path)).uid !== 0) continue;
    // It walks by descriptors and changes links, not their targets: no name set by the server's user can misdirect it.
    await run('chown', ['-hR', '-P', '--from=0', `${user.uid}:${user.gid}`, '--', path]);
  }
  // The last step: a start that was interrupted before it resumes here.
  await chown(dataDir, user.uid, user.gid);
}
