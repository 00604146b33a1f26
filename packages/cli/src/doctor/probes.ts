import { dirname } from 'node:path';
import type { Check, Machine } from './check.ts';
import { container, isMissing } from './container.ts';

const MEBIBYTE = 1024 * 1024;
const OLDEST_NODE = 24;

/** The Node.js that runs the platform; functions have their own. */
function node(machine: Machine, path: string): Check {
  const from = path.includes('/node_modules/') ? 'comes with Funcgraph' : 'of this machine';
  const check = { name: 'node', detail: `${machine.nodeVersion} ${from} (${path})` };
  if (Number.parseInt(machine.nodeVersion.slice(1), 10) >= OLDEST_NODE) return { ...check, state: 'ok' };
  return { ...check, state: 'fail', hint: `npm ci --include=optional brings Node.js ${OLDEST_NODE}` };
}

function platform(machine: Machine): Check {
  const detail = `${machine.platform} ${machine.arch}`;
  if (machine.platform !== 'linux')
    return { name: 'platform', state: 'fail', detail, hint: 'functions run on Linux only; a virtual machine will do' };
  if (machine.arch !== 'x64' && machine.arch !== 'arm64') {
    return { name: 'platform', state: 'fail', detail, hint: 'there is a system call filter for x64 and arm64 only' };
  }
  return { name: 'platform', state: 'ok', detail };
}

async function user(machine: Machine): Promise<Check> {
  if (machine.uid === 0) {
    const { code } = await machine.run('getent', ['passwd', 'funcgraph']);
    const server = code === 0 ? 'runs as funcgraph' : 'will run as funcgraph, which the first start makes';
    return { name: 'user', state: 'ok', detail: `root: every limit can be set; the server ${server}` };
  }
  return {
    name: 'user',
    state: 'warn',
    detail: `uid ${machine.uid ?? 'unknown'}: no user of its own for each instance, memory and CPU limits only with delegated cgroups`,
    hint: 'run the server as root for all limits; it starts functions without any privilege',
  };
}

async function bubblewrap(machine: Machine): Promise<Check> {
  const { code, output } = await machine.run('bwrap', ['--version']);
  if (code === 0) return { name: 'bubblewrap', state: 'ok', detail: output.trim() };
  return {
    name: 'bubblewrap',
    state: 'fail',
    detail: 'not found: functions cannot be isolated',
    hint: 'apt-get install bubblewrap (Debian, Ubuntu), dnf install bubblewrap (Fedora)',
  };
}

/** A trial, not a look at settings: containers, AppArmor and sysctls can all forbid it. */
async function namespaces(machine: Machine): Promise<Check> {
  const { code, output } = await machine.run('bwrap', [
    '--unshare-all',
    '--unshare-user',
    '--ro-bind',
    '/',
    '/',
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    'true',
  ]);
  if (code === 0) return { name: 'namespaces', state: 'ok', detail: 'a sandbox can be started' };
  if (code === undefined) return { name: 'namespaces', state: 'fail', detail: 'cannot be tried without bubblewrap' };
  const restricted = (await machine.readText('/proc/sys/kernel/apparmor_restrict_unprivileged_userns'))?.trim() === '1';
  const forbidden = (await machine.readText('/proc/sys/kernel/unprivileged_userns_clone'))?.trim() === '0';
  const hint = restricted
    ? 'AppArmor forbids it to users: run as root, or sysctl kernel.apparmor_restrict_unprivileged_userns=0'
    : forbidden
      ? 'sysctl kernel.unprivileged_userns_clone=1, or run as root'
      : 'in a container, the line "container" lists the options that allow it';
  return { name: 'namespaces', state: 'fail', detail: output.trim().split('\n')[0] ?? '', hint };
}

async function cgroups(machine: Machine): Promise<Check> {
  const v2 = (await machine.readText('/sys/fs/cgroup/cgroup.controllers'))?.trim();
  if (v2 !== undefined && v2 !== '') {
    const writable = await machine.writable('/sys/fs/cgroup');
    if (writable) return { name: 'cgroup', state: 'ok', detail: `v2 (${v2})` };
    return {
      name: 'cgroup',
      state: 'warn',
      detail: 'v2, not writable here: no memory, CPU and process limits',
      hint: 'run as root, or under systemd with Delegate=yes',
    };
  }
  const needed = ['memory', 'cpu', 'pids', 'freezer'];
  const lacking: string[] = [];
  for (const controller of needed) {
    if (!(await machine.writable(`/sys/fs/cgroup/${controller}`))) lacking.push(controller);
  }
  if (lacking.length === 0) return { name: 'cgroup', state: 'ok', detail: `v1 (${needed.join(' ')})` };
  return {
    name: 'cgroup',
    state: 'warn',
    detail: `v1 without ${lacking.join(', ')}: these limits are not enforced`,
    hint: 'run as root on a machine with cgroup v2, or with these controllers mounted writable',
  };
}

