import { AgentError } from '../agent-error.ts';

/**
 * The networks that are open, by id. They are created and removed one at a time: a network that is created while one of
 * the same name or addresses is removed would lose its bridge or, worse, its rules.
 */
export class NetworkRegister<Network> {
  readonly #most: number;
  readonly #open = new Map<string, Promise<Network>>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(most: number) {
    this.#most = most;
  }

  /** Callers of the same network wait for the first one, which creates it; after a failure the next caller retries. */
  get(id: string, make: () => Promise<Network>): Promise<Network> {
    const known = this.#open.get(id);
    if (known !== undefined) return known;
    if (this.#open.size >= this.#most) {
      return Promise.reject(new AgentError('NETWORK_FAILED', `more than ${this.#most} networks`));
    }
    const making = this.#inTurn(make);
    this.#open.set(id, making);
    making.catch(() => {
      if (this.#open.get(id) === making) this.#open.delete(id);
    });
    return making;
  }

  /** Runs `work` while no network is created or removed. */
  alone(work: () => Promise<void>): Promise<void> {
    return this.#inTurn(work);
  }

  /** Whether this network was not closed since it was made. */
  async holds(id: string, network: Network): Promise<boolean> {
    return (await this.#open.get(id)?.catch(() => undefined)) === network;
  }

  async close(id: string, remove: (network: Network) => Promise<void>): Promise<void> {
    const making = this.#open.get(id);
    if (making === undefined) return;
    this.#open.delete(id);
    await this.#inTurn(async () => {
      const network = await making.catch(() => undefined);
      if (network !== undefined) await remove(network);
    });
  }

  /** Resolves when the removal of all was tried, also if some failed. */
  async closeAll(remove: (network: Network) => Promise<void>): Promise<void> {
    await Promise.allSettled([...this.#open.keys()].map((id) => this.close(id, remove)));
    await this.#turn;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }
}
