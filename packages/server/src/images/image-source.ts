/** An image that was found somewhere, with its parts still there. */
export interface FoundImage {
  /** What it is called where it was found; unchecked. */
  readonly names: readonly string[];
  /** The bytes of its configuration, whose digest was checked if anybody said one. */
  readonly config: Buffer;
  /** Lowest first. */
  readonly layers: readonly LayerSource[];
}

export interface LayerSource {
  /** Undefined where only the configuration tells what should come. */
  readonly digest: string | undefined;
  readonly size: number | undefined;
  /** Its bytes, each time from the beginning. */
  open(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** Tells whoever waits what is being done. */
export type OnProgress = (step: string) => void;
