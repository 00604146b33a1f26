import { KeyLock } from '../lib/key-lock.ts';
import type { Usage } from './backlog.ts';

/** Share of the limit that one trim frees in addition, so that a flood does not trim for every letter. */
const SLACK = 0.1;
const NOTHING: Usage = { messages: 0, bytes: 0 };

export interface DeadLetterRoomOptions {
  readonly most: Usage;
  /** Usage of an owner by stored open letters. */
  readonly stored: (owner: string) => Promise<Usage>;
  /** Removes the oldest letters until the owner has no more than this. */
  readonly trim: (owner: string, most: Usage) => Promise<void>;
}

interface Owner {
  /** Upper bound of the stored usage: removals elsewhere are noticed at the next count. */
  atMost: Usage;
  /** Letters that are being written. */
  entering: Usage;
}

/** Keeps the dead letters of each owner within a limit at each write. */
export class DeadLetterRoom {
  readonly #options: DeadLetterRoomOptions;
  readonly #owners = new Map<string, Owner>();
  readonly #lock = new KeyLock();

  constructor(options: DeadLetterRoomOptions) {
    this.#options = options;
  }

  /**
   * Makes room for one letter and writes it with `write`, which returns whether it did. A letter larger than the limit
   * is stored as the only one.
   */
  async add(owner: string, bytes: number, write: () => Promise<boolean>): Promise<boolean> {
    const letter: Usage = { messages: 1, bytes };
    const state = await this.#lock.run(owner, async () => this.#enter(owner, letter));
    let isStored = false;
    try {
      isStored = await write();
      return isStored;
    } finally {
      state.entering = less(state.entering, letter);
      if (isStored) state.atMost = more(state.atMost, letter);
    }
  }

  async #enter(owner: string, letter: Usage): Promise<Owner> {
    const { most, stored, trim } = this.#options;
    const state = this.#owners.get(owner) ?? { atMost: await stored(owner), entering: NOTHING };
    this.#owners.set(owner, state);
    const fits = (): boolean => isWithin(more(more(state.atMost, state.entering), letter), most);
    if (!fits()) {
      state.atMost = await stored(owner);
      if (!fits()) {
        const kept = { messages: Math.floor(most.messages * (1 - SLACK)), bytes: Math.floor(most.bytes * (1 - SLACK)) };
        await trim(owner, less(less(kept, state.entering), letter));
        state.atMost = await stored(owner);
      }
    }
    state.entering = more(state.entering, letter);
    return state;
  }
}

const more = (a: Usage, b: Usage): Usage => ({ messages: a.messages + b.messages, bytes: a.bytes + b.bytes });
const less = (a: Usage, b: Usage): Usage => ({
  messages: Math.max(0, a.messages - b.messages),
  bytes: Math.max(0, a.bytes - b.bytes),
});
const isWithin = (used: Usage, most: Usage): boolean => used.messages <= most.messages && used.bytes <= most.bytes;
