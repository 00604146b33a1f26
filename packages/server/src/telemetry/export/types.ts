export const SIGNALS = ['logs', 'traces', 'metrics'] as const;
export type Signal = (typeof SIGNALS)[number];

/** A collector, as the configuration names it. */
export interface OtlpTarget {
  /** Without a slash at the end; the signals are paths below it. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Certificates in PEM that a collector may have besides those of public authorities. */
  readonly ca: string | undefined;
}

/** One encoded request to the collector. */
export interface Packet {
  readonly signal: Signal;
  readonly body: Uint8Array;
  /** Lines, invocations, or functions with metrics in it. */
  readonly items: number;
}

export type Verdict =
  | { readonly kind: 'taken'; readonly rejected: number }
  /** The same request would be refused again. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'later'; readonly reason: string; readonly waitMs?: number };

export interface ExportFacts {
  /** What the collector did not get since the start. Metrics it did not get are part of later ones. */
  readonly dropped: Readonly<Record<Signal, number>>;
  readonly bufferedBytes: number;
  /** Of the last request, unless it was taken. */
  readonly failure: string | undefined;
}