async function tmpVolumes(machine: Machine): Promise<Check> {
  if (machine.uid === 0 && (await machine.exists('/dev/loop-control'))) {
    return { name: 'tmp', state: 'ok', detail: 'loop devices: 512 MB of /tmp beside the memory limit' };
  }
  return {
    name: 'tmp',
    state: 'warn',
    detail: '/tmp of functions is in memory and counts against their memory limit',
    hint: 'needs root, loop devices (modprobe loop) and a data directory on a disk, not in memory',
  };
}

/** Requirements of the agent for networks of functions that keep functions away from the machine. */
async function network(machine: Machine): Promise<Check> {
  const name = 'network';
  if (machine.uid !== 0)
    return { name, state: 'warn', detail: 'functions reach nothing but themselves', hint: 'run the server as root' };
  const programs = [
    ['ip', '-V', 'iproute2'],
    ['nft', '--version', 'nftables'],
  ] as const;
  const lacking: string[] = [];
  for (const [program, version, pkg] of programs) {
    if ((await machine.run(program, [version])).code !== 0) lacking.push(pkg);
  }
  if (lacking.length > 0) {
    const detail = `${lacking.join(' and ')} not found: functions reach nothing but themselves`;
    return { name, state: 'warn', detail, hint: `apt-get install ${lacking.join(' ')}` };
  }
  if (await isMissing(machine, 'NET_ADMIN')) {
    const detail = 'functions reach nothing but themselves: root has no capability NET_ADMIN';
    return { name, state: 'warn', detail, hint: 'give the container the option --cap-add NET_ADMIN' };
  }
  return { name, state: 'ok', detail: 'functions can reach the outside, and not this machine' };
}

/** Space at the place of the data directory, which may not exist yet. */
async function space(machine: Machine, dataDir: string): Promise<Check> {
  let place = dataDir;
  while (!(await machine.exists(place)) && dirname(place) !== place) place = dirname(place);
  const free = Math.floor((await machine.freeBytes(place)) / MEBIBYTE);
  const detail = `${dataDir}: ${free} MB free`;
  if (!(await machine.writable(place)))
    return { name: 'data', state: 'fail', detail: `${place} is not writable`, hint: 'choose a folder with --data-dir' };
  if (free < 200)
    return { name: 'data', state: 'fail', detail, hint: 'free some space, or choose another place with --data-dir' };
  if (free < 2048)
    return { name: 'data', state: 'warn', detail, hint: 'code, logs and queued events need room: 2 GB or more' };
  return { name: 'data', state: 'ok', detail };
}

async function database(machine: Machine, nodePath: string, serverFolder: string): Promise<Check> {
  const script =
    'process.chdir(process.argv[1]); require(require.resolve("better-sqlite3", { paths: [process.argv[1]] }))(":memory:")';
  const { code, output } = await machine.run(nodePath, ['-e', script, serverFolder]);
  if (code === 0) return { name: 'database', state: 'ok', detail: 'SQLite module loads' };
  const reason = output.split('\n').find((line) => line.includes('Error')) ?? 'it does not load';
  return {
    name: 'database',
    state: 'fail',
    detail: `SQLite module: ${reason.trim()}`,
    hint: 'npm ci installs it again',
  };
}

export interface ProbePlaces {
  readonly dataDir: string;
  readonly nodePath: string;
  /** The folder of the server package, from where its modules are found. */
  readonly serverFolder: string;
}

/** Inspects the machine without a server. One finding for each requirement of Funcgraph. */
export async function probeMachine(machine: Machine, places: ProbePlaces): Promise<Check[]> {
  const sandbox = await namespaces(machine);
  return [
    node(machine, places.nodePath),
    platform(machine),
    await user(machine),
    ...(await container(machine, sandbox.state === 'ok')),
    await bubblewrap(machine),
    sandbox,
    await cgroups(machine),
    await tmpVolumes(machine),
    await network(machine),
    await space(machine, places.dataDir),
    await database(machine, places.nodePath, places.serverFolder),
  ];
}
