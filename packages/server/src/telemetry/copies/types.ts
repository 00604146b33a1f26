import type { GaugeSample } from '../metrics/types.ts';
import type { RecordChunk } from '../record-chunk.ts';

/** A stored line with its position. `level` is the index in `logLevels`. */
export interface CopiedLine {
  readonly seq: number;
  readonly key: string;
  readonly time: number;
  readonly version: string;
  readonly requestId: string;
  readonly instanceId: string;
  readonly level: number;
  readonly message: string;
}

export interface CopiedChunk {
  readonly seq: number;
  /** 0 when no lines are made from the records. */
  readonly lineSeq: number;
  readonly chunk: RecordChunk;
}

export interface CopiedGauge extends GaugeSample {
  readonly minute: number;
}

/** What a server wrote into the file of a day between two copies. */
export interface Piece {
  readonly lines: readonly CopiedLine[];
  readonly chunks: readonly CopiedChunk[];
  readonly gauges: readonly CopiedGauge[];
  /** Lines of these functions up to these times are removed for the limits of size. */
  readonly cuts: readonly { readonly key: string; readonly time: number }[];
}

/** Calls of a project on a day that ran, and what they used. */
export interface ProjectDay {
  readonly day: string;
  readonly project: string;
  readonly calls: number;
  readonly gb_s: number;
}

/** Usage of the days that no longer change. */
export interface UsageCopy {
  readonly days: readonly ProjectDay[];
  readonly closed: readonly string[];
}
