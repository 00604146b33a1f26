/** A word that a user gave a function, to find and count functions by. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** A tag to remove: without a value, or with an empty one, whatever its value is. */
export interface TagMatch {
  readonly key: string;
  readonly value?: string | undefined;
}

/** One key, and its matching values; none match any. */
export interface TagFilter {
  readonly key: string;
  readonly values: readonly string[];
}
