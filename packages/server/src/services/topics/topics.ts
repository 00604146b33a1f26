import { randomBytes } from 'node:crypto';
import { isTopicName, LIMITS } from '@funcgraph/api';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { isOneLine } from './rules/one-line.ts';
import type { TopicFilter, TopicStore } from './topic-store.ts';
import type { Topic } from './types.ts';

const MAX_DISPLAY_NAME_BYTES = 192;

export interface NewTopic {
  readonly name: string;
  readonly displayName: string;
  readonly enterpriseProjectId: string;
}

/** Topics of projects. A change is durable when its promise resolves. */
export class Topics {
  readonly #store: TopicStore;
  readonly #clock: Clock;

  constructor(store: TopicStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Throws `topic_not_found`. */
  async find(projectId: string, name: string): Promise<Topic> {
    const topic = await this.#store.find(projectId, name);
    if (topic === undefined) throw topicNotFound(name);
    return topic;
  }

  /** By name. */
  list(projectId: string, filter: TopicFilter): Promise<Topic[]> {
    return this.#store.list(projectId, filter);
  }

  count(projectId: string): Promise<number> {
    return this.#store.count(projectId);
  }

  /** Returns the topic of this name if it exists already, unchanged. Throws `invalid_topic`, `topic_quota`. */
  async create(
    projectId: string,
    { name, displayName, enterpriseProjectId }: NewTopic,
  ): Promise<{ readonly topic: Topic; readonly isNew: boolean }> {
    if (!isTopicName(name)) {
      throw new PlatformError('invalid_topic', `${JSON.stringify(name.slice(0, 80))} is not a name for a topic`, {
        hint: '1 to 255 letters, digits, _ and -; starts with a letter or digit.',
      });
    }
    checkDisplayName(displayName);
    const now = this.#clock.now();
    const topic: Topic = {
      id: randomBytes(16).toString('hex'),
      projectId,
      name,
      displayName,
      enterpriseProjectId,
      createdAt: now,
      modifiedAt: now,
    };
    const known = await this.#store.find(projectId, name);
    if (known !== undefined) return { topic: known, isNew: false };
    const outcome = await this.#store.insert(topic, LIMITS.topicsPerProject);
    if (outcome === 'added') return { topic, isNew: true };
    if (outcome === 'exists') return { topic: await this.find(projectId, name), isNew: false };
    throw new PlatformError(
      'topic_quota',
      `the project has ${LIMITS.topicsPerProject} topics, as many as it may have`,
      {
        hint: 'Delete topics that are not needed.',
      },
    );
  }

  /** Throws `invalid_topic`, `topic_not_found`. */
  async rename({ id, name }: Topic, displayName: string): Promise<void> {
    checkDisplayName(displayName);
    if (!(await this.#store.rename(id, displayName, this.#clock.now()))) throw topicNotFound(name);
  }

  /** With its subscriptions and undelivered messages. Throws `topic_not_found`. */
  async delete({ id, name }: Topic): Promise<void> {
    if (!(await this.#store.remove(id))) throw topicNotFound(name);
  }
}

export function topicNotFound(name: string): PlatformError {
  return new PlatformError('topic_not_found', `the project has no topic ${name.slice(0, 255)}`);
}

function checkDisplayName(displayName: string): void {
  const bytes = Buffer.byteLength(displayName);
  if (bytes > MAX_DISPLAY_NAME_BYTES) {
    throw new PlatformError('invalid_topic', `display_name has ${bytes} bytes, ${MAX_DISPLAY_NAME_BYTES} at most`);
  }
  if (!isOneLine(displayName)) {
    throw new PlatformError('invalid_topic', 'display_name must be one line without control characters');
  }
}
