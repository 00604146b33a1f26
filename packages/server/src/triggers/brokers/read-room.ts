import { type ReadLimits, readLimits } from './read-limits.ts';

interface Owner {
  sessions: number;
  held: number;
}

interface Waiting {
  readonly owner: Owner;
  readonly bytes: number;
  readonly enter: () => void;
}

/** A member of a group that waits for longer is taken for lost. */
const WAIT_MS = 8_000;
const NO_ROOM = 'the server has no memory for what the broker sent: it is read again later, in smaller parts';

/**
 * Memory for what brokers of all triggers of a server sent and their targets have not handled. Half of it is divided among
 * the owners of sessions, with one part left for the next owner: what fits into the part of an owner never waits for others.
 * The other half is for all; those who wait for it enter in the order of what they hold, the least first.
 */
export class ReadRoom {
  readonly #half: number;
  readonly #limits: ReadLimits;
  readonly #owners = new Map<string, Owner>();
  #waiting: Waiting[] = [];

  constructor(bytes: number) {
    this.#half = bytes / 2;
    this.#limits = readLimits(bytes);
  }

  get used(): number {
    return [...this.#owners.values()].reduce((sum, { held }) => sum + held, 0);
  }

  /** One session of an owner. What it holds is also written to `held`, which another thread may read. */
  enter(name: string, held: Int32Array = new Int32Array(1)): ReadShare {
    const owner = this.#owners.get(name) ?? { sessions: 0, held: 0 };
    this.#owners.set(name, owner);
    owner.sessions += 1;
    const room: Room = {
      limits: this.#limits,
      tryTake: (bytes) => this.#tryTake(owner, bytes),
      wait: (bytes) => this.#wait(owner, bytes),
      give: (bytes) => {
        owner.held -= bytes;
        this.#admit();
      },
      leave: () => {
        owner.sessions -= 1;
        if (owner.sessions === 0) this.#owners.delete(name);
        this.#admit();
      },
    };
    return new ReadShare(room, held);
  }

  #tryTake(owner: Owner, bytes: number): boolean {
    const part = this.#half / (this.#owners.size + 1);
    const beyond = Math.max(0, owner.held + bytes - part);
    if (beyond > 0) {
      let others = 0;
      for (const one of this.#owners.values()) if (one !== owner) others += Math.max(0, one.held - part);
      if (others + beyond > this.#half) return false;
    }
    owner.held += bytes;
    return true;
  }

  async #wait(owner: Owner, bytes: number): Promise<void> {
    const entered = Promise.withResolvers<void>();
    const waiting = { owner, bytes, enter: entered.resolve };
    const timer = setTimeout(() => {
      this.#waiting = this.#waiting.filter((one) => one !== waiting);
      entered.reject(new Error(NO_ROOM));
    }, WAIT_MS);
    this.#waiting.push(waiting);
    this.#admit();
    await entered.promise.finally(() => clearTimeout(timer));
  }

  #admit(): void {
    const left: Waiting[] = [];
    const inOrder = this.#waiting.toSorted((one, other) => one.owner.held - other.owner.held);
    for (const waiting of inOrder) {
      if (this.#tryTake(waiting.owner, waiting.bytes)) waiting.enter();
      else left.push(waiting);
    }
    this.#waiting = this.#waiting.filter((waiting) => left.includes(waiting));
  }
}

interface Room {
  readonly limits: ReadLimits;
  tryTake(bytes: number): boolean;
  wait(bytes: number): Promise<void>;
  give(bytes: number): void;
  leave(): void;
}

/** What one session holds of the room. */
export class ReadShare {
  readonly #room: Room;
  readonly #shown: Int32Array;
  #held = 0;
  #isOver = false;

  constructor(room: Room, shown: Int32Array) {
    this.#room = room;
    this.#shown = shown;
  }

  get limits(): ReadLimits {
    return this.#room.limits;
  }

  /** Waits for it; throws when others need the memory for too long. */
  async take(bytes: number): Promise<void> {
    if (!this.#room.tryTake(bytes)) await this.#room.wait(bytes);
    this.#hold(bytes);
    // the session may have ended meanwhile
    if (this.#isOver) this.give(bytes);
  }

  /** Takes it at once or throws. */
  takeNow(bytes: number): void {
    if (!this.#room.tryTake(bytes)) throw new Error(NO_ROOM);
    this.#hold(bytes);
  }

  give(bytes: number): void {
    const given = Math.min(bytes, this.#held);
    this.#hold(-given);
    this.#room.give(given);
  }

  /** Gives back all of it. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.give(this.#held);
    this.#room.leave();
  }

  #hold(bytes: number): void {
    this.#held += bytes;
    Atomics.store(this.#shown, 0, this.#held);
  }
}
