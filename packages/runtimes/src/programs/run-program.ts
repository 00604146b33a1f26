import { spawn } from 'node:child_process';

const MAX_OUTPUT = 256 * 1024;

export interface ProgramResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program without a shell and collects its output, at most 256 KiB of each stream (the rest is discarded). After
 * `timeoutMs` it is killed and `code` is null. Rejects when it cannot be started.
 */
export function runProgram(
  program: string,
  args: readonly string[],
  timeoutMs: number,
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: '/', ...options });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const collect = (stream: NodeJS.ReadableStream): (() => string) => {
      const parts: Buffer[] = [];
      let size = 0;
      stream.on('data', (chunk: Buffer) => {
        if (size < MAX_OUTPUT) parts.push(chunk.subarray(0, MAX_OUTPUT - size));
        size += chunk.length;
      });
      return () => Buffer.concat(parts).toString('utf8');
    };
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout: stdout(), stderr: stderr() });
    });
  });
}
