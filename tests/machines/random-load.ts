import type { ClusterAccount } from './account.ts';
import type { Machine } from './machines.ts';

const CLIENTS = 3;
const MOST = { handlerMs: 200, pauseMs: 75 };

const any = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;

/** Calls and events at random servers, whatever state they are in. */
export class RandomLoad {
  readonly #all: readonly Machine[];
  readonly #account: ClusterAccount;
  readonly #clients: Promise<unknown>;
  #isOver = false;

  constructor({ all }: { readonly all: readonly Machine[] }, account: ClusterAccount) {
    this.#all = all;
    this.#account = account;
    this.#clients = Promise.all(Array.from({ length: CLIENTS }, () => this.#client()));
  }

  /** Resolves when every request has its answer. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#clients;
  }

  async #client(): Promise<void> {
    while (!this.#isOver) {
      const { server } = any(this.#all);
      const ms = Math.random() * MOST.handlerMs;
      await (Math.random() < 0.5 ? this.#account.call(server, ms) : this.#account.enqueue(server, ms));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * MOST.pauseMs));
    }
  }
}
