import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../lib/secret.ts';
import { ReadRoom } from '../brokers/read-room.ts';
import { makeCertificate, trust } from '../brokers/testing-certificate.ts';
import { hasKcat, NO_KCAT, publishTo, TestKafka } from '../brokers/testing-kafka.ts';
import { KafkaFront } from '../brokers/testing-kafka-front.ts';
import { consumeKafka } from './consume-kafka.ts';

const LOGIN = { user: 'ann', password: 'secret-1' };
const PATIENCE = { timeout: 120_000 };

interface Place {
  readonly ports: readonly number[];
  readonly password?: string;
  readonly tls?: boolean;
  readonly failures?: number;
}

describe.skipIf(!hasKcat())(`a Kafka cluster${hasKcat() ? '' : ` (${NO_KCAT})`}`, () => {
  let kafka: TestKafka;
  let handled: string[];
  let control: AbortController;
  let topic = '';
  let topics = 0;

  beforeAll(async () => {
    kafka = await TestKafka.start(3);
  });
  afterAll(() => kafka.stop());
  beforeEach(async () => {
    handled = [];
    control = new AbortController();
    topics += 1;
    topic = `orders-${topics}`;
    await kafka.makeTopic(topic, 1);
  });
  afterEach(() => control.abort());

  const read = ({ ports, password, tls = false, failures = 0 }: Place): Promise<void> =>
    consumeKafka(
      {
        brokers: ports.map((port) => ({ host: '127.0.0.1', port })),
        settings: { topics: [topic], tls, user: password === undefined ? '' : LOGIN.user, batchSize: 10 },
        password: password === undefined ? undefined : new Secret(password),
        group: `g-${topic}`,
        allowed: new Set(['127.0.0.1']),
        failures,
        share: new ReadRoom(1e9).enter('p'),
        sessionMs: 2_000,
      },
      {
        signal: control.signal,
        onConnected: () => undefined,
        handle: async ({ messages }) => void handled.push(...messages.map((text) => JSON.parse(text) as string)),
      },
    );
  const refusal = (place: Place): Promise<string> =>
    read(place).then(
      () => 'none',
      (error: unknown) => String(error),
    );

  it('is read while leaders change and brokers are down', async () => {
    const reading = (async () => {
      // connects again after each failure, like the trigger
      while (!control.signal.aborted) await read({ ports: kafka.ports }).catch(() => setTimeout(100));
    })();
    // a message may arrive twice
    const arrived = () => expect.poll(() => [...new Set(handled)], PATIENCE);
    await kafka.setLeader(topic, 0, 1);
    await kafka.setCoordinator(`g-${topic}`, 3);
    await kafka.publish(topic, ['one']);
    await arrived().toEqual(['one']);
    await kafka.setLeader(topic, 0, 2);
    await kafka.publish(topic, ['two']);
    await arrived().toEqual(['one', 'two']);
    await kafka.takeDown(2);
    await kafka.setLeader(topic, 0, 1);
    await kafka.publish(topic, ['three']);
    await arrived().toEqual(['one', 'two', 'three']);
    await kafka.takeDown(3);
    await kafka.bringUp(2);
    await kafka.bringUp(3);
    await kafka.publish(topic, ['four']);
    await arrived().toEqual(['one', 'two', 'three', 'four']);
    control.abort();
    await reading;
  });

  it('is read when the leaders of partitions on all brokers change at once', { timeout: 200_000 }, async () => {
    const partitions = [0, 1, 2, 3, 4, 5];
    topic = `${topic}-wide`;
    await kafka.makeTopic(topic, partitions.length);
    const send = (text: string): Promise<void> =>
      publishTo(
        kafka.address,
        topic,
        partitions.map((partition) => ({ partition, value: `${text}-${partition}` })),
      );
    const reading = (async () => {
      while (!control.signal.aborted) await read({ ports: kafka.ports }).catch(() => setTimeout(100));
    })();
    await send('before');
    await expect.poll(() => new Set(handled).size, PATIENCE).toBe(partitions.length);
    for (const by of [1, 2]) {
      for (const partition of partitions) await kafka.setLeader(topic, partition, ((partition + by) % 3) + 1);
      await send(`after-${by}`);
      await expect.poll(() => new Set(handled).size, PATIENCE).toBe(partitions.length * (by + 1));
    }
    control.abort();
    await reading;
  });

  it.each([
    ['SCRAM-SHA-512', 0],
    ['SCRAM-SHA-256', 1],
  ])('is read after a login by %s, without TLS', async (mechanism, failures) => {
    const front = await KafkaFront.start({ ports: kafka.ports, mechanisms: [mechanism], login: LOGIN });
    const place = { ports: front.ports, password: LOGIN.password, failures };
    await kafka.publish(topic, ['a']);
    const refused = await refusal({ ...place, password: 'wrong-secret' });
    expect(refused).toMatch(/authentication failed/i);
    expect(refused).not.toContain('wrong-secret');
    // the next connection tries another mechanism
    expect(await refusal({ ...place, failures: 1 - failures })).toMatch(/mechanism/);
    const reading = read(place);
    await expect.poll(() => handled, PATIENCE).toEqual(['a']);
    control.abort();
    await reading;
    front.stop();
  });

  it('is read over TLS after a login by PLAIN, when its certificate is trusted', async () => {
    const certificate = makeCertificate();
    const front = await KafkaFront.start({ ports: kafka.ports, certificate, mechanisms: ['PLAIN'], login: LOGIN });
    const place = { ports: front.ports, password: LOGIN.password, tls: true, failures: 2 };
    await kafka.publish(topic, ['a']);
    expect(await refusal(place)).toMatch(/self-signed/);
    const distrust = trust(certificate);
    const reading = read(place);
    await expect.poll(() => handled, PATIENCE).toEqual(['a']);
    control.abort();
    await reading;
    distrust();
    front.stop();
  });
});
