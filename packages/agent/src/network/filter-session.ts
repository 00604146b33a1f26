import { type ChildProcess, spawn } from 'node:child_process';
import { AgentError } from '../agent-error.ts';
import { findProgram, HOST_ENV } from '../host-command.ts';

const PATIENCE_MS = 10_000;
const MAX_OUTPUT = 1 << 20;
const MAX_COMPLAINT = 2000;

interface Run {
  /** The session answers this unknown word with an error that repeats it: everything before it is done. */
  readonly end: string;
  output: string;
  finish(complaint: string): void;
}

/**
 * An `nft` process that stays. The tables it marks with `HELD` belong to it: the kernel refuses changes by any other
 * process, and spares them when all rules are flushed. They stay when it ends, open to changes until they are marked
 * again.
 */
export class FilterSession {
  readonly #onEnd: () => void;
  #child: ChildProcess | undefined;
  #isClosed = false;
  #run: Run | undefined;
  #runs = 0;

  /** `onEnd` is called when the process ends before `close`. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  /**
   * Runs the commands as one transaction, in a new process if the last one ended; at most 10 s. One run at a time.
   * Throws `NETWORK_FAILED` with the complaint of `nft`.
   */
  async run(commands: string): Promise<void> {
    const child = this.#child ?? this.#start();
    const end = `end_of_${this.#runs++}`;
    const ended = new Promise<string>((finish) => {
      this.#run = { end, output: '', finish };
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    // An interactive session reads one line as one transaction.
    child.stdin?.write(`${commands.trim().replaceAll('\n', ';')}\n${end}\n`);
    const complaint = await ended;
    clearTimeout(timer);
    this.#run = undefined;
    if (complaint !== '') throw new AgentError('NETWORK_FAILED', `nft failed: ${complaint.slice(0, MAX_COMPLAINT)}`);
  }

  close(): void {
    this.#isClosed = true;
    this.#child?.kill('SIGKILL');
  }

  #start(): ChildProcess {
    const [nft, setpriv] = [findProgram('nft'), findProgram('setpriv')];
    if (nft === undefined || setpriv === undefined) {
      throw new AgentError('NETWORK_FAILED', 'nft or setpriv is not installed', {
        hint: 'install the packages nftables and util-linux',
      });
    }
    // The kernel kills it with the agent. It would write a history file into a home folder.
    const child = spawn(setpriv, ['--pdeathsig', 'KILL', '--', nft, '--interactive'], {
      env: { ...HOST_ENV, HOME: '/dev/null' },
      cwd: '/',
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    this.#child = child;
    child.stderr.on('data', (chunk: Buffer) => this.#read(chunk.toString('latin1')));
    child.stdin.on('error', () => {});
    const onEnd = () => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#run?.finish('its session ended');
      if (!this.#isClosed) this.#onEnd();
    };
    child.once('error', onEnd);
    child.once('close', onEnd);
    return child;
  }

  #read(text: string): void {
    const run = this.#run;
    if (run === undefined) return;
    run.output = (run.output + text).slice(-MAX_OUTPUT);
    // The error about the word is three lines: the message, the word, and a line that points at it.
    const end = new RegExp(`[^\\n]*\\n${run.end}\\n[ ^]+\\n`).exec(run.output);
    if (end !== null) run.finish(run.output.slice(0, end.index).trim());
  }
}
