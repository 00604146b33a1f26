/** A sample event of one kind of event source. */
export interface EventTemplate {
  readonly name: string;
  /** Trigger type code of the API; empty for an event without a trigger. */
  readonly kind: string;
  readonly description: string;
  readonly content: Readonly<Record<string, unknown>>;
}
