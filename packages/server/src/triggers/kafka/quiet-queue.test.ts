import Queue from 'kafkajs/src/network/requestQueue/index.js';
import { expect, it } from 'vitest';
import { checkOnlyWaiting } from './quiet-queue.ts';

checkOnlyWaiting(Queue.prototype);
checkOnlyWaiting(Queue.prototype);

/** A queue of a connection with one request at a time; `sent` has the requests that left. */
function newQueue() {
  const sent: number[] = [];
  const logger = { debug: () => undefined };
  const queue = new Queue({ logger, requestTimeout: 10_000, maxInFlightRequests: 1 });
  const push = (correlationId: number): void =>
    queue.push({
      entry: { correlationId, resolve: () => undefined, reject: () => undefined },
      expectResponse: true,
      sendRequest: () => sent.push(correlationId),
    });
  const answer = (correlationId: number): void =>
    queue.fulfillRequest({ correlationId, payload: Buffer.alloc(0), size: 0 });
  return { queue, sent, push, answer };
}

it('a connection whose requests are answered has no timer', () => {
  const { queue, push, answer } = newQueue();
  push(1);
  answer(1);
  expect(queue.throttleCheckTimeoutId).toBeNull();
});

it('requests that wait leave in their order: after the answer before them, and after a pause of the broker', async () => {
  const { queue, sent, push, answer } = newQueue();
  push(1);
  push(2);
  expect(sent).toEqual([1]);
  answer(1);
  expect(sent).toEqual([1, 2]);
  queue.maybeThrottle(50);
  answer(2);
  push(3);
  expect(sent).toEqual([1, 2]);
  await expect.poll(() => sent).toEqual([1, 2, 3]);
  answer(3);
  expect(queue.throttleCheckTimeoutId).toBeNull();
  queue.destroy();
});
