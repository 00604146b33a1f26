import { closeSync, openSync, writeFileSync } from 'node:fs';
import { runHostCommand } from '../host-command.ts';
import type { SandboxWay } from '../protocol.ts';
import { ARGS_FD, STARTED_FD } from './bubblewrap/arguments.ts';
import type { Launch, Launcher } from './launcher.ts';

const NOBODY = 65_534;
const STDOUT = 1;

/** The first program of a sandbox. */
export interface FirstProgram {
  readonly command: readonly string[];
  /** It reports on `STARTED_FD` by itself. */
  readonly reports: boolean;
  /** The first of the maker's own descriptors, in the sandbox that is made. */
  readonly own: number;
}

/** What makes the sandbox that the options on `ARGS_FD` describe: both ways make the same. */
export interface SandboxMaker {
  readonly way: SandboxWay;
  /** What it must find open, from the descriptor `own` on. */
  readonly descriptors: readonly number[];
  /** Sets limits, groups and user, makes the sandbox, then executes the first program in it. */
  command(launch: Omit<Launch, 'command'>, first: FirstProgram): { readonly program: string; readonly args: string[] };
  /** Makes a sandbox that waits for the second part of its plan; undefined when the maker cannot. */
  waiting?(launch: Omit<Launch, 'command'>): { readonly program: string; readonly args: string[] };
}

/** Where the compiled launcher is missing, or the kernel has not all that it needs. */
export class BubblewrapMaker implements SandboxMaker {
  readonly way = 'bubblewrap';
  readonly #launcher: Launcher;
  readonly #bwrap: string;

  constructor(launcher: Launcher, bwrap: string) {
    this.#launcher = launcher;
    this.#bwrap = bwrap;
  }

  get descriptors(): readonly number[] {
    return this.#launcher.descriptors;
  }

  command(
    launch: Omit<Launch, 'command'>,
    { command, reports, own }: FirstProgram,
  ): { readonly program: string; readonly args: string[] } {
    const inner = reports ? command : this.#launcher.inside(command, { own, started: STARTED_FD });
    const { program, args } = this.#launcher.outside({
      ...launch,
      command: [this.#bwrap, '--args', String(ARGS_FD), '--', ...inner],
    });
    return { program, args: [...args] };
  }
}

/** The compiled launcher makes the sandbox itself: half of the processor time, without two programs on the way. */
export class LauncherMaker implements SandboxMaker {
  readonly way = 'launcher';
  readonly descriptors: readonly number[] = [];
  readonly #program: string;

  private constructor(program: string) {
    this.#program = program;
  }

  /**
   * Makes one sandbox with these options, whose plan is kept in `planFile`. Throws when the program was not built, cannot
   * be executed by other users, or may not make a sandbox here.
   */
  static async open(
    program: string,
    { options, planFile, isRoot }: { readonly options: readonly string[]; planFile: string; isRoot: boolean },
  ): Promise<LauncherMaker> {
    const maker = new LauncherMaker(program);
    writeFileSync(planFile, planText([...options, '--json-status-fd', String(STDOUT)]), { mode: 0o600 });
    const plan = openSync(planFile, 'r');
    try {
      const launch = { maxFiles: 64, maxProcessesOfUser: 0, joinFiles: [], uid: isRoot ? NOBODY : undefined };
      const args = maker.#arguments(launch, { command: ['/bin/true'], reports: false, started: STDOUT });
      if ((await runHostCommand(program, args, [plan])).includes('.')) return maker;
      throw new Error('the launcher did not report');
    } finally {
      closeSync(plan);
    }
  }

  command(
    launch: Omit<Launch, 'command'>,
    { command, reports }: FirstProgram,
  ): { readonly program: string; readonly args: string[] } {
    return { program: this.#program, args: this.#arguments(launch, { command, reports, started: STARTED_FD }) };
  }

  waiting(launch: Omit<Launch, 'command'>): { readonly program: string; readonly args: string[] } {
    const args = ['wait', ...outsideArguments(launch), String(ARGS_FD), String(STARTED_FD)];
    return { program: this.#program, args };
  }

  #arguments(
    launch: Omit<Launch, 'command'>,
    { command, reports, started }: Omit<FirstProgram, 'own'> & { readonly started: number },
  ): string[] {
    const first = [ARGS_FD, started, reports ? 'no' : 'yes'].map(String);
    return ['make', ...outsideArguments(launch), ...first, ...command];
  }
}

function outsideArguments({
  maxFiles,
  maxProcessesOfUser,
  joinFiles,
  uid,
  gid = uid,
}: Omit<Launch, 'command'>): string[] {
  return [...[maxFiles, maxProcessesOfUser, uid ?? '-', gid ?? '-'].map(String), ...joinFiles, '--'];
}

/** Both ways read the options so. */
export function planText(options: readonly string[]): string {
  return options.map((option) => `${option}\0`).join('');
}
