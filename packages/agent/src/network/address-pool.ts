import { AgentError } from '../agent-error.ts';
import { type Block, formatAddress, parseAddress, sizeOf } from './ipv4.ts';

/**
 * Addresses for instances, each used by one at a time. The longest unused one is assigned next: neighbours may still
 * have the former owner of an address in their caches.
 */
export class AddressPool {
  readonly #block: Block;
  readonly #used = new Set<number>();
  #next = 0;

  readonly #usable: number;

  /** The first two and the last address of the block are never assigned; `most` at once. */
  constructor(block: Block, most = Number.POSITIVE_INFINITY) {
    this.#block = block;
    this.#usable = Math.min(sizeOf(block) - 3, most);
  }

  get hasRoom(): boolean {
    return this.#used.size < this.#usable;
  }

  /** Throws `NETWORK_FAILED` when all are in use. */
  take(): string {
    const usable = this.#usable;
    for (let tried = 0; tried < usable; tried++) {
      const offset = 2 + this.#next;
      this.#next = (this.#next + 1) % usable;
      if (this.#used.has(offset)) continue;
      this.#used.add(offset);
      return formatAddress(this.#block.first + offset);
    }
    throw new AgentError('NETWORK_FAILED', `all ${Math.max(usable, 0)} addresses of the network are in use`, {
      hint: 'create a network with a larger range of addresses',
    });
  }

  giveBack(address: string): void {
    const found = parseAddress(address);
    if (found !== undefined) this.#used.delete(found - this.#block.first);
  }
}
