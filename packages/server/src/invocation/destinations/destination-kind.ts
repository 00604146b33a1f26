import type { FunctionUrn, TopicUrn } from '@funcgraph/api';
import type { DestinationRules, Setter } from '../../control/index.ts';
import type { FinishStep, JsonObject, LeasedMessage, NewMessage } from '../../queue/index.ts';
import type { Accepting } from '../async/acceptance.ts';
import type { DeliveryAttributes } from '../async/delivery-message.ts';
import type { WebhookAnswer, WebhookPost } from './webhook/post-webhook.ts';

/** Everything the server knows of a kind of destination; `T` is its receiver, parsed. */
export interface DestinationKind<T = unknown> extends DestinationRules<T> {
  /** Names the receiver for users, without secret parts of an address. */
  describe(target: T): string;
  /** One attempt. Does not reject for failures of the receiver. */
  deliver(target: T, delivery: Delivery): Promise<DeliveryResult>;
}

export interface Delivery {
  readonly message: Pick<LeasedMessage, 'id' | 'payload'>;
  readonly attributes: DeliveryAttributes;
  readonly options: DeliverOptions;
  readonly signal: AbortSignal;
}

/** Why an outcome can never be delivered. */
export type Undeliverable = 'loop' | 'long_chain' | 'too_large' | 'forbidden' | 'refused' | 'attempts_exhausted';

export type DeliveryResult =
  /** A note about the delivery, and what the same step enqueues and changes. */
  | {
      readonly kind: 'delivered';
      readonly note: JsonObject;
      readonly messages: readonly NewMessage[];
      readonly statements?: NonNullable<FinishStep['statements']>;
      /** Called when the step is stored. */
      readonly stored?: () => void;
    }
  | { readonly kind: 'undeliverable'; readonly reason: Undeliverable; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * The principal of a delivery to a function: the agency of the sending function, otherwise the user who set the
 * destination.
 */
export type DeliveringAs =
  | { readonly kind: 'agency'; readonly name: string }
  | { readonly kind: 'setter'; readonly setter: Setter };

export interface TopicText {
  readonly topic: TopicUrn;
  readonly text: string;
  /** Id of the delivery, of which that of the message is made. */
  readonly deliveryId: string;
  /** Functions that ran one after another until now. */
  readonly depth: number;
  /** Subscribers continue the trace. */
  readonly traceparent?: string | undefined;
}

export interface UnstoredMessage {
  readonly id: string;
  readonly statements: NonNullable<FinishStep['statements']>;
  /** Call when the statements are committed. */
  readonly stored: () => void;
}

/** A result to be stored as an object of a bucket of the project. */
export interface ResultObject {
  readonly as: DeliveringAs;
  /** Of the function. */
  readonly projectId: string;
  readonly bucket: string;
  readonly key: string;
  readonly bytes: Uint8Array;
  /** Days until the object is removed; undefined for never, and for buckets outside. */
  readonly expireDays?: number | undefined;
  /** Id of the delivery. */
  readonly requestId: string;
  /** Functions that ran one after another until now: triggers of the bucket continue the chain. */
  readonly depth: number;
  /** Triggers of the bucket continue the trace. */
  readonly traceparent?: string | undefined;
}

/** A stream, by its name in the project. */
export interface StreamRef {
  readonly projectId: string;
  readonly name: string;
}

/** A result to be stored as a record of a stream. */
export interface ResultRecord extends StreamRef {
  /** Results of one key come into one shard. */
  readonly key: string;
  readonly data: Uint8Array;
}

export interface StoredResultRecord {
  readonly shard: number;
  readonly sequence: number;
}

export interface DeliverOptions extends Accepting {
  /** Why a principal may not invoke a function now; undefined when it may. Reads memory only. */
  readonly refusalOf: (as: DeliveringAs, destination: FunctionUrn) => string | undefined;
  /** The same for publishing to a topic. */
  readonly topicRefusalOf: (as: DeliveringAs, topic: TopicUrn) => string | undefined;
  /** A message for a topic, not stored yet. Throws `topic_not_found`, `invalid_message`, `backlog_full`, `disk_full`. */
  readonly topicMessage: (message: TopicText) => Promise<UnstoredMessage>;
  /** Durable when it resolves with `delivered`. Throws `disk_full`. */
  readonly storeObject: (object: ResultObject) => Promise<DeliveryResult>;
  /** The same for putting records into a stream. */
  readonly streamRefusalOf: (as: DeliveringAs, stream: StreamRef) => string | undefined;
  /** Durable when it resolves. Throws `stream_not_found`, `stream_throttled`, `stream_storage_quota`. */
  readonly putRecord: (record: ResultRecord) => Promise<StoredResultRecord>;
  readonly post: (post: WebhookPost) => Promise<WebhookAnswer>;
  readonly newId: () => string;
}
