import { type ExportFacts, SIGNALS, type Signal } from './types.ts';

/** What the collector did not get since the previous look. */
export interface ExportLoss {
  /** Lines, invocations, and functions with metrics. */
  readonly dropped: Readonly<Record<Signal, number>>;
  /** Bytes that wait for the collector. */
  readonly bufferedBytes: number;
  /** Why the last request was not taken. */
  readonly reason?: string;
}

export class LossWatch {
  #last: ExportFacts['dropped'] = { logs: 0, traces: 0, metrics: 0 };

  /** Undefined while the collector takes everything. */
  since({ dropped, bufferedBytes, failure }: ExportFacts): ExportLoss | undefined {
    const last = this.#last;
    this.#last = dropped;
    if (failure === undefined && SIGNALS.every((signal) => dropped[signal] === last[signal])) return undefined;
    const { logs, traces, metrics } = dropped;
    return {
      dropped: { logs: logs - last.logs, traces: traces - last.traces, metrics: metrics - last.metrics },
      bufferedBytes,
      ...(failure === undefined ? {} : { reason: failure }),
    };
  }
}
