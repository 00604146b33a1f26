import { spawn } from 'node:child_process';
import { CliError, type Context } from '../../framework/index.ts';

/** Which build commands run; an owner is a function or package, by its name in the file. */
export interface Builds {
  isDue(owner: string, command: string): boolean;
  /** It begins. */
  begins(owner: string): void;
  /** It has ended. */
  ends(): void;
  /** It ran without an error. */
  done(owner: string, command: string): void;
}

const nothing = (): void => undefined;
const NO_NOTES = { begins: nothing, ends: nothing, done: nothing };
export const EVERY_BUILD: Builds = { isDue: () => true, ...NO_NOTES };
export const NO_BUILD: Builds = { isDue: () => false, ...NO_NOTES };

/** For plans that are repeated: a command runs once, and again when its owner or the command has changed, or when it failed. */
export class DueBuilds implements Builds {
  readonly #done = new Map<string, string>();
  readonly begins: Builds['begins'];
  readonly ends: Builds['ends'];

  constructor({ begins, ends }: Pick<Builds, 'begins' | 'ends'>) {
    this.begins = begins;
    this.ends = ends;
  }

  isDue(owner: string, command: string): boolean {
    return this.#done.get(owner) !== command;
  }

  done(owner: string, command: string): void {
    this.#done.set(owner, command);
  }

  changed(owners: Iterable<string>): void {
    for (const owner of owners) this.#done.delete(owner);
  }
}

interface Build {
  readonly owner: string;
  readonly command: string | undefined;
  readonly root: string;
}

/** Its output goes to standard error, so that the result of fgs stays readable for programs. */
export async function buildDue(builds: Builds, { owner, command, root }: Build, context: Context): Promise<void> {
  if (command === undefined || !builds.isDue(owner, command)) return;
  builds.begins(owner);
  try {
    await build(command, root, context);
  } finally {
    builds.ends();
  }
  builds.done(owner, command);
}

async function build(command: string, root: string, { env, signal, stderr, format }: Context): Promise<void> {
  if (format !== 'json') await stderr.write(`building: ${command}\n`);
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: root,
    env: { ...env },
    signal,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const code = await new Promise<number | null>((done, fail) => {
    child.on('error', fail);
    child.on('close', done);
  });
  if (code === 0) return;
  await stderr.write(Buffer.concat(output));
  throw new CliError(`the build failed with exit code ${code}: ${command}`, { code: 'CLI.BUILD' });
}
