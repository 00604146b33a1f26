import { randomInt } from 'node:crypto';

const SHARDS = 256;
/** Files that follow each other into one folder. */
const FILES = 1000;

/** The folder of new files as two hexadecimal digits: the same one for a while, so that writes share its syncs. */
export class CurrentShard {
  #shard = randomInt(SHARDS);
  #left = FILES;

  next(): string {
    if (this.#left === 0) {
      this.#shard = (this.#shard + 1) % SHARDS;
      this.#left = FILES;
    }
    this.#left -= 1;
    return this.#shard.toString(16).padStart(2, '0');
  }
}
