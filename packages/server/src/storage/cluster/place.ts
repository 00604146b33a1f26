import { readFile, stat } from 'node:fs/promises';

/**
 * Names a folder among those of all machines, until its machine starts again: a copy of the folder, or one of its disk on
 * another machine, has another name.
 */
export async function placeOf(folder: string): Promise<string> {
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  const { dev, ino } = await stat(folder, { bigint: true });
  return `${boot}:${dev}:${ino}`;
}
