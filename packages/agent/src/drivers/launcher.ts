/**
 * The only shell text of the agent. It is constant; everything that varies comes as a positional argument: number of
 * files, number of cgroup files, these files, then the command. The process itself sets limits and groups before it
 * executes the sandbox, so that they apply from the first instruction.
 */
export const LAUNCHER = `
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

/**
 * Runs inside the sandbox: signals to the agent that the sandbox is complete, closes that descriptor, executes the
 * function.
 */
export const STARTER = `
printf . >&6 || exit 125
exec 6>&-
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
  readonly setpriv: string | undefined;
  readonly command: readonly string[];
}

/** Arguments for `dash` (or another POSIX shell whose `ulimit` knows `-p`). */
export function launchArguments({
  maxFiles,
  maxProcessesOfUser,
  joinFiles,
  uid,
  gid = uid,
  setpriv,
  command,
}: Launch): string[] {
  const numbers = [maxFiles, maxProcessesOfUser, joinFiles.length].map(String);
  const drop =
    uid === undefined || setpriv === undefined
      ? []
      : [setpriv, '--reuid', String(uid), '--regid', String(gid), '--clear-groups', '--inh-caps=-all', '--'];
  return ['-c', LAUNCHER, 'funcgraph-launcher', ...numbers, ...joinFiles, ...drop, ...command];
}
