import { mkdirSync } from 'node:fs';
import { runHostCommand } from '../../host-command.ts';

const READ_ONLY = 'ro,nosuid,nodev';

/** A folder of the sandbox that shows one of the host, with other things at a few places in it. */
export interface HostTree {
  /** On the host. */
  readonly source: string;
  readonly target: string;
  /** Folders in it that are empty. */
  readonly emptied: readonly string[];
  /** Folders in it that are those of the host with the same path. */
  readonly shown: readonly string[];
}

/** The arguments of bubblewrap for it. */
export function treeArguments({ source, target, emptied, shown }: HostTree): string[] {
  return [
    ...['--ro-bind', source, target],
    ...emptied.flatMap((path) => ['--perms', '0555', '--size', '4096', '--tmpfs', path, '--remount-ro', path]),
    ...shown.flatMap((path) => ['--ro-bind', path, path]),
  ];
}

/**
 * Puts a tree together once, below `folder` in the agent's own mount namespace, so that every start shows it by one call
 * that copies all its mounts. Bubblewrap sets the flags of mounts that are not read-only, as ever. Resolves to the tree as
 * it was where the machine does not mount so.
 */
export async function assembled(tree: HostTree, folder: string): Promise<HostTree> {
  const place = `${folder}${tree.target}`;
  const at = (path: string): string => place + path.slice(tree.target.length);
  const show = (source: string, point: string): Promise<string> =>
    runHostCommand('mount', ['--rbind', '-o', READ_ONLY, '--', source, point]);
  try {
    mkdirSync(place, { recursive: true, mode: 0o711 });
    await show(tree.source, place);
    await Promise.all([
      ...tree.shown.map((path) => show(path, at(path))),
      ...tree.emptied.map((path) =>
        runHostCommand('mount', ['-t', 'tmpfs', '-o', `${READ_ONLY},mode=0555,size=4096`, '--', 'tmpfs', at(path)]),
      ),
    ]);
    return { source: place, target: tree.target, emptied: [], shown: [] };
  } catch {
    await runHostCommand('umount', ['--recursive', '--lazy', '--', place]).catch(() => {});
    return tree;
  }
}
