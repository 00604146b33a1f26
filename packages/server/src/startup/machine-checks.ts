import { statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import type { Config } from '../config/index.ts';
import type { Check } from '../ingress/index.ts';
import type { InstalledRuntimes, SandboxCapabilities } from '../instances/index.ts';
import type { Storage } from '../storage/index.ts';
import { insideCheck } from './inside-check.ts';
import { networkCheck } from './network-check.ts';
import { ownUserName, rightsCheck } from './rights-check.ts';

const LOW_DISK_MB = 2048;

export interface CheckedParts {
  readonly config: Pick<Config, 'dataDir' | 'egress'>;
  readonly storage: Pick<Storage, 'check'>;
  readonly runtimes: Pick<InstalledRuntimes, 'available'>;
  readonly capabilities: SandboxCapabilities;
}

/** Checks of `doctor` beside the sandbox. */
export async function machineChecks({ config, storage, runtimes, capabilities }: CheckedParts): Promise<Check[]> {
  return [
    ...(await resourceChecks(config.dataDir, runtimes.available())),
    { name: 'stored in', ...(await storage.check()) },
    networkCheck(capabilities, config.egress),
    insideCheck(capabilities),
    rightsCheck(capabilities, ownUserName()),
  ];
}

async function resourceChecks(dataDir: string, runtimes: readonly string[]): Promise<Check[]> {
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
