import { type ExportFacts, SIGNALS } from './types.ts';

/** What the collector did not get since the previous look. */
export interface ExportLoss {
  readonly droppedLines: number;
  readonly droppedInvocations: number;
  /** Bytes that wait for the collector. */
  readonly bufferedBytes: number;
  /** Why the last request was not taken. */
  readonly reason?: string;
}

export class LossWatch {
  #last: ExportFacts['dropped'] = { logs: 0, traces: 0 };

  /** Undefined while the collector takes everything. */
  since({ dropped, bufferedBytes, failure }: ExportFacts): ExportLoss | undefined {
    const last = this.#last;
    this.#last = dropped;
    if (failure === undefined && SIGNALS.every((signal) => dropped[signal] === last[signal])) return undefined;
    return {
      droppedLines: dropped.logs - last.logs,
      droppedInvocations: dropped.traces - last.traces,
      bufferedBytes,
      ...(failure === undefined ? {} : { reason: failure }),
    };
  }
}
