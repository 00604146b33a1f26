import type { Json } from '@funcgraph/flow';

interface Entry {
  readonly text: Buffer;
  json: Json | undefined;
}

/** A parsed value takes more memory than its text. */
const PARSED_FACTOR = 4;

/**
 * Large values of running flows by digest, shared by all of them and bounded in bytes; those used last stay. A digest
 * names its text: what is cached is never wrong, only missing.
 */
export class ValueCache {
  readonly #maxBytes: number;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  text(digest: string): Buffer | undefined {
    return this.#use(digest)?.text;
  }

  /** Undefined for a value whose text only is cached, too. */
  json(digest: string): Json | undefined {
    return this.#use(digest)?.json;
  }

  put(digest: string, text: Buffer, json?: Json): void {
    const known = this.#entries.get(digest);
    const entry: Entry = { text, json: json ?? known?.json };
    if (known !== undefined) this.#remove(digest, known);
    this.#entries.set(digest, entry);
    this.#bytes += sizeOf(entry);
    for (const [oldest, each] of this.#entries) {
      if (this.#bytes <= this.#maxBytes || oldest === digest) break;
      this.#remove(oldest, each);
    }
  }

  #use(digest: string): Entry | undefined {
    const entry = this.#entries.get(digest);
    if (entry === undefined) return undefined;
    this.#entries.delete(digest);
    this.#entries.set(digest, entry);
    return entry;
  }

  #remove(digest: string, entry: Entry): void {
    this.#entries.delete(digest);
    this.#bytes -= sizeOf(entry);
  }
}

function sizeOf({ text, json }: Entry): number {
  return text.length * (json === undefined ? 1 : 1 + PARSED_FACTOR);
}
