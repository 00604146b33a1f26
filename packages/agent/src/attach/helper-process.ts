import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { getSystemErrorName } from 'node:util';
import { AgentError, type AgentErrorCode } from '../agent-error.ts';
import { HOST_ENV } from '../host-command.ts';
import type { Source } from '../sources/sources.ts';
import type { AttachTarget } from './attacher.ts';

const PATIENCE_MS = 5000;
const MAX_LINE = 1024;

/** Texts for errors of a helper. */
export interface HelperWords {
  readonly name: string;
  readonly failure: string;
  readonly code: AgentErrorCode;
}

export const ATTACHING: HelperWords = {
  name: 'attach helper',
  failure: 'code could not be attached to the sandbox',
  code: 'ATTACH_FAILED',
};

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** One run of the helper program. After its end every request is rejected. */
export class HelperProcess {
  readonly #words: HelperWords;
  readonly #child: ChildProcess;
  readonly #input: Writable;
  readonly #waiters = new Map<number, Waiter>();
  readonly ended: Promise<void>;
  #seq = 0;
  #isOver = false;

  private constructor(
    words: HelperWords,
    child: ChildProcess,
    [input, output]: readonly [Writable, Readable],
    onReady: (line: string) => void,
  ) {
    this.#words = words;
    this.#child = child;
    this.#input = input;
    // The exit of the process reports a failed write.
    input.on('error', () => {});
    this.ended = new Promise((resolve) => {
      const end = () => {
        this.#isOver = true;
        const error = new AgentError(words.code, `the ${words.name} ended`);
        for (const { reject } of this.#waiters.values()) reject(error);
        this.#waiters.clear();
        resolve();
      };
      child.once('exit', end);
      child.once('error', end);
    });
    let isReady = false;
    readLines(output, (line) => {
      if (isReady) this.#answer(line);
      else onReady(line);
      isReady = true;
    });
  }

  /**
   * Resolves when the helper has tested every kernel feature that it needs. Throws `ATTACH_FAILED` naming the missing
   * one. With `onMessage` it gets a channel of Node.js as descriptor 3.
   */
  static async start(
    program: string,
    words: HelperWords = ATTACHING,
    onMessage?: (message: unknown, handle: unknown) => void,
  ): Promise<HelperProcess> {
    const child = spawn(program, [], {
      env: { ...HOST_ENV },
      cwd: '/',
      stdio: ['pipe', 'pipe', 'ignore', ...(onMessage === undefined ? [] : (['ipc'] as const))],
    });
    const { stdin, stdout } = child;
    if (stdin === null || stdout === null) throw new AgentError(words.code, `the ${words.name} cannot run`);
    if (onMessage !== undefined) child.on('message', onMessage);
    let onReady: (line: string) => void = () => {};
    const ready = new Promise<string>((resolve) => {
      onReady = resolve;
    });
    const helper = new HelperProcess(words, child, [stdin, stdout], (line) => onReady(line));
    const timer = setTimeout(() => helper.kill(), PATIENCE_MS);
    const line = await Promise.race([ready, helper.ended]).finally(() => clearTimeout(timer));
    if (line === 'ready') return helper;
    helper.kill();
    throw failure(line?.split(' ').slice(1) ?? [], words.code, `the ${words.name} does not work here`);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Throws `ATTACH_FAILED`; also when there is no answer within 5 s, and then the helper is killed. */
  attach(
    { pid, startTime }: AttachTarget,
    { root, below }: Pick<Source, 'root' | 'below'>,
    target: string,
    makes = false,
  ): Promise<void> {
    return this.request([pid, startTime, root, below, target, makes ? 'make' : 'find']);
  }

  /** A record of these fields after its number. Throws like `attach`, with the words for this helper. */
  request(fields: readonly (string | number)[]): Promise<void> {
    if (this.#isOver) return Promise.reject(new AgentError(this.#words.code, `the ${this.#words.name} ended`));
    this.#seq += 1;
    const seq = this.#seq;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.kill(), PATIENCE_MS);
      const done = () => clearTimeout(timer);
      this.#waiters.set(seq, {
        resolve: () => {
          done();
          resolve();
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      this.#input.write(`${[seq, ...fields].join('\0')}\0`);
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Resolves when the process is gone. */
  async close(): Promise<void> {
    this.#input.end();
    const { exitCode, signalCode, pid } = this.#child;
    if (pid !== undefined && exitCode === null && signalCode === null) await once(this.#child, 'exit');
  }

  #answer(line: string): void {
    const [seq, verdict, ...detail] = line.split(' ');
    const waiter = this.#waiters.get(Number(seq));
    this.#waiters.delete(Number(seq));
    if (verdict === 'ok') waiter?.resolve();
    else waiter?.reject(failure(detail, this.#words.code, this.#words.failure));
  }
}

function failure([step, errno]: readonly string[], failed: AgentErrorCode, what: string): AgentError {
  if (step === undefined) return new AgentError(failed, what);
  const code = Number(errno) > 0 ? getSystemErrorName(-Number(errno)) : '';
  return new AgentError(failed, `${what}: ${step} ${code}`.trimEnd());
}

function readLines(output: Readable, onLine: (line: string) => void): void {
  let pending = '';
  output.setEncoding('utf8');
  output.on('error', () => output.destroy());
  output.on('data', (chunk: string) => {
    const lines = (pending + chunk).split('\n');
    pending = (lines.pop() ?? '').slice(0, MAX_LINE);
    for (const line of lines) onLine(line);
  });
}
