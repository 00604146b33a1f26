import type { LogLevel } from '@funcgraph/runtimes';

export interface LinkLog {
  readonly requestId: string;
  readonly level: LogLevel;
  readonly time: number;
  readonly text: string;
}

export interface LinkResult {
  readonly code: number;
  readonly payload: Buffer;
  /** Duration of the request, as the instance reports it. */
  readonly ms?: number | undefined;
  /** Whether processes may have written raw output meanwhile. */
  readonly raw?: true | undefined;
}

export type InitResult =
  /** `pipeline`: it takes requests while one runs, and begins them one after the other. */
  | { readonly ok: true; readonly loadMs: number; readonly initMs: number; readonly pipeline: boolean }
  | { readonly ok: false; readonly phase: 'load' | 'init'; readonly code: number; readonly payload: Buffer };

/** Result of a heartbeat or a pre-stop handler. */
export interface HookAnswer {
  readonly ok: boolean;
  readonly error?: string;
}

/** Reason for the end of the link, as a constant. */
export type LinkEnd = 'closed' | 'violation';

export class LinkEnded extends Error {
  readonly why: LinkEnd;
  /** Everything that the instance sent has been read. */
  readonly isComplete: boolean;

  constructor(why: LinkEnd, message: string, isComplete = false) {
    super(message);
    this.name = 'LinkEnded';
    this.why = why;
    this.isComplete = isComplete;
  }
}

/** A request on the link; one of the two functions is called at its end. */
export interface LinkCall {
  /** False while a result would be out of order. */
  readonly mayEnd?: boolean;
  resolve(result: LinkResult): void;
  reject(end: LinkEnded): void;
}
