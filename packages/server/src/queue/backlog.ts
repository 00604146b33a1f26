import { QueueError } from './errors.ts';

export interface Usage {
  readonly messages: number;
  readonly bytes: number;
}

const NOTHING: Usage = { messages: 0, bytes: 0 };

/** The owner of a group: its name up to the first colon. */
export function ownerOf(group: string): string {
  return group.slice(0, Math.max(0, group.indexOf(':')));
}

/** Unfinished messages by topic and by owner, and the limits on them. */
export class Backlog {
  readonly #mostOfTopic: number;
  readonly #mostOfOwner: Usage;
  readonly #topics = new Map<string, number>();
  readonly #owners = new Map<string, Usage>();
  #changes = 0;

  constructor(bounds: { readonly ofTopic: number; readonly ofOwner: Usage }) {
    this.#mostOfTopic = bounds.ofTopic;
    this.#mostOfOwner = bounds.ofOwner;
  }

  /** Grows with each message that comes or ends. */
  get changes(): number {
    return this.#changes;
  }

  ofTopic(topic: string): number {
    return this.#topics.get(topic) ?? 0;
  }

  get isEmpty(): boolean {
    return [...this.#topics.values()].every((messages) => messages === 0);
  }

  usage(owner: string): Usage {
    return this.#owners.get(owner) ?? NOTHING;
  }

  /** Throws `queue.full` or `queue.quota` when the topic or the owner has no room for one more message. */
  check(topic: string, group: string, bytes: number): void {
    const messages = this.ofTopic(topic);
    if (messages >= this.#mostOfTopic) {
      throw new QueueError(
        'queue.full',
        `the queue ${topic} holds ${messages} unfinished messages`,
        'Wait until some are done, or raise the concurrency of the functions that take them.',
      );
    }
    const used = this.usage(ownerOf(group));
    const most = this.#mostOfOwner;
    if (used.messages >= most.messages) throw quota(`${used.messages} messages`, `${most.messages}`);
    if (used.bytes + bytes > most.bytes) throw quota(`${used.bytes} bytes`, `${most.bytes}`);
  }

  clear(): void {
    this.#topics.clear();
    this.#owners.clear();
  }

  add(topic: string, group: string, usage: Usage): void {
    this.#changes += 1;
    this.#topics.set(topic, this.ofTopic(topic) + usage.messages);
    const owner = ownerOf(group);
    const used = this.usage(owner);
    this.#owners.set(owner, { messages: used.messages + usage.messages, bytes: used.bytes + usage.bytes });
  }

  remove(topic: string, group: string, bytes: number): void {
    this.#changes += 1;
    this.#topics.set(topic, Math.max(0, this.ofTopic(topic) - 1));
    const owner = ownerOf(group);
    const used = this.usage(owner);
    if (used.messages <= 1) this.#owners.delete(owner);
    else this.#owners.set(owner, { messages: used.messages - 1, bytes: Math.max(0, used.bytes - bytes) });
  }
}

function quota(used: string, most: string): QueueError {
  return new QueueError('queue.quota', `the owner has ${used} unfinished, of ${most}`, 'Wait until some are done.');
}
