import type { Cause, InvocationResultKind } from '@funcgraph/api';

/** Severities, lowest first. */
export const logLevels = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogLine {
  /** Ms since the epoch by the instance's clock; replaced by the time of arrival when that differs too much. */
  readonly time: number;
  /** Project and URN without the version. */
  readonly functionKey: string;
  readonly version: string;
  /** Empty for lines outside of a request. */
  readonly requestId: string;
  readonly instanceId: string;
  readonly level: LogLevel;
  /** Cut after 96 Ki characters. */
  readonly message: string;
  /** The caller's `traceparent`, in the platform's first line of a request; only for the export. */
  readonly traceparent?: string;
  /** In the first line of a request that another function caused: how many ran one after another before it. */
  readonly depth?: number;
}

export interface LogFilter {
  readonly functionKey: string;
  readonly requestId?: string;
  readonly instanceId?: string;
  /** Only lines of these versions; all when absent. At least one, a few at most. */
  readonly versions?: readonly string[];
  readonly levels?: readonly LogLevel[];
}

export interface LogQuery extends LogFilter {
  /** Ms since the epoch, inclusive. */
  readonly from: number;
  /** Ms since the epoch, exclusive. */
  readonly to: number;
  /**
   * Case of ASCII letters does not matter. ASCII words are searched as whole words, all of which must occur; if no line
   * has them, and for all other texts, lines that contain the text anywhere match.
   */
  readonly keyword?: string;
  /** 1–5000. */
  readonly limit: number;
  /** `cursor` of the previous page, with the same query. */
  readonly cursor?: string;
  readonly order: 'asc' | 'desc';
  /**
   * Strictly in the order of time with a keyword too, which matches anywhere in a line: slower. Else lines with a keyword
   * come in the order of their arrival.
   */
  readonly byTime?: boolean;
  /** With the cursor behind each line. */
  readonly places?: boolean;
}

export interface LogPage {
  readonly lines: readonly LogLine[];
  /** Null at the end. */
  readonly cursor: string | null;
  /** False when the search ran out of time: more lines may follow even after a short page. Continue with the cursor. */
  readonly complete: boolean;
  /** The cursor behind each line; only for a query with `places`. */
  readonly places?: readonly string[];
  /** Whether whole words of the keyword were found; only for a query with `places`. */
  readonly byWords?: boolean;
}

export type InvocationMode = 'sync' | 'async' | 'trigger' | 'gateway' | 'flow' | 'test';

/** One attempt to run a function, and its cost. Durations are ms with fractions. */
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
  /** `ok`, or the kind of failure. */
  readonly outcome: string;
  /** Error code, or null. */
  readonly code: string | null;
  /** The component that failed, or null. */
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
  /** A share of what several requests used together. */
  readonly isCpuShared?: boolean;
  readonly peakMemoryBytes: number | null;
  readonly memoryMb: number;
  readonly responseBytes: number;
  /** Names of the servers, when one received the call and another one ran it. */
  readonly receivedBy?: string;
  readonly ranOn?: string;
  /** The way between them and back, besides `totalMs`. Added a moment after the call. */
  readonly hopMs?: number;
  /** The caller's; only for the export. */
  readonly traceparent?: string;
  /** Its spans are not exported. */
  readonly isUntraced?: boolean;
  /** As in a `LogLine`, for the lines that are made from the record. */
  readonly depth?: number;
  /**
   * The platform's first line, which is made from the record: its time after the start in whole ms. Absent when the line
   * is stored, as those of earlier releases are, or when there was none.
   */
  readonly startLineMs?: number;
  /** The platform's last line likewise. */
  readonly finishLineMs?: number;
}

/** How long the call of a record was on the way to the server that ran it, and back. */
export interface HopOfRecord {
  readonly requestId: string;
  readonly attempt: number;
  readonly ms: number;
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
  /** Minimum of initializer and handler time together. */
  readonly minDurationMs?: number;
  /** 1–1000. */
  readonly limit: number;
  readonly cursor?: string;
  /** With the cursor behind each record. */
  readonly places?: boolean;
}

export interface RecordPage {
  /** Latest start first. */
  readonly records: readonly InvocationRecord[];
  /** Null at the end. A page below its limit may have one: continue with it. */
  readonly cursor: string | null;
  /** The cursor behind each record; only for a query with `places`. */
  readonly places?: readonly string[];
}
