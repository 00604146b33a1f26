import type { Clock } from '../../lib/clock.ts';
import { KeyLock } from '../../lib/key-lock.ts';
import type { ChangeFeed } from '../../storage/index.ts';
import type { Catalog } from '../catalog.ts';
import type { FunctionUrlStore } from './function-url-store.ts';
import type { FunctionUrl } from './types.ts';

/** Which functions are published on the gateway. A change is durable, and seen by the gateway, when its promise resolves. */
export class FunctionUrls {
  readonly #store: FunctionUrlStore;
  readonly #catalog: Catalog;
  readonly #feed: ChangeFeed;
  readonly #clock: Clock;
  readonly #changes = new KeyLock();

  constructor(store: FunctionUrlStore, catalog: Catalog, feed: ChangeFeed, clock: Clock) {
    this.#store = store;
    this.#catalog = catalog;
    this.#feed = feed;
    this.#clock = clock;
  }

  /** The setting; a function without a setting is not published. From memory. */
  find(functionId: string): FunctionUrl | undefined {
    return this.#catalog.url(functionId);
  }

  async set(url: FunctionUrl): Promise<void> {
    // In the order of the calls, so that memory and disk end with the same setting.
    await this.#changes.run(url.functionId, async () => {
      await this.#store.save(url, this.#clock.now());
      await this.#feed.caughtUp();
    });
  }

  /** Does nothing when nothing is set. */
  async remove(functionId: string): Promise<void> {
    await this.#changes.run(functionId, async () => {
      await this.#store.remove(functionId);
      await this.#feed.caughtUp();
    });
  }
}
