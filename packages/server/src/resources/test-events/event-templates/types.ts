import type { SampleEvent } from '../../../triggers/index.ts';

/** A sample event of one kind of event source. */
export interface EventTemplate extends SampleEvent {
  /** Trigger type code of the API; empty for an event without a trigger. */
  readonly kind: string;
}
