import { readdirSync, readFileSync, statSync } from 'node:fs';

/** The fields of a service of a compose file that make its rights. */
export interface Service {
  readonly user?: string;
  readonly privileged?: boolean;
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly init?: boolean;
}

export interface Bind {
  readonly from: string;
  readonly to: string;
  readonly writable?: boolean;
}

export interface Start {
  readonly service: Service;
  readonly root: string;
  readonly binds: readonly Bind[];
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  /** Path of a network namespace; one of its own unless set. */
  readonly network?: string | undefined;
}

/** Those that Docker gives to each container. */
const USUAL = [
  ...['CHOWN', 'DAC_OVERRIDE', 'FSETID', 'FOWNER', 'MKNOD', 'NET_RAW', 'SETGID', 'SETUID', 'SETFCAP', 'SETPCAP'],
  ...['NET_BIND_SERVICE', 'SYS_CHROOT', 'KILL', 'AUDIT_WRITE'],
];
const MASKED = ['acpi', 'kcore', 'keys', 'latency_stats', 'timer_list', 'sched_debug', 'scsi'].map((n) => `/proc/${n}`);
const READ_ONLY = ['bus', 'fs', 'irq', 'sys', 'sysrq-trigger'].map((name) => `/proc/${name}`);
/** The engine makes these in each container. */
const DEVICES_OF_ALL = ['null', 'zero', 'full', 'random', 'urandom', 'tty', 'ptmx', 'console'];

export function capabilitiesOf({ privileged = false, cap_add: added = [] }: Service): string[] {
  return privileged ? ownCapabilities() : [...USUAL, ...added];
}

/** What an engine such as Docker makes of a service, for an OCI runtime. System calls are not filtered here. */
export function ociConfig({ service, root, binds, env, command, network }: Start): object {
  const { privileged = false, security_opt: options = [], user = '0' } = service;
  const capabilities = capabilitiesOf(service).map((name) => `CAP_${name}`);
  const isOpen = privileged || options.includes('systempaths=unconfined');
  const groups = privileged || options.includes('writable-cgroups=true') ? 'rw' : 'ro';
  const held = user === '0' ? { effective: capabilities, permitted: capabilities } : {};
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid: Number(user), gid: Number(user) },
      args: command,
      env: Object.entries({ HOME: user === '0' ? '/root' : '/tmp', ...env }).map(([name, value]) => `${name}=${value}`),
      cwd: '/',
      capabilities: { bounding: capabilities, ...held },
    },
    root: { path: root, readonly: false },
    hostname: 'funcgraph',
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      mountOf('/dev', 'tmpfs', ['nosuid', 'mode=755', 'size=65536k']),
      mountOf('/dev/pts', 'devpts', ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5']),
      mountOf('/dev/shm', 'tmpfs', ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k']),
      mountOf('/sys', 'sysfs', ['nosuid', 'noexec', 'nodev', privileged ? 'rw' : 'ro']),
      mountOf('/sys/fs/cgroup', 'cgroup', ['nosuid', 'noexec', 'nodev', 'relatime', groups]),
      ...binds.map(({ from, to, writable }) => ({
        destination: to,
        type: 'bind',
        source: from,
        options: ['rbind', writable === true ? 'rw' : 'ro'],
      })),
    ],
    linux: {
      namespaces: [
        ...['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })),
        { type: 'network', ...(network === undefined ? {} : { path: network }) },
      ],
      resources: { devices: [{ allow: privileged, access: 'rwm' }] },
      ...(privileged ? { devices: hostDevices() } : {}),
      ...(isOpen ? {} : { maskedPaths: MASKED, readonlyPaths: READ_ONLY }),
    },
  };
}

const mountOf = (destination: string, type: string, options: readonly string[]) => ({
  destination,
  type,
  source: type,
  options,
});

/** No container gets more than its engine has. */
function ownCapabilities(): string[] {
  const [, held = '0'] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return ALL.filter((_, bit) => ((BigInt(`0x${held}`) >> BigInt(bit)) & 1n) === 1n);
}

/** In the order of their bits. */
const ALL = [
  ...['CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP'],
  ...['LINUX_IMMUTABLE', 'NET_BIND_SERVICE', 'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER'],
  ...['SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_NICE'],
  ...['SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'MKNOD', 'LEASE', 'AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP'],
  ...['MAC_OVERRIDE', 'MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ', 'PERFMON', 'BPF'],
  'CHECKPOINT_RESTORE',
];

function hostDevices(): object[] {
  return readdirSync('/dev')
    .filter((name) => !DEVICES_OF_ALL.includes(name))
    .flatMap((name) => {
      const path = `/dev/${name}`;
      const found = statSync(path, { throwIfNoEntry: false });
      if (found === undefined || !(found.isBlockDevice() || found.isCharacterDevice())) return [];
      const { rdev, mode, uid, gid } = found;
      const minor = (rdev & 0xff) | ((rdev >> 12) & 0xfff00);
      const type = found.isBlockDevice() ? 'b' : 'c';
      return [{ path, type, major: (rdev >> 8) & 0xfff, minor, fileMode: mode & 0o777, uid, gid }];
    });
}
