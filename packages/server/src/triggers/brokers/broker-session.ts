import type { TriggerSettings } from '../../control/index.ts';
import type { AllowedHosts } from '../../lib/outgoing-address.ts';
import type { Sealer } from '../../lib/sealer.ts';

/** Messages that are delivered together, in the order of the broker. */
export interface BrokerBatch {
  /** Each as JSON text, see `messageText`. */
  readonly messages: readonly string[];
  /** Where they come from, such as a topic. */
  readonly shard: string;
  /** In words, for people: where the broker has it. */
  readonly place: string;
  /** See `batchId`. */
  readonly id: string;
  /** Whether other messages may have the same id, because the broker gives them nothing by which they differ. */
  readonly sharesId: boolean;
  /** Of the trace of all its messages, see `batchTraceparent`. */
  readonly traceparent?: string | undefined;
  /** Why its target must not run with it. */
  readonly refusal?: string;
}

/** How a kind of trigger reads from its broker. */
export interface BrokerAccess<S extends TriggerSettings = TriggerSettings> {
  /** Reads messages until the session is aborted. Rejects when the broker refuses or ends the connection. */
  consume(target: BrokerTarget<S>, session: BrokerSession): Promise<void>;
  /** `at` is in ms since the epoch. */
  event(settings: S, batch: BrokerBatch, of: { readonly region: string; readonly at: number }): Buffer;
}

export interface BrokerTarget<S extends TriggerSettings = TriggerSettings> {
  readonly id: string;
  readonly settings: S;
  /** Internal hosts where brokers may be. */
  readonly allowed: AllowedHosts;
  readonly sealer: Pick<Sealer, 'open'>;
  /** Connections before, in a row, that failed. */
  readonly failures: number;
  /** Reads until the session is aborted, in the thread of all brokers. Rejects when the broker or the thread fails. */
  readonly read: (source: BrokerSource, session: BrokerSession) => Promise<void>;
}

/** How the thread reads from a broker. */
export interface BrokerSource {
  readonly client: 'kafka' | 'rabbitmq';
  /** What the client needs, of plain data: a password is a text. */
  readonly connection: object;
}

/** One connection of a trigger to its broker, from its beginning to its end. */
export interface BrokerSession {
  /** Aborted: take no more messages, and end when those in progress are handled. */
  readonly signal: AbortSignal;
  /** Call when messages can arrive. */
  readonly onConnected: () => void;
  /** Acknowledge the messages when it resolves: their end is stored. When it rejects they stay at the broker. */
  readonly handle: (batch: BrokerBatch) => Promise<void>;
}
