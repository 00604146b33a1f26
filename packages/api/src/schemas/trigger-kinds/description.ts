import type { TObject } from 'typebox';

/** A kind of trigger as clients and the server know it. */
export interface TriggerDescription {
  /** Its settings: `event_data`. */
  readonly fields: TObject;
  /** Its `trigger_type` in definitions of flows. Kinds without one start only functions. */
  readonly flowType?: string;
  /** In a few words, when or where a trigger fires; from the `event_data` of an answer. */
  words(data: Readonly<Record<string, unknown>>): string;
}
