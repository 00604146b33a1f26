/** A word that a user gave a function, to find and count functions by. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** One key, and its matching values; none match any. */
export interface TagFilter {
  readonly key: string;
  readonly values: readonly string[];
}
