import { readFileSync } from 'node:fs';

const INTERVAL_MS = 50;

/**
 * Reports when the kernel killed a process for lack of memory. One read of the machine's counter for all sandboxes:
 * reading each group would cost a thousand reads a tick on a full machine, and version 1 has no notification that Node
 * can wait for.
 */
export class OomWatch {
  readonly #onKill: () => void;
  readonly #readCounter: () => number;
  #timer: NodeJS.Timeout | undefined;
  #last = 0;

  constructor(onKill: () => void, readCounter: () => number = readOomKills) {
    this.#onKill = onKill;
    this.#readCounter = readCounter;
  }

  /** Watches while `active`; costs nothing otherwise. */
  set(active: boolean): void {
    if (active === (this.#timer !== undefined)) return;
    if (!active) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    this.#last = this.#readCounter();
    this.#timer = setInterval(() => this.#tick(), INTERVAL_MS);
  }

  #tick(): void {
    const count = this.#readCounter();
    if (count === this.#last) return;
    this.#last = count;
    this.#onKill();
  }
}

function readOomKills(): number {
  return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1] ?? 0);
}
