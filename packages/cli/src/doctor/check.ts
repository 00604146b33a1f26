/** One finding about the machine. `fail`: Funcgraph cannot work. `warn`: it works with less. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  /** How to get the missing part. */
  readonly hint?: string;
}

/** The machine as the probes see it; tests use one of their own. */
export interface Machine {
  readonly platform: string;
  readonly arch: string;
  readonly nodeVersion: string;
  readonly uid: number | undefined;
  /** Runs a program to its end, at most a few seconds. `code` is undefined when there is no such program. */
  run(command: string, args: readonly string[]): Promise<{ code: number | undefined; output: string }>;
  /** Undefined when the file cannot be read. */
  readText(path: string): Promise<string | undefined>;
  /** Whether the path exists and this user may write to it. */
  writable(path: string): Promise<boolean>;
  exists(path: string): Promise<boolean>;
  /** Bytes that this user may still write at `path`. */
  freeBytes(path: string): Promise<number>;
}
