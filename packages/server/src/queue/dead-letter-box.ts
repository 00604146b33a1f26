import type { Storage } from '../storage/index.ts';
import { ownerOf, type Usage } from './backlog.ts';
import { DeadLetterRoom } from './dead-letter-room.ts';
import { DeadLetterStore } from './dead-letter-store.ts';
import type { Queue } from './queue.ts';
import { checkLimit, parseMarker } from './request.ts';
import { type SummaryRow, toSummary } from './row.ts';
import type { FinishStep, LeasedMessage, MessageSummary, NewMessage } from './types.ts';

/** A message that was given up. Once it is settled its payload is gone and only what happened is known. */
export interface DeadLetter extends MessageSummary {
  readonly settledAt: number | null;
  /** Id of the message that took its place. */
  readonly redrivenAs: string | null;
}

export interface DeadLetterPage {
  /** Open ones, newest first. */
  readonly letters: readonly DeadLetter[];
  readonly nextMarker: string | null;
}

export interface DeadLetterRequest {
  readonly group?: string;
  /** Every group whose name begins so. */
  readonly groupPrefix?: string;
  /** 1–1000. */
  readonly limit: number;
  readonly marker?: string;
}

export interface DeadLetterBoxOptions {
  readonly storage: Storage;
  readonly queue: Queue;
  /** Messages of other topics are none of its letters. */
  readonly topics: readonly string[];
  readonly now: () => number;
  /** Open letters of one owner (see `ownerOf`); the oldest go for one more. No bound unless set. */
  readonly mostOfOwner?: Usage;
  /** Hears of letters that went for others. */
  readonly onTrimmed?: (trimmed: Trimmed) => void;
}

export interface Trimmed {
  readonly group: string;
  readonly dropped: number;
}

/** Steps in which the oldest letters of a group go. */
const TRIM_BATCH = 500;

/** What the queue has given up, until somebody settles it: sends it again, or throws it away. */
export class DeadLetterBox {
  readonly #store: DeadLetterStore;
  readonly #options: DeadLetterBoxOptions;
  readonly #mostOfOwner: Usage;
  readonly #room: DeadLetterRoom;

  constructor(options: DeadLetterBoxOptions) {
    this.#store = new DeadLetterStore(options.storage);
    this.#options = options;
    this.#mostOfOwner = options.mostOfOwner ?? { messages: Infinity, bytes: Infinity };
    this.#room = new DeadLetterRoom({
      most: this.#mostOfOwner,
      stored: (owner) => this.usage(owner),
      trim: (owner, most) => this.#trimOwner(owner, most),
    });
  }

  /**
   * Ends a leased message as a letter, and enqueues what follows from that, in one step. Older letters of its owner go
   * before when there would be too many. False when the lease is over.
   */
  add(
    message: Pick<LeasedMessage, 'group' | 'receipt' | 'bytes'>,
    step: Pick<FinishStep, 'outcome' | 'messages'>,
  ): Promise<boolean> {
    const { group, receipt, bytes } = message;
    const write = (): Promise<boolean> => this.#options.queue.finish({ receipt, state: 'dead', ...step });
    return this.#room.add(ownerOf(group), bytes, write);
  }

  async list(request: DeadLetterRequest): Promise<DeadLetterPage> {
    const { marker, limit, ...groups } = request;
    checkLimit(limit);
    const { topics } = this.#options;
    const rows = await this.#store.open({ ...groups, topics, before: parseMarker(marker), limit: limit + 1 });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      letters: page.map(toLetter),
      nextMarker: rows.length > limit && last !== undefined ? String(last.position) : null,
    };
  }

  /** Open or settled; undefined for what is no dead letter. */
  async get(id: string): Promise<(DeadLetter & { readonly payload: Uint8Array | null }) | undefined> {
    const row = await this.#store.get(id);
    if (row === undefined || !this.#options.topics.includes(row.topic)) return undefined;
    return { ...toLetter(row), payload: row.payload };
  }

  /**
   * Puts a message in the place of a letter, in one step: it is sent again once, however often this is asked. False when
   * the letter was settled before; nothing is stored then. Throws `QueueError` when the message is not taken.
   */
  async replace(id: string, message: NewMessage): Promise<boolean> {
    const { queue, now } = this.#options;
    const query = this.#store.settleQuery(id, now(), message.id);
    return queue.unlessGuarded(() =>
      queue.atomically({ messages: [message], statements: [{ query, mustAffect: true }] }),
    );
  }

  /** Throws the payload away. False when the letter was settled before. */
  drop(id: string): Promise<boolean> {
    return this.#store.settle(id, this.#options.now());
  }

  async count(): Promise<number> {
    return (await this.#store.counts(this.#options.topics)).reduce((sum, { count }) => sum + count, 0);
  }

  /** Open letters of an owner, and their bytes. */
  async usage(owner: string): Promise<Usage> {
    return sum(await this.#store.usage(this.#options.topics, owner));
  }

  /** Removes letters of each owner that has more than it may, such as after the bound was lowered. */
  async trimOwners(): Promise<void> {
    const groups = await this.#store.usage(this.#options.topics);
    for (const owner of new Set(groups.map(({ group }) => ownerOf(group)))) {
      await this.#trimOwner(owner, this.#mostOfOwner);
    }
  }

  /** The oldest of the group that has most go first. */
  async #trimOwner(owner: string, most: Usage): Promise<void> {
    const { topics, now, onTrimmed } = this.#options;
    const trimmed = new Map<string, number>();
    for (;;) {
      const groups = await this.#store.usage(topics, owner);
      const used = sum(groups);
      if (used.messages <= most.messages && used.bytes <= most.bytes) break;
      const [largest] = groups.sort((a, b) => b.bytes - a.bytes || b.messages - a.messages);
      if (largest === undefined) break;
      const step = Math.max(1, Math.min(TRIM_BATCH, Math.ceil(largest.messages / 10)));
      const gone = await this.#store.settleOldest(topics, largest.group, step, now());
      if (gone === 0) break;
      trimmed.set(largest.group, (trimmed.get(largest.group) ?? 0) + gone);
    }
    for (const [group, dropped] of trimmed) onTrimmed?.({ group, dropped });
  }

  /** Drops the oldest letters of each group that has more than `most`; says how many of which. */
  async trim(most: number): Promise<readonly Trimmed[]> {
    const { topics, now } = this.#options;
    const trimmed: { group: string; dropped: number }[] = [];
    for (const { group, count } of await this.#store.counts(topics)) {
      let dropped = 0;
      while (count - dropped > most) {
        const step = Math.min(TRIM_BATCH, count - dropped - most);
        const gone = await this.#store.settleOldest(topics, group, step, now());
        dropped += gone;
        if (gone < step) break;
      }
      if (dropped > 0) trimmed.push({ group, dropped });
    }
    return trimmed;
  }
}

function sum(groups: readonly Usage[]): Usage {
  return groups.reduce((all, one) => ({ messages: all.messages + one.messages, bytes: all.bytes + one.bytes }), {
    messages: 0,
    bytes: 0,
  });
}

function toLetter(row: SummaryRow & { settled_at: number | null; redriven_as: string | null }): DeadLetter {
  return { ...toSummary(row), settledAt: row.settled_at, redrivenAs: row.redriven_as };
}
