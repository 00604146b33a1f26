import { spawn } from 'node:child_process';
import { CliError, type Context, EXIT } from '../framework/index.ts';
import { serverProgram } from './server-program.ts';

export interface MaintenanceOptions {
  readonly operation: string;
  /** The server's own flags, such as `--data-dir DIR`. */
  readonly serverFlags: readonly string[];
  /** Flags of the operation. */
  readonly args?: readonly string[];
}

/**
 * Runs the server's program that works on a data directory without a server. Resolves with its findings; throws
 * CliError with the program's own code and hint.
 */
export async function runMaintenance<T>(options: MaintenanceOptions, context: Context): Promise<T> {
  const program = serverProgram('maintain');
  const { operation, serverFlags, args = [] } = options;
  // execArgv carries --conditions when this program runs from its sources
  const child = spawn(process.execPath, [...process.execArgv, program, operation, ...serverFlags, '--', ...args], {
    cwd: context.cwd,
    env: { ...context.env },
    stdio: ['ignore', 'pipe', 'inherit'],
    signal: context.signal,
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', reject);
  });
  return resultOf<T>(output, exitCode);
}

function resultOf<T>(output: string, exitCode: number | null): T {
  let answer: { result?: T; error?: { code: string; message: string; hint?: string } };
  try {
    answer = JSON.parse(output) as typeof answer;
  } catch (cause) {
    throw new CliError(`the maintenance program ended without an answer (exit code ${exitCode})`, {
      code: 'CLI.MAINTENANCE',
      exitCode: EXIT.failure,
      cause,
    });
  }
  if (answer.error === undefined) return answer.result as T;
  const { code, message, hint } = answer.error;
  throw new CliError(message, { code, exitCode: EXIT.failure, ...(hint === undefined ? {} : { hint }) });
}
