import { spawn } from 'node:child_process';
import { AgentError } from '../agent-error.ts';
import { findProgram, HOST_ENV } from '../host-command.ts';

const PATIENCE_MS = 10_000;
const MAX_COMPLAINT = 2000;

/** Runs a program of the host with this input, at most 10 s. Throws `NETWORK_FAILED` with its error output. */
export function feedCommand(name: string, args: readonly string[], input: string): Promise<void> {
  const program = findProgram(name);
  if (program === undefined) {
    return Promise.reject(
      new AgentError('NETWORK_FAILED', `${name} is not installed`, { hint: `install the package with ${name}` }),
    );
  }
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...HOST_ENV },
      cwd: '/',
      stdio: ['pipe', 'ignore', 'pipe'],
      timeout: PATIENCE_MS,
      killSignal: 'SIGKILL',
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(0, MAX_COMPLAINT);
    });
    // The exit code reports input that the program did not read.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.once('error', (cause) => reject(new AgentError('NETWORK_FAILED', `${name} cannot run`, { cause })));
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(new AgentError('NETWORK_FAILED', `${name} failed: ${said.trim() || `it ended with ${code ?? signal}`}`));
    });
  });
}
