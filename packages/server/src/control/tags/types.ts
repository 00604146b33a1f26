/** A word that a user gave a function, to find and count functions by. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** One key, and the values that are wanted of it; none stand for any. */
export interface TagFilter {
  readonly key: string;
  readonly values: readonly string[];
}
