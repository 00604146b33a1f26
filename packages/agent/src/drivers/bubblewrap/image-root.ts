import { AgentError } from '../../agent-error.ts';
import { PLATFORM_PATH } from '../../protocol.ts';

/** Files that the platform writes in every container, because an image cannot know addresses and names. */
const OURS = ['hosts', 'hostname', 'resolv.conf'];
const SHARED_MEMORY_BYTES = 64 << 20;

/** Set in the environment of the first program, which replaces the starter script: an image may have no shell. */
export const STARTED_VARIABLE = 'FUNCGRAPH_STARTED_FD';

/**
 * Arguments of bubblewrap that show the files of a container image, read-only, with the folders of the kernel and the
 * platform. The folder of the platform is a separate small file system, so that no file is created in the image.
 */
export function imageRoot(descriptor: number, etcFolder: string): string[] {
  return [
    ...['--ro-bind-fd', String(descriptor), '/', '--proc', '/proc', '--dev', '/dev'],
    ...['--perms', '1777', '--size', String(SHARED_MEMORY_BYTES), '--tmpfs', '/dev/shm', '--remount-ro', '/dev'],
    ...OURS.flatMap((name) => ['--ro-bind', `${etcFolder}/${name}`, `/etc/${name}`]),
    ...['--perms', '0755', '--size', String(1 << 20), '--tmpfs', PLATFORM_PATH],
  ];
}

/** Throws `BAD_REQUEST` for a bind that would need a mount point in the image, or would replace the link. */
export function checkImageBinds(binds: readonly { readonly target: string }[], linkPath: string): void {
  for (const { target } of binds) {
    if (target.startsWith(`${PLATFORM_PATH}/`) && target !== linkPath) continue;
    throw new AgentError('BAD_REQUEST', `nothing may be bound at ${target} of a container image`);
  }
}
