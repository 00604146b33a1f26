import { statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';

export interface MachineCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly hint?: string;
}

const LOW_DISK_MB = 2048;

/** Checks of `doctor` beside the sandbox. */
export async function machineChecks(dataDir: string, runtimes: readonly string[]): Promise<MachineCheck[]> {
  const disk = await statfs(dataDir);
  const freeMb = Math.floor((disk.bavail * disk.bsize) / 2 ** 20);
  return [
    {
      name: 'disk space',
      ok: freeMb >= LOW_DISK_MB,
      detail: `${freeMb} MB free for ${dataDir}`,
      ...(freeMb >= LOW_DISK_MB ? {} : { hint: 'Free some space or choose another --data-dir.' }),
    },
    { name: 'memory', ok: true, detail: `${Math.floor(totalmem() / 2 ** 20)} MB` },
    {
      name: 'runtimes',
      ok: runtimes.length > 0,
      detail: runtimes.join(', '),
      ...(runtimes.length > 0 ? {} : { hint: 'Install one with: fgs runtimes install Node.js20.15' }),
    },
  ];
}
