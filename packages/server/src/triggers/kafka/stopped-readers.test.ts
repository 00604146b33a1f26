import createFetchManager from 'kafkajs/src/consumer/fetchManager.js';
import { expect, it } from 'vitest';
import { endStoppedReaders, type ReadingConsumer } from './stopped-readers.ts';

const silent: object = { debug: () => {}, info: () => {}, namespace: () => silent };

/** As the consumer of the library: once stopped, it gives its readers nothing. */
class Consumer implements ReadingConsumer {
  running = true;
  reads = 0;

  async fetch(_nodeId: number): Promise<readonly unknown[]> {
    this.reads += 1;
    return [];
  }
}

it('ends readers that begin after their consumer was stopped, where the library reads for ever', async () => {
  endStoppedReaders(Consumer.prototype);
  endStoppedReaders(Consumer.prototype);
  const consumer = new Consumer();
  const readers = createFetchManager({
    logger: silent,
    getNodeIds: () => [1, 2],
    fetch: (nodeId) => consumer.fetch(nodeId),
    handler: async () => {},
  });
  expect(await consumer.fetch(1)).toEqual([]);
  consumer.running = false;
  await expect(readers.start()).rejects.toThrow('the consumer was stopped');
  expect(consumer.reads).toBe(1);
});
