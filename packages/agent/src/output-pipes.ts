import { closeSync, constants, fchownSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { AgentError } from './agent-error.ts';
import { runHostCommand } from './host-command.ts';

const MADE_AT_ONCE = 32;

/** Standard output and error of one sandbox. */
export interface OutputPipes {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Descriptors for the child; closed by `release` once it has them. */
  readonly descriptors: readonly [number, number];
  release(): void;
}

/**
 * Real pipes. Node would give a child sockets, and a program that opens `/dev/stdout` or `/dev/stderr` by name, as many
 * shell scripts do, fails on a socket. Named pipes are made many at a time by one program and unlinked when opened.
 */
export class OutputPipeMaker {
  readonly #folder: string;
  readonly #ready: string[] = [];
  #making: Promise<void> | undefined;
  #count = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** `uid`: the user that may open the pipes by name again; undefined for ours. Throws `START_FAILED`. */
  async take(uid: number | undefined): Promise<OutputPipes> {
    const stdout = openPipe(await this.#next(), uid);
    try {
      return pair(stdout, openPipe(await this.#next(), uid));
    } catch (error) {
      stdout.reader.destroy();
      closeSync(stdout.writer);
      throw error;
    }
  }

  async #next(): Promise<string> {
    for (;;) {
      const path = this.#ready.shift();
      if (path !== undefined) return path;
      this.#making ??= this.#make().finally(() => {
        this.#making = undefined;
      });
      await this.#making;
    }
  }

  async #make(): Promise<void> {
    const paths = Array.from({ length: MADE_AT_ONCE }, (_, index) => `${this.#folder}/${this.#count + index}`);
    this.#count += MADE_AT_ONCE;
    await runHostCommand('mkfifo', ['--mode=600', ...paths]);
    this.#ready.push(...paths);
  }
}

interface OpenPipe {
  readonly reader: Socket;
  readonly writer: number;
}

function openPipe(path: string, uid: number | undefined): OpenPipe {
  try {
    // Reading first and without waiting: opening a named pipe otherwise waits for the other side.
    const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, constants.O_WRONLY);
    if (uid !== undefined) fchownSync(writer, uid, uid);
    return { reader: new Socket({ fd: reading, readable: true, writable: false }), writer };
  } catch (cause) {
    throw new AgentError('START_FAILED', 'cannot open the output pipes of a sandbox', { cause });
  } finally {
    rmSync(path, { force: true });
  }
}

function pair(stdout: OpenPipe, stderr: OpenPipe): OutputPipes {
  let released = false;
  return {
    stdout: stdout.reader,
    stderr: stderr.reader,
    descriptors: [stdout.writer, stderr.writer],
    release: () => {
      if (released) return;
      released = true;
      closeSync(stdout.writer);
      closeSync(stderr.writer);
    },
  };
}
