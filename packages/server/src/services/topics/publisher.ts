import { hash, randomBytes } from 'node:crypto';
import type { TopicUrn } from '@funcgraph/api';
import type { TopicText, UnstoredMessage } from '../../invocation/index.ts';
import { isGuard, type Storage } from '../../storage/index.ts';
import { Backlog, type BacklogOptions } from '../backlog.ts';
import type { MessageStore } from './message-store.ts';
import { readMessage, type SentMessage } from './rules/message.ts';
import { type Topics, topicNotFound } from './topics.ts';
import type { PublishedMessage, Topic } from './types.ts';

/** The quota holds until all deliveries of a message have ended. */
export interface PublisherOptions extends Pick<BacklogOptions, 'quota' | 'clock' | 'onError'> {
  readonly storage: Pick<Storage, 'atomic'>;
  readonly store: Pick<MessageStore, 'add' | 'usage'>;
  readonly topics: Pick<Topics, 'find'>;
  readonly region: string;
  /** Throws when nothing new can be stored. */
  readonly refuseWhenFull: () => void;
  /** Reports a stored message. */
  readonly wake: () => void;
}

const REFUSAL = [
  'too many messages of the project wait for their subscribers',
  'Wait until some are delivered, or remove subscriptions that take none.',
] as const;

/** A text of this server; its subject is one line. */
export interface SubjectedText extends TopicText {
  readonly subject?: string;
}

const NOTHING_ELSE = {
  subject: undefined,
  structure: undefined,
  templateName: undefined,
  hasTags: false,
  timeToLive: undefined,
  attributes: [],
};

/** Takes messages for topics. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #backlog: Backlog;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#backlog = new Backlog({ ...options, usage: () => options.store.usage(), refusal: REFUSAL });
  }

  /**
   * On disk when it resolves, with the id of the message. `depth` counts the functions that ran one after another up to
   * this call. Throws `invalid_message`, `topic_not_found`, `backlog_full`, `disk_full`.
   */
  async publish(topic: Topic, sent: SentMessage, depth: number): Promise<string> {
    const { storage } = this.#options;
    const id = randomBytes(16).toString('hex');
    const { statements, stored } = this.#message(topic, sent, { id, depth });
    try {
      await storage.atomic(statements);
    } catch (error) {
      throw isGuard(error) ? topicNotFound(topic.name) : error;
    }
    stored();
    return id;
  }

  /** A message that the caller stores with other things. Throws like `publish`. */
  async unstored({ topic, text, subject, deliveryId, depth, traceparent }: SubjectedText): Promise<UnstoredMessage> {
    const found = await this.#find(topic);
    const id = hash('sha256', deliveryId, 'hex').slice(0, 32);
    return { id, ...this.#message(found, { ...NOTHING_ELSE, subject, message: text, traceparent }, { id, depth }) };
  }

  #find({ region, projectId, name }: TopicUrn): Promise<Topic> {
    if (region !== this.#options.region) throw topicNotFound(name);
    return this.#options.topics.find(projectId, name);
  }

  #message({ id: topicId, projectId }: Topic, sent: SentMessage, { id, depth }: { id: string; depth: number }) {
    const { store, clock, refuseWhenFull, wake } = this.#options;
    const { content, ttlMs } = readMessage(sent);
    refuseWhenFull();
    const body = JSON.stringify(content);
    this.#backlog.admit(projectId, Buffer.byteLength(body));
    const publishedAt = clock.now();
    const message: PublishedMessage = {
      id,
      topicId,
      projectId,
      content,
      publishedAt,
      expiresAt: publishedAt + ttlMs,
      depth,
    };
    return { statements: [store.add(message, body)], stored: wake };
  }
}
