import type { NewMessage } from '../../queue/index.ts';
import type { AtomicStatement } from '../../storage/index.ts';

/** Something that happened in a service. */
export interface Fact {
  /** Unique. Events made of the fact have ids made of this one, so that a repeated delivery is recognised. */
  readonly id: string;
  /** Owner of the source; its quota counts the fact until its events are stored. */
  readonly projectId: string;
  /** What happened there; triggers listen to one source. See `bucketSource`. */
  readonly source: string;
  /** Ms since the epoch. */
  readonly at: number;
  /** Functions that ran one after another until this happened; 0 when no function caused it. */
  readonly depth: number;
  /** Plain data, at most 256 KB as JSON. `traceparent` is the trace in which it happened, if it is known. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** The event that one subscription gets for a fact. */
export type Delivery =
  | {
      /** Its id is made of the fact and the subscription. */
      readonly message: NewMessage;
      /** Called when it is stored for the first time by this server. */
      readonly stored?: () => void;
    }
  | {
      /** Made of the fact and the subscription. */
      readonly id: string;
      /**
       * Stores the event together with `guard`, or does nothing when it was stored before. Rejects with `storage.guard`,
       * or with a `PlatformError` while there is no room for it.
       */
      readonly store: (guards: readonly AtomicStatement[]) => Promise<void>;
    };

/** Those who listen to sources: triggers of functions, or of flows. */
export interface Subscriber {
  /** Whether a subscription of this source is known; it may be known to other servers first. */
  isListening(source: string): boolean;
  /** What the fact starts. A subscription whose target takes no event has no delivery. */
  deliveries(fact: Fact): Iterable<Delivery>;
}
