import type { Clock, Timer } from '../../lib/clock.ts';
import { CoalescedTask } from '../../lib/coalesced-task.ts';
import type { Lease, Leases } from './lease.ts';
import type { Peers } from './membership.ts';

export interface DutyOptions {
  readonly name: string;
  readonly leases: Leases;
  readonly peers: Peers;
  readonly clock: Clock;
  /** The work may begin. A rejection is tried again. */
  readonly begin: (lease: Lease) => Promise<void> | void;
  /** The work must end: another server may do it from now on. */
  readonly end: () => Promise<void> | void;
  readonly onError: (error: unknown) => void;
}

const AGAIN_MS = 1_000;

/** Work that one server at a time does for all, as long as it holds the lease of that name. One that yields leaves it to others. */
export class Duty {
  readonly #options: DutyOptions;
  readonly #look: CoalescedTask;
  #lease: Lease | undefined;
  #again: Timer | undefined;
  #stopListening: (() => void) | undefined;
  #isDoubtful = false;
  #stopped = false;

  constructor(options: DutyOptions) {
    this.#options = options;
    this.#look = new CoalescedTask(
      () => this.#decide(),
      (error) => {
        options.onError(error);
        this.#lookIn(AGAIN_MS);
      },
    );
  }

  /** Resolves when this server does the work, or another one does. */
  async start(): Promise<void> {
    this.#stopListening = this.#options.peers.onChange(() => this.#look.request());
    this.#look.request();
    await this.#look.idle();
  }

  /** A write under the lease was refused: looks whether another server has it. */
  doubt(): void {
    this.#isDoubtful = true;
    this.#look.request();
  }

  /** Ends the work and frees the lease. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopListening?.();
    this.#again?.cancel();
    await this.#look.idle();
    await this.#handOver();
  }

  async #handOver(): Promise<void> {
    const { leases, end } = this.#options;
    const lease = this.#lease;
    if (lease === undefined) return;
    this.#lease = undefined;
    try {
      await end();
    } finally {
      await leases.release(lease);
    }
  }

  #lookIn(ms: number): void {
    if (this.#stopped) return;
    this.#again?.cancel();
    this.#again = this.#options.clock.after(ms, () => this.#look.request());
  }

  async #decide(): Promise<void> {
    const { name, leases, peers, begin } = this.#options;
    if (this.#stopped) return;
    const doubtful = this.#isDoubtful;
    this.#isDoubtful = false;
    if (peers.yields) return this.#handOver();
    if (this.#lease !== undefined && !(leases.isHeld(this.#lease) && (!doubtful || (await leases.owns(this.#lease))))) {
      this.#lease = undefined;
      await this.#options.end();
    }
    if (this.#lease !== undefined) return;
    const lease = await leases.acquire(name);
    if (lease === undefined || this.#stopped) return;
    this.#lease = lease;
    try {
      await begin(lease);
    } catch (error) {
      this.#lease = undefined;
      await leases.release(lease);
      throw error;
    }
  }
}
