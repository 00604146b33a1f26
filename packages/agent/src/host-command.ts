import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { AgentError } from './agent-error.ts';

const MAX_OUTPUT = 1 << 20;
const FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Environment of every program that the agent starts for itself. They inherit no variable of the agent. */
export const HOST_ENV: Readonly<Record<string, string>> = { PATH: FOLDERS.join(':'), LC_ALL: 'C' };

/** Absolute path of a program of the host, or undefined. The caller's PATH is ignored. */
export function findProgram(name: string): string | undefined {
  for (const folder of FOLDERS) {
    const path = `${folder}/${name}`;
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/**
 * Runs a short program of the host to its end (at most 10 s) and returns its output. It finds `descriptors` open as 3, 4 and so
 * on. A path names the program itself. Throws `HOST_COMMAND_FAILED`.
 */
export function runHostCommand(
  name: string,
  args: readonly string[],
  descriptors: readonly number[] = [],
): Promise<string> {
  const program = name.startsWith('/') ? name : findProgram(name);
  if (program === undefined) {
    const error = new AgentError('HOST_COMMAND_FAILED', `${name} is not installed`, {
      hint: `install the package with ${name}`,
    });
    return Promise.reject(error);
  }
  return new Promise((resolve, reject) => {
    const stdio = ['ignore', 'pipe', 'pipe', ...descriptors] as const;
    const child = spawn(program, args, { env: HOST_ENV, timeout: 10_000, killSignal: 'SIGKILL', stdio: [...stdio] });
    let [stdout, stderr] = ['', ''];
    child.stdout?.on('data', (chunk: Buffer) => {
      if (stdout.length < MAX_OUTPUT) stdout += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-500);
    });
    const fail = (detail: string) =>
      reject(new AgentError('HOST_COMMAND_FAILED', `${name} failed: ${stderr.trim() || detail}`));
    child.once('error', (error) => fail(error.message));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else fail(`it ended with ${signal ?? code}`);
    });
  });
}
