import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Node's flags for running a TypeScript source of this project. */
export const FROM_SOURCE = ['--conditions=@funcgraph/source', '--import', 'tsx'] as const;

const CLI = join(ROOT, 'packages/cli/src/main.ts');
const SERVER = join(ROOT, 'packages/server/src/main.ts');

export interface ProgramRun {
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a Node.js program to its end. */
export async function runNode(args: readonly string[], env: NodeJS.ProcessEnv, input = ''): Promise<ProgramRun> {
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: 'pipe' });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.end(input);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString('utf8') };
}

/** A real server from its sources, on free ports, with a data directory of its own. */
export class TestServer implements AsyncDisposable {
  readonly dataDir: string;
  readonly endpoint: string;
  readonly gateway: string;
  readonly #child: ChildProcess;

  private constructor(dataDir: string, endpoint: string, gateway: string, child: ChildProcess) {
    this.dataDir = dataDir;
    this.endpoint = endpoint;
    this.gateway = gateway;
    this.#child = child;
  }

  /** Rejects with the log when the server does not come up. */
  static async start(): Promise<TestServer> {
    const dataDir = await mkdtemp(join(tmpdir(), 'funcgraph-e2e-'));
    const args = [...FROM_SOURCE, SERVER, '--data-dir', dataDir, '--port', '0', '--gateway-port', '0'];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    let log = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString('utf8')).slice(-65_536);
    });
    const started = await Promise.race([once(child, 'message'), once(child, 'exit')]);
    const message: unknown = started[0];
    if (typeof message !== 'object' || message === null || !('endpoint' in message) || !('gateway' in message)) {
      child.kill('SIGKILL');
      await rm(dataDir, { recursive: true, force: true });
      throw new Error(`the server did not start: ${JSON.stringify(message)}\n${log}`);
    }
    return new TestServer(dataDir, String(message.endpoint), String(message.gateway), child);
  }

  /** Runs the CLI from its sources against this server. */
  fgs(args: readonly string[], input = ''): Promise<ProgramRun> {
    return runNode([...FROM_SOURCE, CLI, ...args], { PATH: process.env.PATH, FGS_DATA_DIR: this.dataDir }, input);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exit = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await exit;
    }
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
