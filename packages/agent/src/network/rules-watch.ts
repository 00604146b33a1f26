import { type ChildProcess, spawn } from 'node:child_process';
import { findProgram, HOST_ENV } from '../host-command.ts';

const AGAIN_MS = 1_000;
/** The longest name of a table. */
const MAX_NAME = 255;

/**
 * Follows every change of some tables of the packet filter, by any program. `isLive` is false while it receives no
 * events; then the tables must be read instead.
 */
export class RulesWatch {
  readonly #tables: readonly string[];
  readonly #onChange: () => void;
  #child: ChildProcess | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isLive = false;
  #closed = false;

  constructor(tables: readonly string[], onChange: () => void) {
    this.#tables = tables;
    this.#onChange = onChange;
    this.#start();
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#child?.kill('SIGKILL');
  }

  #start(): void {
    const [nft, setpriv] = [findProgram('nft'), findProgram('setpriv')];
    if (nft === undefined || setpriv === undefined || this.#closed) return;
    // The kernel kills it with the agent.
    const child = spawn(setpriv, ['--pdeathsig', 'KILL', '--', nft, 'monitor'], {
      env: { ...HOST_ENV },
      cwd: '/',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#child = child;
    let last = '';
    child.stdout.on('data', (chunk: Buffer) => {
      // The first event shows that it listens.
      this.#isLive = true;
      const text = last + chunk.toString('latin1');
      if (this.#tables.some((table) => text.includes(table))) this.#onChange();
      last = text.slice(text.lastIndexOf('\n') + 1).slice(-MAX_NAME);
    });
    child.once('error', () => this.#again(child));
    child.once('close', () => this.#again(child));
  }

  #again(child: ChildProcess): void {
    if (this.#child !== child || this.#closed) return;
    this.#child = undefined;
    this.#isLive = false;
    // Changes in the meantime were missed.
    this.#onChange();
    this.#retry = setTimeout(() => this.#start(), AGAIN_MS).unref();
  }
}
