import { AgentError } from '../agent-error.ts';
import { runHostCommand } from '../host-command.ts';
import type { FileSystemMount } from '../protocol.ts';
import { bindDescriptor } from '../sources/bind-descriptor.ts';

/**
 * Options of `mount` that show files of a user on disk as those of a sandbox's own host user, and what the sandbox
 * creates as that user's. Files of all other users belong to `nobody` there, and only their permissions for others
 * apply.
 */
export function mappingOption({ uid, gid }: Pick<FileSystemMount, 'uid' | 'gid'>, hostUser: number): string {
  return `X-mount.idmap=u:${uid}:${hostUser}:1 g:${gid}:${hostUser}:1`;
}

/**
 * Mounts an open folder at `point`, which exists, with unchanged users without a mapping. Throws `MOUNT_FAILED`; then
 * no mount is left.
 */
export async function bindMapped(descriptor: number, point: string, mapping: string | undefined): Promise<void> {
  try {
    await bindDescriptor(descriptor, point, ['nosuid', 'nodev', ...(mapping === undefined ? [] : [mapping])]);
  } catch (cause) {
    // Some versions fail between the two steps.
    await runHostCommand('umount', ['--lazy', '--', point]).catch(() => {});
    throw new AgentError('MOUNT_FAILED', 'the file system cannot be mounted for this user', { cause });
  }
}
