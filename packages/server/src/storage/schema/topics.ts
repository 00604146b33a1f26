/** Times are ms since the epoch. */
export interface TopicTable {
  id: string;
  project_id: string;
  name: string;
  display_name: string;
  enterprise_project_id: string;
  created_at: number;
  modified_at: number;
}

export interface TopicSubscriptionTable {
  id: string;
  topic_id: string;
  project_id: string;
  protocol: string;
  endpoint: string;
  remark: string;
  /** 0 or 1. */
  confirmed: number;
  /** JSON list of filter policies; null for none. */
  filter: string | null;
  created_at: number;
  /** When the last confirmation was requested; part of its token. */
  requested_at: number;
}

/** A published message until each delivery of it has ended. */
export interface TopicMessageTable {
  id: string;
  topic_id: string;
  project_id: string;
  /** JSON of the message. */
  body: string;
  bytes: number;
  published_at: number;
  expires_at: number;
  /** Functions that ran one after another until it was published; 0 without any. */
  depth: number;
  /** Id of the last subscription with a delivery; empty before the first. */
  cursor: string;
  /** 1 when every subscription has its delivery. */
  fanned_out: number;
  /** Deliveries that have not ended. */
  open: number;
}

/** One row: the key that signs messages for http and https endpoints. */
export interface TopicSigningKeyTable {
  id: number;
  /** PKCS #8, sealed. */
  private_key: string;
  certificate: string;
}

export interface TopicsSchema {
  topic: TopicTable;
  topic_subscription: TopicSubscriptionTable;
  topic_message: TopicMessageTable;
  topic_signing_key: TopicSigningKeyTable;
}
