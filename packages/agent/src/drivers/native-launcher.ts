import { closeSync, constants, openSync } from 'node:fs';
import { runHostCommand } from '../host-command.ts';
import type { Launch, Launcher } from './launcher.ts';

const NOBODY = 65_534;
const NAMESPACES = ['--unshare-all', '--unshare-user'];
const OWN_IN_TRIAL = 3;
const STDOUT = 1;

/** Of a sandbox that only proves that the program can be executed through its descriptor inside one. */
interface Trial {
  readonly bwrap: string;
  /** Arguments of bubblewrap for the root file system. */
  readonly rootArgs: readonly string[];
  readonly isRoot: boolean;
}

/**
 * The compiled launcher: two short execs of a static program in the place of two shells and setpriv, which cost 3 ms of
 * processor time at each start. Sandboxes are shown it by a descriptor, not by a mount.
 */
export class NativeLauncher implements Launcher {
  readonly #program: string;
  readonly #descriptor: number;

  private constructor(program: string, descriptor: number) {
    this.#program = program;
    this.#descriptor = descriptor;
  }

  /** Throws when the program was not built, or cannot be executed by other users or inside a sandbox of this machine. */
  static async open(program: string, { bwrap, rootArgs, isRoot }: Trial): Promise<NativeLauncher> {
    const descriptor = openSync(program, constants.O_RDONLY);
    const launcher = new NativeLauncher(program, descriptor);
    try {
      const inside = launcher.inside(['/bin/true'], { own: OWN_IN_TRIAL, started: STDOUT });
      const { args } = launcher.outside({
        maxFiles: 64,
        maxProcessesOfUser: 0,
        joinFiles: [],
        uid: isRoot ? NOBODY : undefined,
        command: [bwrap, ...NAMESPACES, ...rootArgs, '--', ...inside],
      });
      if ((await runHostCommand(program, args, [descriptor])) === '.') return launcher;
      throw new Error('the launcher did not report');
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  get descriptors(): readonly number[] {
    return [this.#descriptor];
  }

  outside({ maxFiles, maxProcessesOfUser, joinFiles, uid, gid = uid, command }: Launch): {
    readonly program: string;
    readonly args: readonly string[];
  } {
    const numbers = [maxFiles, maxProcessesOfUser, uid ?? '-', gid ?? '-'].map(String);
    return { program: this.#program, args: ['enter', ...numbers, ...joinFiles, '--', ...command] };
  }

  inside(command: readonly string[], { own, started }: { readonly own: number; readonly started: number }): string[] {
    return [`/proc/self/fd/${own}`, 'start', String(own), String(started), ...command];
  }
}
