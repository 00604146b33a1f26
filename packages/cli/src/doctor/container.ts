import type { Check, Machine } from './check.ts';

/** Bits of the capability sets, with what root needs them for. */
const CAPABILITIES = { NET_ADMIN: 12n, SYS_PTRACE: 19n, SYS_ADMIN: 21n } as const;
type Capability = keyof typeof CAPABILITIES;

/** A right that the container has not, and the option of its engine that gives it. */
interface Gap {
  readonly lacks: string;
  readonly option: string;
}

async function isInside(machine: Machine): Promise<boolean> {
  for (const mark of ['/.dockerenv', '/run/.containerenv'])
    if ((await machine.readText(mark)) !== undefined) return true;
  // as systemd and the image of Funcgraph name it
  const environment = (await machine.readText('/proc/self/environ')) ?? '';
  return environment.split('\0').some((line) => /^container=./.test(line));
}

/** Whether this process has not the capability; false where that cannot be found out. */
export async function isMissing(machine: Machine, capability: Capability): Promise<boolean> {
  const [, held] = /^CapEff:\s*([0-9a-f]+)$/m.exec((await machine.readText('/proc/self/status')) ?? '') ?? [];
  return held !== undefined && ((BigInt(`0x${held}`) >> CAPABILITIES[capability]) & 1n) === 0n;
}

/** What forbids a sandbox. Only looked for where none can be started: each engine forbids other things. */
async function gapsOfSandboxes(machine: Machine): Promise<Gap[]> {
  const status = (await machine.readText('/proc/self/status')) ?? '';
  const mounts = (await machine.readText('/proc/self/mountinfo')) ?? '';
  const profile = (await machine.readText('/proc/self/attr/current')) ?? '';
  return [
    ...(/^Seccomp:\s*2$/m.test(status)
      ? [{ lacks: 'all system calls', option: '--security-opt seccomp=unconfined' }]
      : []),
    ...(profile.includes('(enforce)')
      ? [{ lacks: 'freedom from AppArmor', option: '--security-opt apparmor=unconfined' }]
      : []),
    ...(/ \/proc\/sys /.test(mounts)
      ? [{ lacks: 'an open /proc', option: '--security-opt systempaths=unconfined' }]
      : []),
  ];
}

async function gapsOfRoot(machine: Machine): Promise<Gap[]> {
  const gaps: Gap[] = [];
  for (const name of ['SYS_ADMIN', 'NET_ADMIN', 'SYS_PTRACE'] as const) {
    if (await isMissing(machine, name)) gaps.push({ lacks: name, option: `--cap-add ${name}` });
  }
  const controllers = await machine.readText('/sys/fs/cgroup/cgroup.controllers');
  const groups = controllers === undefined ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup';
  if (!(await machine.writable(groups)))
    gaps.push({ lacks: 'writable cgroups', option: '--security-opt writable-cgroups=true' });
  return gaps;
}

/** Inside a container: the rights that it lacks, and the options that give them. Nothing elsewhere. */
export async function container(machine: Machine, canSandbox: boolean): Promise<Check[]> {
  if (!(await isInside(machine))) return [];
  const name = 'container';
  const gaps = [
    ...(machine.uid === 0 ? await gapsOfRoot(machine) : []),
    ...(canSandbox ? [] : await gapsOfSandboxes(machine)),
  ];
  if (gaps.length === 0) return [{ name, state: 'ok', detail: 'inside one, with all rights that are needed' }];
  const options = gaps.map((gap) => gap.option).join(' ');
  return [
    {
      name,
      state: canSandbox ? 'warn' : 'fail',
      detail: `inside one that lacks ${gaps.map((gap) => gap.lacks).join(', ')}`,
      hint: `start it with ${options}, or with --privileged`,
    },
  ];
}
