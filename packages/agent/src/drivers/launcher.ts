/**
 * It is constant; everything that varies comes as a positional argument: number of files, of processes, of cgroup files,
 * these files, then the command. The process itself sets limits and groups before it executes the sandbox, so that they
 * apply from the first instruction.
 */
const LAUNCHER = `
ulimit -c 0 || exit 125
ulimit -n "$1" || exit 125
if [ "$2" -gt 0 ]; then ulimit -p "$2" || exit 125; fi
n=$3
shift 3
while [ "$n" -gt 0 ]; do
  echo 0 > "$1" || exit 125
  shift
  n=$((n - 1))
done
exec "$@"
`;

/** Runs inside the sandbox. POSIX has redirections of one digit only. */
const starter = (started: number): string => `
printf . >&${started} || exit 125
exec ${started}>&-
exec "$@"
`;

export interface Launch {
  readonly maxFiles: number;
  /**
   * Process limit by user id, 0 for none: correct only if the user id belongs to one sandbox and no cgroup limits
   * processes.
   */
  readonly maxProcessesOfUser: number;
  readonly joinFiles: readonly string[];
  /** Become this user first; undefined to stay. */
  readonly uid: number | undefined;
  /** Default: the number of the user. */
  readonly gid?: number | undefined;
  readonly command: readonly string[];
}

/** The way from the agent to the first program of a sandbox. */
export interface Launcher {
  /** What the sandbox must find open, from the descriptor `own` on. */
  readonly descriptors: readonly number[];
  /** Sets limits, groups and user, then executes the command: on the host. */
  outside(launch: Launch): { readonly program: string; readonly args: readonly string[] };
  /** Reports on `started` that the sandbox is complete, then executes the command: inside. */
  inside(command: readonly string[], descriptors: { readonly own: number; readonly started: number }): string[];
}

/** For machines without a C compiler: `dash` (or another POSIX shell whose `ulimit` knows `-p`) and setpriv. */
export class ShellLauncher implements Launcher {
  readonly descriptors: readonly number[] = [];
  readonly #shell: string;
  readonly #setpriv: string | undefined;

  constructor({ shell, setpriv }: { readonly shell: string; readonly setpriv: string | undefined }) {
    this.#shell = shell;
    this.#setpriv = setpriv;
  }

  outside({ maxFiles, maxProcessesOfUser, joinFiles, uid, gid = uid, command }: Launch): {
    readonly program: string;
    readonly args: readonly string[];
  } {
    const numbers = [maxFiles, maxProcessesOfUser, joinFiles.length].map(String);
    const drop =
      uid === undefined || this.#setpriv === undefined
        ? []
        : [this.#setpriv, '--reuid', String(uid), '--regid', String(gid), '--clear-groups', '--inh-caps=-all', '--'];
    const args = ['-c', LAUNCHER, 'funcgraph-launcher', ...numbers, ...joinFiles, ...drop, ...command];
    return { program: this.#shell, args };
  }

  inside(command: readonly string[], { started }: { readonly started: number }): string[] {
    return ['/bin/sh', '-c', starter(started), 'funcgraph-starter', ...command];
  }
}
