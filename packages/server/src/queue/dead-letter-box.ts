import type { Storage } from '../storage/index.ts';
import { ownerOf, type Usage } from './backlog.ts';
import { DeadLetterRoom } from './dead-letter-room.ts';
import { DeadLetterStore } from './dead-letter-store.ts';
import { pageOf, rowsFor } from './page.ts';
import type { Queue } from './queue.ts';
import { checkLimit, parseMarker } from './request.ts';
import { type SummaryRow, toSummary } from './row.ts';
import type { AtomicStep, FinishStep, LeasedMessage, MessageSummary, NewLetter, NewMessage } from './types.ts';

/** A message that failed permanently. Settling it removes its payload; the summary stays. */
export interface DeadLetter extends MessageSummary {
  readonly settledAt: number | null;
  /** Id of the message that replaced it. */
  readonly redrivenAs: string | null;
}

export interface DeadLetterPage {
  /** Open ones, newest first. */
  readonly letters: readonly DeadLetter[];
  readonly nextMarker: string | null;
}

export interface DeadLetterRequest {
  readonly group?: string;
  /** Every group whose name begins with this. */
  readonly groupPrefix?: string;
  /** 1–1000; see `pageOf`. */
  readonly limit: number;
  readonly marker?: string;
}

export interface DeadLetterBoxOptions {
  readonly storage: Storage;
  readonly queue: Queue;
  /** The box has only letters of these topics. */
  readonly topics: readonly string[];
  readonly now: () => number;
  /** Limit on open letters of one owner (see `ownerOf`); a new one replaces the oldest. No limit unless set. */
  readonly mostOfOwner?: Usage;
  /** Called with the number of letters that were removed for newer ones. */
  readonly onTrimmed?: (trimmed: Trimmed) => void;
}

export interface Trimmed {
  readonly group: string;
  readonly dropped: number;
}

/** Number of letters that one step removes. */
const TRIM_BATCH = 500;

/** Messages that failed permanently, until they are settled: redriven or deleted. */
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
   * Ends a leased message as a letter, and enqueues the messages that follow from it, in one step. Older letters of its
   * owner are removed first if there would be too many. False when the lease has ended.
   */
  add(
    message: Pick<LeasedMessage, 'group' | 'receipt' | 'bytes'>,
    step: Omit<FinishStep, 'receipt' | 'state'>,
  ): Promise<boolean> {
    const { group, receipt } = message;
    const bytes = step.payload?.byteLength ?? message.bytes;
    const write = (): Promise<boolean> => this.#options.queue.finish({ receipt, state: 'dead', ...step });
    return this.#room.add(ownerOf(group), bytes, write);
  }

  /**
   * Stores a letter that was never a message, and what belongs to it, in one step; room is made as in `add`. False when a
   * statement that must affect a row did not.
   */
  bury(letter: NewLetter, step: Pick<AtomicStep, 'messages' | 'statements'>): Promise<boolean> {
    const { queue } = this.#options;
    const write = (): Promise<boolean> => queue.unlessGuarded(() => queue.atomically({ ...step, letters: [letter] }));
    return this.#room.add(ownerOf(letter.group), letter.payload.byteLength, write);
  }

  async list(request: DeadLetterRequest): Promise<DeadLetterPage> {
    const { marker, limit, ...groups } = request;
    checkLimit(limit);
    const { topics } = this.#options;
    const rows = await this.#store.open({ ...groups, topics, before: parseMarker(marker), limit: rowsFor(limit) });
    const { page, nextMarker } = pageOf(rows, limit);
    return { letters: page.map(toLetter), nextMarker };
  }

  /** Open or settled; undefined for a message that is no dead letter. */
  async get(id: string): Promise<(DeadLetter & { readonly payload: Uint8Array | null }) | undefined> {
    const row = await this.#store.get(id);
    if (row === undefined || !this.#options.topics.includes(row.topic)) return undefined;
    return { ...toLetter(row), payload: row.payload };
  }

  /**
   * Replaces a letter by a message, in one step: however often this is called, it is sent again once. False when the
   * letter was settled before; nothing is stored then. Throws `QueueError` when the queue refuses the message.
   */
  async replace(id: string, message: NewMessage): Promise<boolean> {
    const { queue, now } = this.#options;
    const query = this.#store.settleQuery(id, now(), message.id);
    return queue.unlessGuarded(() =>
      queue.atomically({ messages: [message], statements: [{ query, mustAffect: true }] }),
    );
  }

  /** Removes the payload. False when the letter was settled before. */
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

  /** Removes letters of each owner above its limit, for example after the limit was lowered. */
  async trimOwners(): Promise<void> {
    const groups = await this.#store.usage(this.#options.topics);
    for (const owner of new Set(groups.map(({ group }) => ownerOf(group)))) {
      await this.#trimOwner(owner, this.#mostOfOwner);
    }
  }

  /** Removes the oldest of the largest group first. */
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

  /** Removes the oldest letters of each group that has more than `most`; returns how many by group. */
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
