import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrokerSession } from '../brokers/broker-session.ts';
import { ReadRoom } from '../brokers/read-room.ts';
import { hasApacheKafka, NO_APACHE_KAFKA, TestApacheKafka } from '../brokers/testing-apache-kafka.ts';
import { publishTo } from '../brokers/testing-kafka.ts';
import { consumeKafka, type KafkaConnection } from './consume-kafka.ts';

const BETWEEN_MS = 500;
const LOCAL: ReadonlySet<string> = new Set(['127.0.0.1']);

describe.skipIf(!hasApacheKafka())(`messages of Apache Kafka${hasApacheKafka() ? '' : ` (${NO_APACHE_KAFKA})`}`, () => {
  let kafka: TestApacheKafka;
  let control: AbortController;
  let topic = '';
  let topics = 0;

  beforeAll(async () => {
    kafka = await TestApacheKafka.start();
  });
  afterAll(() => kafka?.stop());
  beforeEach(() => {
    control = new AbortController();
    topics += 1;
    topic = `orders-${topics}`;
  });
  afterEach(() => control.abort());

  /** Reads as one member of the topic's group until `control` is aborted, and connects again like a trigger. */
  function read(handle: () => Promise<void> = () => Promise.resolve()) {
    const batches: string[][] = [];
    const connected = Promise.withResolvers<void>();
    const { signal } = control;
    const connection: KafkaConnection = {
      brokers: [{ host: '127.0.0.1', port: kafka.port }],
      settings: { topics: [topic], tls: false, user: '', batchSize: 10 },
      password: undefined,
      group: `g-${topic}`,
      allowed: LOCAL,
      failures: 0,
      share: new ReadRoom(1e9).enter('p'),
      sessionMs: 6_000,
    };
    const session: BrokerSession = {
      signal,
      onConnected: connected.resolve,
      handle: async ({ messages }) => {
        batches.push(messages.map((text) => JSON.parse(text) as string));
        await handle();
      },
    };
    const untilAborted = async (): Promise<void> => {
      while (!signal.aborted) await consumeKafka(connection, session).catch(() => setTimeout(BETWEEN_MS));
    };
    return { batches, ended: untilAborted(), connected: connected.promise };
  }

  const texts = (count: number, prefix = 'm'): string[] =>
    Array.from({ length: count }, (_, n) => `${prefix}${String(n).padStart(4, '0')}`);

  it('arrive in batches and in order, and a later reader goes on after what was committed', async () => {
    await kafka.makeTopic(topic, 1);
    await publishTo(
      kafka.address,
      topic,
      texts(25).map((value) => ({ value })),
    );
    const first = read();
    await expect.poll(() => first.batches.flat()).toEqual(texts(25));
    expect(first.batches.every((batch) => batch.length <= 10)).toBe(true);
    control.abort();
    await first.ended;
    await publishTo(kafka.address, topic, [{ value: 'later' }]);
    control = new AbortController();
    const second = read();
    await expect.poll(() => second.batches).toEqual([['later']]);
    control.abort();
    await second.ended;
  });

  it.each(['gzip', 'snappy'])('of its own producer are read when they are compressed with %s', async (codec) => {
    await kafka.makeTopic(topic, 1);
    await kafka.publishByItsProducer(topic, codec, texts(500));
    const { batches, ended } = read();
    await expect.poll(() => batches.flat()).toEqual(texts(500));
    control.abort();
    await ended;
  });

  it('are shared by two readers of one group, each partition in its order', async () => {
    const partitions = [0, 1, 2, 3];
    await kafka.makeTopic(topic, partitions.length);
    const readers = [read(), read()];
    await Promise.all(readers.map(({ connected }) => connected));
    const sent = partitions.map((partition) => texts(50, `${partition}:`));
    const send = () =>
      publishTo(
        kafka.address,
        topic,
        sent.flatMap((values, partition) => values.map((value) => ({ value, partition }))),
      );
    const all = () => readers.flatMap(({ batches }) => batches.flat());
    await send();
    await expect.poll(() => [...new Set(all())].toSorted()).toEqual(sent.flat().toSorted());
    for (const { batches } of readers) {
      for (const partition of partitions) {
        const own = [...new Set(batches.flat())].filter((text) => text.startsWith(`${partition}:`));
        expect(own).toEqual(own.toSorted());
      }
    }
    control.abort();
    await Promise.all(readers.map(({ ended }) => ended));
  });

  it('are all there when the broker was killed between a batch and its commit', async () => {
    await kafka.makeTopic(topic, 1);
    await publishTo(
      kafka.address,
      topic,
      texts(20).map((value) => ({ value })),
    );
    const held = Promise.withResolvers<void>();
    const { batches, ended } = read(() => held.promise);
    await expect.poll(() => batches.length).toBe(1);
    await kafka.kill();
    held.resolve();
    await kafka.boot();
    await expect.poll(() => [...new Set(batches.flat())], { timeout: 120_000 }).toEqual(texts(20));
    // what could not be committed ran again
    expect(batches[1]?.[0]).toBe('m0000');
    control.abort();
    await ended;
  });
});
