import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ReadRoom } from '../brokers/read-room.ts';
import { hasKcat, NO_KCAT, TestKafka } from '../brokers/testing-kafka.ts';
import { consumeKafka } from './consume-kafka.ts';

const PATIENCE = { timeout: 100_000 };
/** By their numbers in the protocol. */
const REQUESTS = { fetch: 1, commit: 8 } as const;
const ERRORS = {
  'connection lost': -195,
  OFFSET_OUT_OF_RANGE: 1,
  NOT_LEADER_OR_FOLLOWER: 6,
  NOT_COORDINATOR: 16,
  REBALANCE_IN_PROGRESS: 27,
  KAFKA_STORAGE_ERROR: 56,
} as const;

// not that a member is unknown: the mock cluster would wait for the one that it still has
describe.skipIf(!hasKcat())(`messages of Kafka${hasKcat() ? '' : ` (${NO_KCAT})`}`, { timeout: 300_000 }, () => {
  let kafka: TestKafka;
  let topic = '';
  let topics = 0;
  let handled: string[];
  let control: AbortController;
  let reading: Promise<void>;

  beforeAll(async () => {
    kafka = await TestKafka.start(2);
  });
  afterAll(() => kafka.stop());
  beforeEach(async () => {
    handled = [];
    control = new AbortController();
    topics += 1;
    topic = `orders-${topics}`;
    await kafka.makeTopic(topic, 1);
    reading = read(control.signal);
  });
  afterEach(() => {
    control.abort();
    return reading;
  });

  /** Connects again after each failure, like the trigger. */
  async function read(signal: AbortSignal): Promise<void> {
    const connection = {
      brokers: kafka.ports.map((port) => ({ host: '127.0.0.1', port })),
      settings: { topics: [topic], tls: false, user: '', batchSize: 2 },
      password: undefined,
      group: `g-${topic}`,
      allowed: new Set(['127.0.0.1']),
      failures: 0,
      share: new ReadRoom(1e9).enter('p'),
      sessionMs: 2_000,
    };
    const handle = async ({ messages }: { readonly messages: readonly string[] }) =>
      void handled.push(...messages.map((text) => JSON.parse(text) as string));
    while (!signal.aborted) {
      await consumeKafka(connection, { signal, onConnected: () => undefined, handle }).catch(() => setTimeout(100));
    }
  }
  const isCommitted = (count: number): Promise<void> =>
    expect.poll(() => kafka.committed(`g-${topic}`, topic), PATIENCE).toBe(count);

  it.each([
    ['fetch', ['NOT_LEADER_OR_FOLLOWER', 'KAFKA_STORAGE_ERROR', 'connection lost']],
    ['commit', ['NOT_COORDINATOR', 'REBALANCE_IN_PROGRESS', 'connection lost']],
  ] as const)('arrive in their order when the cluster refuses a %s', async (request, names) => {
    const sent: string[] = [];
    const send = async (text: string): Promise<void> => {
      sent.push(text);
      await kafka.publish(topic, [text], 'k');
      // a batch whose commit was refused runs again
      await expect.poll(() => [...new Set(handled)], PATIENCE).toEqual(sent);
    };
    await send('first');
    for (const name of names) {
      await kafka.refuse(REQUESTS[request], [ERRORS[name]]);
      await send(`after ${name}`);
    }
    await isCommitted(sent.length);
  });

  it('begin with the oldest one when the cluster has the next one no more', async () => {
    await kafka.publish(topic, ['a', 'b'], 'k');
    await isCommitted(2);
    await kafka.refuse(REQUESTS.fetch, [ERRORS.OFFSET_OUT_OF_RANGE]);
    const order = () => expect.poll(() => handled.join(''), PATIENCE);
    await order().toMatch(/^(ab){2,}$/);
    await kafka.publish(topic, ['c'], 'k');
    await order().toMatch(/^(ab){2,}c$/);
    await isCommitted(3);
  });
});
