import type { Json } from '../json/json.ts';

/**
 * A value as the log stores it: small ones inline, large ones by a digest of their text. `bytes` is the length of the
 * UTF-8 JSON text. The server decides what is small (16 KB) and keeps the text of digests for as long as the run.
 */
export type StoredValue =
  | { readonly json: Json; readonly bytes: number }
  | { readonly digest: string; readonly bytes: number };

/** A stored value, or one composed of others, so that the base of a loop is not copied into each of its iterations. */
export type Value =
  | StoredValue
  /** The base with `value` at `path`; a base that is no object counts as `{}`. */
  | { readonly base: Value | null; readonly path: readonly string[]; readonly value: Value; readonly bytes: number }
  | { readonly list: readonly Value[]; readonly bytes: number };

/** How the engine reaches values. Both functions depend on their argument only, for as long as the run exists. */
export interface Values {
  /** The value with this digest; undefined when it is not in memory. */
  read(digest: string): Json | undefined;
  /** Stores a value that a filter produced; of one over the limit for values only `bytes` count. The event that names it must not be appended before it is durable. */
  write(json: Json): StoredValue;
}
