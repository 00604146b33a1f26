/** Times are ms since the epoch. */
export interface Topic {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly displayName: string;
  readonly enterpriseProjectId: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

export const PROTOCOLS = ['functiongraph', 'functionstage', 'flow', 'http', 'https', 'email'] as const;

/** `functionstage` is the older name of `functiongraph`. */
export type Protocol = (typeof PROTOCOLS)[number];

/** A message reaches a subscription only if it has one of these values in the attribute of this name. */
export interface FilterPolicy {
  readonly name: string;
  readonly values: readonly string[];
}

export interface Subscription {
  readonly id: string;
  readonly topicId: string;
  readonly topicName: string;
  readonly projectId: string;
  readonly protocol: Protocol;
  /** URN of a function or flow, an address, or an e-mail address. */
  readonly endpoint: string;
  readonly remark: string;
  readonly confirmed: boolean;
  /** All must match; empty for every message. */
  readonly filter: readonly FilterPolicy[];
  readonly createdAt: number;
  /** When the last confirmation was requested. */
  readonly requestedAt: number;
}

export interface MessageAttribute {
  readonly name: string;
  readonly type: 'STRING' | 'STRING_ARRAY' | 'PROTOCOL';
  readonly value: string | readonly string[];
}

/** The part of a message that is stored as JSON. */
export interface MessageContent {
  /** Empty without one. */
  readonly subject: string;
  /** For protocols without a text of their own. */
  readonly message: string;
  /** Texts by protocol. */
  readonly structure: Readonly<Record<string, string>>;
  readonly attributes: readonly MessageAttribute[];
  /** Of the trace in which it was published; valid. */
  readonly traceparent?: string | undefined;
}

export interface PublishedMessage {
  readonly id: string;
  readonly topicId: string;
  readonly projectId: string;
  readonly content: MessageContent;
  readonly publishedAt: number;
  /** It is not delivered from this time on. */
  readonly expiresAt: number;
  /** Functions that ran one after another until it was published. */
  readonly depth: number;
}
