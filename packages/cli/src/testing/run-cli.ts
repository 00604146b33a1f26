import { Readable } from 'node:stream';
import { TREE } from '../commands/index.ts';
import { type Context, run, type Sink } from '../framework/index.ts';

export interface CliRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stdoutBytes: Buffer;
  readonly stderr: string;
}

class Capture implements Sink {
  readonly isTTY: boolean;
  readonly chunks: Buffer[] = [];

  readonly columns: number | undefined;

  constructor(isTTY: boolean, columns?: number) {
    this.isTTY = isTTY;
    this.columns = columns;
  }

  async write(data: string | Uint8Array): Promise<void> {
    this.chunks.push(Buffer.from(data));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

/** A user at a terminal who types `answer`. */
export function typed(answer: string): Context['stdin'] {
  return Object.assign(Readable.from([`${answer}\n`]), { isTTY: true });
}

export interface RunOptions extends Partial<Omit<Context, 'format' | 'notation' | 'stdout' | 'stderr'>> {
  readonly tty?: boolean;
  /** Of the terminal. */
  readonly columns?: number;
}

/** Runs one command line in this process with a captured console and nothing of the real environment. */
export async function runCli(argv: readonly string[], options: RunOptions = {}): Promise<CliRun> {
  const { tty = false, columns, ...given } = options;
  const stdout = new Capture(tty, columns);
  const stderr = new Capture(tty);
  const base = {
    stdout,
    stderr,
    outputsJoin: tty,
    stdin: Readable.from([]),
    env: { FGS_DATA_DIR: '/nonexistent' },
    cwd: '/',
    uid: 1000,
    signal: new AbortController().signal,
    now: Date.now,
    ...given,
  };
  const exitCode = await run(TREE, argv, base, '1.2.3');
  return {
    exitCode,
    stdout: stdout.bytes.toString('utf8'),
    stdoutBytes: stdout.bytes,
    stderr: stderr.bytes.toString('utf8'),
  };
}

/** The environment that points the CLI at a server. */
export function serverEnv(endpoint: string): Record<string, string> {
  return { FGS_ENDPOINT: endpoint, FGS_ACCESS_KEY: 'AK', FGS_SECRET_KEY: 'SK', FGS_PROJECT_ID: 'p1', FGS_REGION: 'r1' };
}
