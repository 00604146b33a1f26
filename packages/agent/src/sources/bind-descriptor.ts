import { runHostCommand } from '../host-command.ts';

/** Mounts an open folder at `target`, even if its path now leads elsewhere. */
export async function bindDescriptor(descriptor: number, target: string, options: readonly string[]): Promise<void> {
  const args = [
    '--no-canonicalize',
    '--bind',
    '--make-private',
    '-o',
    options.join(','),
    '--',
    '/proc/self/fd/3',
    target,
  ];
  await runHostCommand('mount', args, [descriptor]);
}
