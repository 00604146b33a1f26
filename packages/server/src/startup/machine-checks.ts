import { statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import type { Config } from '../config/index.ts';
import type { Check } from '../ingress/index.ts';
import type { InstalledRuntimes, SandboxCapabilities } from '../instances/index.ts';
import type { Storage } from '../storage/index.ts';
import { insideCheck } from './inside-check.ts';
import { ownUserName, rightsCheck } from './rights-check.ts';
import { startsCheck } from './starts-check.ts';

/** Networks that functions can reach on this machine, for `doctor`. */
function networkCheck({ networks, degraded }: SandboxCapabilities, egress: boolean): Check {
  const name = 'network';
  if (!networks) {
    return {
      name,
      ok: false,
      code: 'network.closed',
      detail:
        degraded.find((sentence) => sentence.includes('reach nothing')) ?? 'Functions reach nothing but themselves.',
      hint: 'Run the server as root, with the packages iproute2 and nftables, and restart it.',
    };
  }
  if (!egress) {
    const detail = 'functions reach their own network only (--egress off)';
    return { name, ok: true, code: 'network.own', detail };
  }
  const gap = degraded.find((sentence) => /look up names|firewall/.test(sentence));
  if (gap === undefined) return { name, ok: true, code: 'network.open', detail: 'functions reach the outside' };
  return {
    name,
    ok: false,
    code: 'network.gap',
    detail: gap,
    hint: 'Name servers that are not on this machine go to /etc/resolv.conf; forwarding is accepted by a rule for fg*.',
  };
}

const LOW_DISK_MB = 2048;

export interface CheckedParts {
  readonly config: Pick<Config, 'dataDir' | 'egress'>;
  readonly storage: Pick<Storage, 'check'>;
  readonly runtimes: Pick<InstalledRuntimes, 'available'>;
  readonly capabilities: SandboxCapabilities;
  readonly externalS3: { probe(): Promise<readonly S3Probe[]> };
}

/** Whether an S3 service of the operator answers. */
interface S3Probe {
  readonly name: string;
  readonly endpoint: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Checks of `doctor` beside the sandbox. */
export async function machineChecks(parts: CheckedParts): Promise<Check[]> {
  const { config, storage, runtimes, capabilities, externalS3 } = parts;
  return [
    ...(await resourceChecks(config.dataDir, runtimes.available())),
    { name: 'stored in', code: 'storage.place', ...(await storage.check()) },
    networkCheck(capabilities, config.egress),
    insideCheck(capabilities),
    startsCheck(capabilities),
    rightsCheck(capabilities, ownUserName()),
    ...(await externalS3.probe()).map(s3Check),
  ];
}

function s3Check({ name, endpoint, ok, detail }: S3Probe): Check {
  return {
    name: `S3 service ${name}`,
    ok,
    code: 's3.service',
    values: { service: name, endpoint, answer: detail },
    detail: `${endpoint}: ${detail}`,
    ...(ok ? {} : { hint: 'Correct its entry in external_s3_file, or its keys, and restart the server.' }),
  };
}

async function resourceChecks(dataDir: string, runtimes: readonly string[]): Promise<Check[]> {
  const disk = await statfs(dataDir);
  const memoryMb = Math.floor(totalmem() / 2 ** 20);
  const freeMb = Math.floor((disk.bavail * disk.bsize) / 2 ** 20);
  return [
    {
      name: 'disk space',
      ok: freeMb >= LOW_DISK_MB,
      code: 'disk.space',
      values: { free: String(freeMb), folder: dataDir },
      detail: `${freeMb} MB free for ${dataDir}`,
      ...(freeMb >= LOW_DISK_MB ? {} : { hint: 'Free some space or choose another --data-dir.' }),
    },
    { name: 'memory', ok: true, code: 'memory.size', values: { size: String(memoryMb) }, detail: `${memoryMb} MB` },
    {
      name: 'runtimes',
      ok: runtimes.length > 0,
      code: runtimes.length > 0 ? 'runtimes.found' : 'runtimes.none',
      values: { names: runtimes.join(', ') },
      detail: runtimes.join(', '),
      ...(runtimes.length > 0 ? {} : { hint: 'Install one with: fgs runtimes install Node.js20.15' }),
    },
  ];
}
