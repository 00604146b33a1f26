import type { Readable } from 'node:stream';

/** The process as a command may see it; tests use one of their own. */
export interface Context {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Both go to one terminal, file or pipe, where the result and its notes need a line break between them. */
  readonly outputsJoin: boolean;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Undefined where the platform has no user ids. */
  readonly uid: number | undefined;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** `json` when results are for programs: then only the result goes to standard output. */
  readonly format: OutputFormat;
  /** Of results for programs. */
  readonly notation: 'json' | 'yaml';
  /** Nothing may be changed: the command only shows what it would change. */
  readonly isDry?: boolean;
  readonly fetch?: typeof fetch;
  readonly now: () => number;
}

export type OutputFormat = 'table' | 'json';

export interface Sink {
  readonly isTTY: boolean;
  /** Of a terminal. */
  readonly columns?: number | undefined;
  /** Resolves when the reader took it, so that a long answer never piles up in memory. */
  write(data: string | Uint8Array): Promise<void>;
}
