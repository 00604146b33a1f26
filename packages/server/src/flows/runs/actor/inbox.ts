import type { Message } from '@funcgraph/flow';
import type { InboxStore } from '../store/inbox-store.ts';
import type { RunActor } from './run-actor.ts';

/** Takes the stored messages of a run to its actor, each once. */
export class Inbox {
  readonly #store: Pick<InboxStore, 'open' | 'settle'>;
  readonly #actor: RunActor;
  /** Messages that the actor has, and those it settled. */
  readonly #taken = new Set<string>();

  constructor(store: Pick<InboxStore, 'open' | 'settle'>, actor: RunActor) {
    this.#store = store;
    this.#actor = actor;
  }

  /** Resolves when the results of the messages that it found are on disk, or the actor has closed. */
  async read(): Promise<void> {
    const { run } = this.#actor;
    const found = (await this.#store.open(run)).filter(({ key }) => !this.#taken.has(key));
    await Promise.all(
      found.map(({ key, message }) => {
        this.#taken.add(key);
        return new Promise<void>((resolve) => {
          this.#actor.post({
            message: JSON.parse(message) as Message,
            also: (refusal) => this.#store.settle(run, key, refusal === undefined ? 'taken' : 'late'),
            settled: () => resolve(),
          });
        });
      }),
    );
  }
}
