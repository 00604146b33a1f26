import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Programs } from './programs.ts';

const KEPT_LOG_CHARS = 64 * 1024;
/**
 * Removes the folder when its input has ended, which is when the test has, and the server is gone: it stops by itself
 * when the process that started it ends.
 */
const CLEANER = 'cat >/dev/null; while kill -0 "$1" 2>/dev/null; do sleep 0.1; done; rm -rf "$2"';

export interface StartOptions {
  /**
   * Those that the tests need, such as `Node.js20.15` or a language such as `Python`: when the machine lacks one, the start
   * is refused with the reason.
   */
  readonly runtimes?: readonly string[];
  /** More flags of the server, such as `['--prewarm', '0']`: see `fgs start --help`. */
  readonly args?: readonly string[];
  /** Gets the log of the server as it arrives. */
  readonly onLog?: (text: string) => void;
}

/** What the server wrote for its first user. */
export interface Credentials {
  readonly endpoint: string;
  readonly gateway: string;
  readonly storage: string;
  readonly region: string;
  readonly project_id: string;
  readonly access_key: string;
  readonly secret_key: string;
}

/** A server on free ports, with its data in a temporary folder. */
export class ServerProcess {
  readonly credentials: Credentials;
  /** Of the credentials. */
  readonly file: string;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #cleaner: ChildProcess;

  private constructor(child: ChildProcess, cleaner: ChildProcess, folder: string, file: string, text: string) {
    this.#child = child;
    this.#cleaner = cleaner;
    this.#folder = folder;
    this.file = file;
    this.credentials = JSON.parse(text) as Credentials;
  }

  /** Rejects with the server's reason when it does not start; nothing is left then. */
  static async start(programs: Programs, { runtimes = [], args = [], onLog }: StartOptions): Promise<ServerProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'funcgraph-'));
    const ports = ['--port', '--gateway-port', '--storage-port'].flatMap((flag) => [flag, '0']);
    // a group of its own: Ctrl-C ends the tests, and their end stops the server
    const required = runtimes.length === 0 ? [] : ['--required-runtimes', runtimes.join(',')];
    const flags = ['--data-dir', join(folder, 'data'), ...ports, ...required, ...args];
    const child = spawn(programs.node, [programs.server, ...flags], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: true,
    });
    const cleaner = spawn('sh', ['-c', CLEANER, 'cleaner', String(child.pid), folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    let log = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-KEPT_LOG_CHARS);
      onLog?.(text);
    });
    try {
      const file = await ready(child, () => log);
      const server = new ServerProcess(child, cleaner, folder, file, await readFile(file, 'utf8'));
      server.#letGo();
      return server;
    } catch (error) {
      child.kill('SIGKILL');
      cleaner.stdin?.end();
      throw error;
    }
  }

  /** A test that forgets to stop it must not hang: the process may end, and the server with it. */
  #letGo(): void {
    this.#child.unref();
    this.#child.channel?.unref();
    this.#cleaner.unref();
    for (const stream of [this.#child.stderr, this.#cleaner.stdin])
      (stream as { unref?: () => void } | null)?.unref?.();
  }

  /** Resolves when its processes, sandboxes and files are gone. */
  async stop(): Promise<void> {
    this.#child.ref();
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
    this.#cleaner.stdin?.end();
  }
}

/** Resolves with the file of its credentials. */
async function ready(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: { event?: string; credentialsFile?: string; message?: string; hint?: string }) => {
      if (message.event === 'ready') resolve(message.credentialsFile ?? '');
      if (message.event === 'failed') {
        const hint = message.hint === undefined ? '' : ` (${message.hint})`;
        reject(new Error(`Funcgraph did not start: ${message.message}${hint}`));
      }
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(new Error(`Funcgraph ended while it started (${signal ?? `exit code ${code}`})\n${log()}`));
    });
  });
}
