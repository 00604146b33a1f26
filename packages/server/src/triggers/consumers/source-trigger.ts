import type { Trigger, TriggerSettings } from '../../control/index.ts';
import type { SourceEvent } from '../../invocation/index.ts';
import type { AtomicStatement } from '../../storage/index.ts';

/** What a source reads of a trigger, of a function or of a flow. */
export interface ReadTrigger<S extends TriggerSettings = TriggerSettings>
  extends Pick<Trigger<S>, 'id' | 'settings' | 'since' | 'createdAt'> {
  readonly fn: { readonly projectId: string };
  /** Version or alias of the function; `latest` for a flow. */
  readonly qualifier: string;
}

export interface Batch extends Pick<SourceEvent, 'event' | 'sharesId' | 'refusal' | 'traceparent' | 'ending' | 'cut'> {
  /** Names the records: the same ones have the same id. */
  readonly id: string;
  /** In words, for people: where the records are. */
  readonly place?: string;
}

export interface AcceptedEvent {
  readonly event: Buffer;
  /** The same when the event is repeated after a crash. */
  readonly requestId: string;
  /** Functions that ran one after another until it. */
  readonly depth: number;
}

/** An enabled trigger that starts its target with batches or events. */
export interface SourceTrigger<S extends TriggerSettings = TriggerSettings> extends ReadTrigger<S> {
  /** Another one after each change. */
  readonly modifiedAt: number;
  /** Of its metrics. */
  readonly labels: Readonly<Record<string, string>>;
  /**
   * Resolves when the batch is done with, which is stored with the statements in one step. False, without any change, when
   * one of them that must affect a row did not.
   */
  run(batch: Batch, statements: readonly AtomicStatement[]): Promise<boolean>;
  /** Stores the event and the statements in one step: the target starts in its turn. Throws `storage.guard`. */
  accept(event: AcceptedEvent, statements: readonly AtomicStatement[]): Promise<void>;
  /** Reports to the owner that the target does not get the event. */
  leaveOut(event: AcceptedEvent, message: string): void;
}

/** The functions, or the flows, that sources start. */
export interface SourceTargets {
  /** Their enabled triggers of these kinds. */
  triggers(kinds: { has(code: string): boolean }): Iterable<SourceTrigger>;
  /** Returns the end of the calls. */
  onChange(changed: () => void): () => void;
}
