import type { FunctionUrn, TRIGGER_KINDS, TriggerFields, TriggerTypeCode } from '@funcgraph/api';
import type { Logger } from 'pino';
import type { Catalog, EventTemplate, Trigger, TriggerRules, TriggerSettings, Triggers } from '../control/index.ts';
import type { AsyncInvocations } from '../invocation/index.ts';
import type { Clock } from '../lib/clock.ts';

/** Everything the server knows of a kind of trigger. Settings have two forms: that of the program, and `event_data`. */
export interface TriggerKind<S extends TriggerSettings = TriggerSettings, K extends TriggerTypeCode = TriggerTypeCode>
  extends TriggerRules<S> {
  readonly code: K;
  readonly fields: (typeof TRIGGER_KINDS)[K]['fields'];
  /** Settings from decoded `event_data`, for the function and version that it names at most. Throws `errors.invalid`. */
  read(data: TriggerFields<K>, of: Pick<Trigger, 'fn' | 'qualifier'>): S;
  /** The settings as `event_data`, so that `read` makes the same of it. */
  data(settings: S): TriggerFields<K>;
  /** What only answers have, beside `data`. */
  answer?(trigger: Trigger<S>, place: TriggerPlace): object;
  /** Where events come from. Kinds without a source are served by the gateway. */
  source?(deps: SourceDeps): TriggerSource;
  /** A test event. */
  readonly sample?: Omit<EventTemplate, 'kind'>;
}

export interface TriggerPlace {
  /** URN of the version or alias that the trigger starts. */
  readonly urn: string;
  /** Address of the gateway. */
  readonly gateway: string;
}

/** Starts functions for all triggers of a kind, and follows their changes. */
export interface TriggerSource {
  /** Call when the catalog is filled and events can be stored. */
  start(): void;
  /** Starts no function any more; resolves when the events in progress are stored. */
  stop(): Promise<void>;
}

export interface SourceDeps {
  readonly catalog: Catalog;
  readonly triggers: Pick<Triggers, 'firing'>;
  readonly async: Pick<AsyncInvocations, 'accept'>;
  /** Counts and logs, for the owner of the function, an event that exceeds the project's quota. */
  readonly leftOut: (refused: { urn: FunctionUrn; requestId: string; event: Buffer; message: string }) => void;
  readonly region: string;
  readonly clock: Clock;
  /** Time that no change of the clock moves, also over restarts. */
  readonly steady: () => number;
  readonly log: Logger;
}
