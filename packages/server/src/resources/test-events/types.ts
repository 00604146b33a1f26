/** The input of a new test event; `content` is JSON in UTF-8. */
export interface NewTestEvent {
  readonly name: string;
  readonly content: Uint8Array;
}

/** A sample event that was saved with a function. */
export interface TestEvent {
  readonly id: string;
  /** Never changes. */
  readonly name: string;
  /** JSON text as it was written. */
  readonly content: string;
  /** Ms since the epoch. */
  readonly modifiedAt: number;
}
