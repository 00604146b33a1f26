/** A consumer that reads from brokers, as the library has it. */
export interface ReadingConsumer {
  readonly running: boolean;
  fetch(nodeId: number): Promise<readonly unknown[]>;
}

const changed = new WeakSet<ReadingConsumer>();

/**
 * Ends the readers of a consumer that was stopped. The library stops those that it knows; one that it makes in this moment,
 * because the leaders of partitions change, gets nothing, at once and for ever: its loop waits for nothing, and no other
 * code of the server runs again.
 */
export function endStoppedReaders(prototype: ReadingConsumer): void {
  if (changed.has(prototype)) return;
  changed.add(prototype);
  const { fetch } = prototype;
  prototype.fetch = async function (this: ReadingConsumer, nodeId: number) {
    if (!this.running) throw new Error('the consumer was stopped');
    return fetch.call(this, nodeId);
  };
}
