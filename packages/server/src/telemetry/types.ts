import type { Cause, InvocationResultKind } from '@funcgraph/api';

/** Severities, lowest first. */
export const logLevels = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogLine {
  /** Ms since the epoch, as the instance says; replaced by the time of arrival when that is far off. */
  readonly time: number;
  /** Project and URN without the version. */
  readonly functionKey: string;
  readonly version: string;
  /** Empty for what was written outside a request. */
  readonly requestId: string;
  readonly instanceId: string;
  readonly level: LogLevel;
  /** Cut after 96 Ki characters. */
  readonly message: string;
}

export interface LogFilter {
  readonly functionKey: string;
  readonly requestId?: string;
  /** Lines of these; of all when absent. At least one, a few at most. */
  readonly versions?: readonly string[];
  readonly levels?: readonly LogLevel[];
}

export interface LogQuery extends LogFilter {
  /** Ms since the epoch, inclusive. */
  readonly from: number;
  /** Ms since the epoch, exclusive. */
  readonly to: number;
  /**
   * Case of ASCII letters does not matter. ASCII words are looked up as whole words, all of which must occur; if no line
   * has them, and for every other text, lines that contain the text anywhere are found.
   */
  readonly keyword?: string;
  /** 1–5000. */
  readonly limit: number;
  /** `cursor` of the page before, with the same query. */
  readonly cursor?: string;
  readonly order: 'asc' | 'desc';
}

export interface LogPage {
  readonly lines: readonly LogLine[];
  /** Null at the end. */
  readonly cursor: string | null;
  /** False when the search used up its time: there may be more even if the page is short. Go on with the cursor. */
  readonly complete: boolean;
}

export type InvocationMode = 'sync' | 'async' | 'trigger' | 'gateway' | 'flow' | 'test';

/** One attempt to run a function, and what it cost. Durations are ms with fractions. */
export interface InvocationRecord {
  readonly requestId: string;
  readonly functionKey: string;
  /** With the version that ran. */
  readonly functionUrn: string;
  readonly version: string;
  readonly alias: string | null;
  readonly instanceId: string | null;
  readonly mode: InvocationMode;
  /** From 1. */
  readonly attempt: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  /** `ok`, or what kind of failure it was. */
  readonly outcome: string;
  /** Error code, or null. */
  readonly code: string | null;
  /** The part that failed, or null. */
  readonly component: string | null;
  readonly cold: boolean;
  readonly reserved?: boolean;
  readonly queueMs: number;
  readonly sandboxMs: number;
  readonly bootMs: number;
  readonly loadMs: number;
  readonly initMs: number;
  readonly handlerMs: number;
  /** From the acceptance of the request to its answer. */
  readonly totalMs: number;
  /** Null where the sandbox cannot measure it. */
  readonly cpuMs: number | null;
  readonly peakMemoryBytes: number | null;
  readonly memoryMb: number;
  readonly responseBytes: number;
}

export interface RecordQuery {
  readonly functionKey: string;
  /** Started at or after. */
  readonly from: number;
  /** Started before. */
  readonly to: number;
  readonly outcome?: string;
  readonly version?: string;
  readonly alias?: string;
  readonly result?: InvocationResultKind;
  readonly cause?: Cause;
  readonly cold?: boolean;
  /** Initializer and handler together took at least so long. */
  readonly minDurationMs?: number;
  /** 1–1000. */
  readonly limit: number;
  readonly cursor?: string;
}

export interface RecordPage {
  /** Latest start first. */
  readonly records: readonly InvocationRecord[];
  /** Null at the end. A page may be short of its limit and have one: go on with it. */
  readonly cursor: string | null;
}
