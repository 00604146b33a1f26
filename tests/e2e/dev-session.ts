import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect } from 'vitest';
import { CLI, ofPrograms } from '../server.ts';

export async function freePort(): Promise<number> {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  taken.close();
  return port;
}

interface Session {
  /** The project file. */
  readonly file: string;
  /** Of the first debugger; no `--inspect` without it. */
  readonly port?: number;
  readonly environment: NodeJS.ProcessEnv;
}

/** Works while `fgs dev` runs, and ends it with Ctrl-C. `shown` is all that it has written. */
export async function dev(
  { file, port, environment }: Session,
  work: (shown: () => string) => Promise<void>,
): Promise<void> {
  const inspect = port === undefined ? [] : ['--inspect', '--inspect-port', String(port)];
  const args = ['dev', '--yes', ...inspect, '--file', file];
  const child: ChildProcess = spawn(process.execPath, [CLI, ...args], {
    env: { ...ofPrograms(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let shown = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
    });
  }
  const ended = once(child, 'close');
  try {
    await work(() => shown);
  } finally {
    child.kill('SIGINT');
    await ended;
  }
  expect(child.exitCode, shown).toBe(0);
}
