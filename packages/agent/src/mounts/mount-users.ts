import { AgentError } from '../agent-error.ts';
import type { FileSystemMount } from '../protocol.ts';

/** Ids of users and groups of the machine, both ends included. */
export interface UserRange {
  readonly from: number;
  readonly to: number;
}

export interface MountUserRules {
  /** Users that file systems may be accessed as. */
  readonly mountUsers: readonly UserRange[];
  /** Users that they are never accessed as. */
  readonly serverUser: number;
}

/** Throws `NOT_ALLOWED` for a user or a group that the rules do not allow. */
export function checkMountUser({ uid, gid }: Pick<FileSystemMount, 'uid' | 'gid'>, rules: MountUserRules): void {
  const { mountUsers, serverUser } = rules;
  for (const [what, id] of [['user', uid] as const, ['group', gid] as const]) {
    if (id !== serverUser && mountUsers.some(({ from, to }) => id >= from && id <= to)) continue;
    throw new AgentError('NOT_ALLOWED', `functions may not use file systems as ${what} ${id} of the machine`, {
      hint:
        id === serverUser
          ? 'it is the user of the server: choose another'
          : 'name it in mount_users of the configuration of the server, and restart it',
    });
  }
}
