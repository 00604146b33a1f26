import { setTimeout } from 'node:timers/promises';

/** A consumer that reads from brokers, as the library has it. */
export interface FetchingConsumer {
  fetch(nodeId: number): Promise<readonly { readonly messages: readonly unknown[] }[]>;
}

const FIRST_MS = 10;
const MOST_MS = 1_000;

const changed = new WeakSet<FetchingConsumer>();

/**
 * Waits after fetches that brought no message or failed, each time longer. A broker in order holds a fetch until its time
 * is over; the library asks again at once, so that one that answers at once keeps the thread of all brokers busy for ever.
 */
export function pauseEmptyFetches(prototype: FetchingConsumer): void {
  if (changed.has(prototype)) return;
  changed.add(prototype);
  const { fetch } = prototype;
  const pauses = new WeakMap<FetchingConsumer, number>();
  prototype.fetch = async function (this: FetchingConsumer, nodeId) {
    const begin = performance.now();
    let isEmpty = true;
    try {
      const batches = await fetch.call(this, nodeId);
      isEmpty = batches.every(({ messages }) => messages.length === 0);
      return batches;
    } finally {
      if (isEmpty) {
        const pause = pauses.get(this) ?? FIRST_MS;
        pauses.set(this, Math.min(pause * 2, MOST_MS));
        await setTimeout(Math.max(0, pause - (performance.now() - begin)));
      } else pauses.delete(this);
    }
  };
}
