import { hash, randomBytes } from 'node:crypto';
import type { TopicUrn } from '@funcgraph/api';
import type { TopicText, UnstoredMessage } from '../../invocation/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { isGuard, type Storage } from '../../storage/index.ts';
import type { MessageStore } from './message-store.ts';
import { readMessage, type SentMessage } from './rules/message.ts';
import { type Topics, topicNotFound } from './topics.ts';
import type { PublishedMessage, Topic } from './types.ts';

/** Messages of one project whose deliveries have not ended. */
export interface MessageQuota {
  readonly messages: number;
  readonly bytes: number;
}

export interface PublisherOptions {
  readonly storage: Pick<Storage, 'atomic'>;
  readonly store: Pick<MessageStore, 'add' | 'usage'>;
  readonly topics: Pick<Topics, 'find'>;
  readonly region: string;
  readonly quota: MessageQuota;
  readonly clock: Clock;
  /** Throws when nothing new can be stored. */
  readonly refuseWhenFull: () => void;
  /** Reports a stored message. */
  readonly wake: () => void;
  readonly onError: (error: unknown) => void;
}

/** The counts of a project know what was delivered, and what other servers added, at most this much earlier. */
const COUNT_EVERY_MS = 1_000;
/** The share of time that may go into counts. */
const COUNT_SHARE = 0.1;

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
  #used = new Map<string, MessageQuota>();
  #countedAt = Number.NEGATIVE_INFINITY;
  #countTookMs = 0;
  #counting = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
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
  async unstored({ topic, text, deliveryId, depth }: TopicText): Promise<UnstoredMessage> {
    const found = await this.#find(topic);
    const id = hash('sha256', deliveryId, 'hex').slice(0, 32);
    return { id, ...this.#message(found, { ...NOTHING_ELSE, message: text }, { id, depth }) };
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
    this.#admit(projectId, Buffer.byteLength(body));
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

  #admit(projectId: string, bytes: number): void {
    const { quota } = this.#options;
    this.#countSoon();
    const used = this.#used.get(projectId) ?? { messages: 0, bytes: 0 };
    if (used.messages >= quota.messages || used.bytes + bytes > quota.bytes) {
      throw new PlatformError('backlog_full', 'too many messages of the project wait for their subscribers', {
        hint: 'Wait until some are delivered, or remove subscriptions that take none.',
      });
    }
    this.#used.set(projectId, { messages: used.messages + 1, bytes: used.bytes + bytes });
  }

  #countSoon(): void {
    const { clock, store, onError } = this.#options;
    const begin = clock.monotonic();
    const pauseMs = Math.max(COUNT_EVERY_MS, this.#countTookMs / COUNT_SHARE);
    if (this.#counting || begin - this.#countedAt < pauseMs) return;
    this.#counting = true;
    store
      .usage()
      .then((usage) => {
        this.#used = new Map(usage.map(({ projectId, ...used }) => [projectId, used]));
      })
      .catch(onError)
      .finally(() => {
        this.#counting = false;
        this.#countedAt = clock.monotonic();
        this.#countTookMs = this.#countedAt - begin;
      });
  }
}
