import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { StartupError } from '../lib/startup-error.ts';

const run = promisify(execFile);
/** Made when it is missing; another user that was configured must exist. */
const OWN_USER = 'funcgraph';
/** Users of sandboxes start here. */
const FIRST_SANDBOX_UID = 300_000;
/** Another program may hold the lock of the user database. */
const ATTEMPTS = 20;
const RETRY_MS = 250;

export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Finds the user that the server runs as; makes the system user `funcgraph`. Throws `StartupError` `server_user`. */
export async function openServerUser(name: string): Promise<ServerUser> {
  const user = (await findUser(name)) ?? (name === OWN_USER ? await makeUser() : undefined);
  if (user === undefined) {
    throw refusal(
      `there is no user ${name}`,
      `Make the user, or leave out the setting: the server then runs as ${OWN_USER}.`,
    );
  }
  if (user.uid > 0 && user.uid < FIRST_SANDBOX_UID) return user;
  throw refusal(
    `the server cannot run as ${name}, which has the user id ${user.uid}`,
    'Name an ordinary or a system user.',
  );
}

/** Undefined when the machine has no such user. */
async function findUser(name: string): Promise<ServerUser | undefined> {
  try {
    const { stdout } = await run('getent', ['passwd', name]);
    const [, , uid, gid] = stdout.split(':');
    return { name, uid: Number(uid), gid: Number(gid) };
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 2) return undefined;
    throw refusal(`the users of this machine cannot be read: ${(cause as Error).message}`, 'Install getent.', cause);
  }
}

async function makeUser(): Promise<ServerUser | undefined> {
  const args = ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent'];
  for (let attempt = 1; ; attempt += 1) {
    try {
      await run('useradd', [...args, '--shell', '/usr/sbin/nologin', '--comment', 'Funcgraph server', OWN_USER]);
      process.stderr.write(`made the system user ${OWN_USER}, as which the server runs\n`);
      return await findUser(OWN_USER);
    } catch (cause) {
      // another server of this machine may have made it just now
      const user = await findUser(OWN_USER);
      if (user !== undefined) return user;
      if (attempt < ATTEMPTS && /lock/i.test((cause as Error).message)) await pause(RETRY_MS);
      else throw cannotMake(cause);
    }
  }
}

function cannotMake(cause: unknown): StartupError {
  return refusal(
    `the system user ${OWN_USER}, as which the server runs, cannot be made: ${(cause as Error).message.trim()}`,
    `Make it (useradd --system --user-group ${OWN_USER}), name another with --user, or keep the rights of root with --user root.`,
    cause,
  );
}

function refusal(message: string, hint: string, cause?: unknown): StartupError {
  return new StartupError('server_user', message, { hint, cause });
}
