import { closeSync, readdirSync, readFileSync } from 'node:fs';

const O_CLOEXEC = 0o2000000;

/**
 * Closes what the agent inherited beyond `keep`. Node marks the first few descriptors close-on-exec, but not those
 * behind a gap: a log file or a pipe of the process that started the server would reach hostile code.
 */
export function closeInheritedDescriptors(keep: ReadonlySet<number>): void {
  for (const name of readdirSync('/proc/self/fd')) {
    const descriptor = Number(name);
    if (keep.has(descriptor) || !survivesExec(descriptor)) continue;
    closeSync(descriptor);
  }
}

function survivesExec(descriptor: number): boolean {
  try {
    const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8');
    const flags = Number.parseInt(/^flags:\s*([0-7]+)$/m.exec(info)?.[1] ?? '', 8);
    return (flags & O_CLOEXEC) === 0;
  } catch {
    // The descriptor of the listing itself.
    return false;
  }
}
