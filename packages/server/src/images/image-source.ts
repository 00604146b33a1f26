/** An image in its source, with readable parts. */
export interface FoundImage {
  /** Its names in the source; unchecked. */
  readonly names: readonly string[];
  /** The bytes of its configuration, checked against its digest if the source has one. */
  readonly config: Buffer;
  /** Lowest first. */
  readonly layers: readonly LayerSource[];
}

export interface LayerSource {
  /** Undefined when only the configuration identifies the content. */
  readonly digest: string | undefined;
  readonly size: number | undefined;
  /** Its bytes, from the beginning at each call. */
  open(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** Reports the current step to the waiting client. */
export type OnProgress = (step: string) => void;
