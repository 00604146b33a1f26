import type { ClosedFolder } from './reach.ts';

const FIRST_ORDINARY_PORT = 1024;

export interface CommandOptions {
  readonly user: { readonly uid: number; readonly gid: number };
  readonly ports: readonly number[];
  readonly closed: readonly ClosedFolder[];
  /** Folder of root that holds the needed paths while the closed folders are covered. */
  readonly stage: string;
  /** The server's command. */
  readonly command: readonly string[];
}

/**
 * The command that runs the server as its user: with its own groups, without a way to more rights, and killed when its
 * parent ends. Closed folders on the way are replaced, in its view, by folders that hold only the paths it needs.
 */
export function serverCommand({ user, ports, closed, stage, command }: CommandOptions): readonly string[] {
  const asUser = ['setpriv', '--reuid', String(user.uid), '--regid', String(user.gid), '--init-groups'];
  const mayListen = ports.some((port) => port > 0 && port < FIRST_ORDINARY_PORT)
    ? ['--inh-caps', '+net_bind_service', '--ambient-caps', '+net_bind_service']
    : [];
  const server = [...asUser, ...mayListen, '--no-new-privs', '--pdeathsig', 'KILL', '--', ...command];
  if (closed.length === 0) return server;
  return [
    'unshare',
    '--mount',
    '--propagation',
    'slave',
    '--',
    'sh',
    '-eu',
    '-c',
    coverScript(closed, stage, user.gid),
    'sh',
    ...server,
  ];
}

/**
 * Covers each closed folder with an empty one and mounts the needed paths back at their places. Ends with the command
 * in `$@`. Only the server's group may enter: for users of sandboxes the folder is as closed as before, and the server
 * must see that.
 */
function coverScript(closed: readonly ClosedFolder[], stage: string, gid: number): string {
  const needed = closed.flatMap((folder) => folder.needed);
  const held = (at: number): string => quoted(`${stage}/${at}`);
  return [
    'here=$PWD',
    `mkdir -p ${quoted(stage)}`,
    `mount -t tmpfs -o mode=0700,size=1m tmpfs ${quoted(stage)}`,
    ...needed.flatMap((path, at) => [placeFor(path, `${stage}/${at}`), `mount --rbind ${quoted(path)} ${held(at)}`]),
    ...closed.map(({ path }) => `mount -t tmpfs -o mode=0710,gid=${gid},size=1m tmpfs ${quoted(path)}`),
    ...needed.flatMap((path, at) => [
      `mkdir -p ${quoted(path.slice(0, path.lastIndexOf('/')))}`,
      placeFor(`${stage}/${at}`, path),
      `mount --rbind ${held(at)} ${quoted(path)}`,
    ]),
    `umount --lazy ${quoted(stage)}`,
    'cd "$here" 2>/dev/null || cd /',
    'exec "$@"',
  ].join('\n');
}

/** Makes an empty file or folder to mount on, of the kind of the original. */
function placeFor(original: string, place: string): string {
  return `if [ -d ${quoted(original)} ]; then mkdir -p ${quoted(place)}; else : > ${quoted(place)}; fi`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
