import { AgentError } from '../../agent-error.ts';
import type { MountBind } from '../../mounts/shared-mounts.ts';
import { type Bind, LINK_PATH, PLATFORM_PATH, type SandboxSpec } from '../../protocol.ts';
import { type HostFiles, INNER_UID, rootArguments } from './host-files.ts';
import { checkImageBinds, imageRoot, STARTED_VARIABLE } from './image-root.ts';

/** Descriptors that bubblewrap finds open. */
export const ARGS_FD = 3;
export const STATUS_FD = 4;
export const SECCOMP_FD = 5;
export const STARTED_FD = 6;
/** The first of the sources: binds in their order, then the link socket, then the root file system. */
export const SOURCES_FD = 7;

/** Paths that the sandbox itself needs; a bind there would weaken the isolation. */
const RESERVED = ['/proc', '/dev', '/sys', '/etc', '/usr', '/bin', '/sbin', '/lib', '/lib64', '/tmp', '/run/funcgraph'];
/** Parent of the file systems that outlive a sandbox. */
const MOUNT_PATH = '/mnt';

export interface DescriptorBind {
  readonly descriptor: number;
  readonly target: string;
}

export interface ArgumentParts {
  readonly spec: SandboxSpec;
  readonly host: HostFiles;
  /** The bind sources, by their open descriptor in bubblewrap. */
  readonly binds: readonly DescriptorBind[];
  /** Folders and files that the agent made for this sandbox. */
  readonly ownBinds?: readonly Bind[];
  /** The mounts below `/mnt`. */
  readonly mounts?: readonly MountBind[];
  readonly linkDescriptor: number;
  /** Of the root file system, when the sandbox has one of its own. */
  readonly rootDescriptor?: number | undefined;
  /** Folder to show as `/tmp`; undefined for one in memory. */
  readonly tmpFolder: string | undefined;
  readonly hasFilter: boolean;
}

/**
 * All options of bubblewrap. They are passed through a descriptor, not through argv, where every user of the machine
 * could read the environment. The root is made read-only at the very end.
 */
export function bubblewrapArguments({
  spec,
  host,
  binds,
  ownBinds = [],
  mounts = [],
  linkDescriptor,
  rootDescriptor,
  tmpFolder,
  hasFilter,
}: ArgumentParts): string[] {
  const { rootfs } = spec;
  const { uid, gid } = rootfs ?? { uid: INNER_UID, gid: INNER_UID };
  const variables = rootfs === undefined ? spec.env : { ...spec.env, [STARTED_VARIABLE]: String(STARTED_FD) };
  return [
    ...isolation({ host, uid, gid, hasFilter }),
    ...environment(variables),
    ...(rootDescriptor === undefined ? rootArguments(host) : imageRoot(rootDescriptor, host.etcFolder)),
    ...ownFolders(tmpFolder, spec.tmpBytes),
    ...inOrder([...binds, ...ownBinds]).flatMap((bind) =>
      'source' in bind
        ? ['--ro-bind', bind.source, bind.target]
        : ['--ro-bind-fd', String(bind.descriptor), bind.target],
    ),
    ...mountArguments(mounts),
    ...['--ro-bind-fd', String(linkDescriptor), LINK_PATH],
    ...(rootfs === undefined ? [] : ['--remount-ro', PLATFORM_PATH]),
    ...['--remount-ro', '/', '--chdir', spec.workingDir],
  ];
}

/** The first part of the plan of a sandbox that waits. No option is empty, which is how the launcher finds its end. */
export function waitingArguments({
  host,
  tmpFolder,
  tmpBytes,
  hasFilter,
}: Pick<ArgumentParts, 'host' | 'tmpFolder' | 'hasFilter'> & { readonly tmpBytes: number }): string[] {
  return [
    ...isolation({ host, uid: INNER_UID, gid: INNER_UID, hasFilter }),
    ...rootArguments(host),
    ...ownFolders(tmpFolder, tmpBytes),
  ];
}

/** The second part, when everything is attached. */
export function occupyingArguments({ env, workingDir, command }: SandboxSpec): string[] {
  return [...environment(env), '--remount-ro', '/', '--chdir', workingDir, '--', ...command];
}

interface Isolation extends Pick<ArgumentParts, 'host' | 'hasFilter'> {
  readonly uid: number;
  readonly gid: number;
}

function isolation({ host, uid, gid, hasFilter }: Isolation): string[] {
  return [
    ...['--unshare-all', '--unshare-user', '--disable-userns', '--uid', String(uid), '--gid', String(gid)],
    ...['--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--hostname', host.hostname],
    ...['--json-status-fd', String(STATUS_FD), ...(hasFilter ? ['--seccomp', String(SECCOMP_FD)] : []), '--clearenv'],
  ];
}

function environment(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).flatMap(([name, value]) => ['--setenv', name, value]);
}

function ownFolders(tmpFolder: string | undefined, tmpBytes: number): string[] {
  return [
    // The init of the sandbox runs as the user of the functions: code that could write its memory could keep it alive.
    ...['--perms', '0555', '--size', '4096', '--tmpfs', '/proc/1', '--remount-ro', '/proc/1'],
    ...(tmpFolder === undefined
      ? ['--perms', '1777', '--size', String(tmpBytes), '--tmpfs', '/tmp']
      : ['--bind', tmpFolder, '/tmp']),
  ];
}

/** Of a sandbox that only proves that this machine lets the agent make one. */
export function trialOptions(host: HostFiles): string[] {
  const isolation = ['--unshare-all', '--unshare-user', '--disable-userns', '--die-with-parent', '--new-session'];
  return [
    ...[...isolation, '--cap-drop', 'ALL', '--clearenv', '--hostname', host.hostname],
    ...['--uid', String(INNER_UID), '--gid', String(INNER_UID), ...rootArguments(host)],
    ...['--remount-ro', '/', '--chdir', '/'],
  ];
}

/** A separate path, so that no file has to be created in the root of an image. */
function mountArguments(mounts: readonly MountBind[]): string[] {
  if (mounts.length === 0) return [];
  return [
    ...['--perms', '0755', '--size', String(1 << 20), '--tmpfs', MOUNT_PATH],
    ...mounts.flatMap(({ source, target, readOnly }) => [readOnly ? '--ro-bind' : '--bind', source, target]),
    ...['--remount-ro', MOUNT_PATH],
  ];
}

/** Throws `BAD_REQUEST` for a bind that would weaken the isolation. */
export function checkTargets({ binds, rootfs }: Pick<SandboxSpec, 'binds' | 'rootfs'>): void {
  const inImage = rootfs !== undefined;
  if (inImage) checkImageBinds(binds, LINK_PATH);
  for (const { target } of binds) {
    const reserved = RESERVED.some((place) => target === place || target.startsWith(`${place}/`));
    if (!inImage && (target === '/' || reserved))
      throw new AgentError('BAD_REQUEST', `nothing may be bound at ${target}`);
  }
}

/** A parent must be mounted before the mounts below it. */
export function inOrder<T extends { readonly target: string }>(binds: readonly T[]): T[] {
  return [...binds].sort((a, b) => a.target.split('/').length - b.target.split('/').length);
}
