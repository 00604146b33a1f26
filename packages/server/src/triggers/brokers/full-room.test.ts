import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BrokerReaders } from './broker-readers.ts';
import type { ReadOrder } from './reader-calls.ts';
import { HostileKafka, kafkaBatch, kafkaRecord, kafkaRecords } from './testing-hostile-kafka.ts';
import { HostileRabbitmq, rabbitmqDelivery, rabbitmqMethod } from './testing-hostile-rabbitmq.ts';
import { kafkaOrder, rabbitmqOrder } from './testing-orders.ts';

const MB = 1024 * 1024;
const SLOW = { timeout: 240_000 };
/** Half of it is for all, and a quarter of the other half for each of three projects. */
const ROOM_BYTES = 64 * MB;
const NO_ROOM = 'the server has no memory for what the broker sent';

let readers: BrokerReaders;
let brokers: { stop(): void }[];
let control: AbortController;
/** What happened, in its order. */
let events: string[];

beforeEach(() => {
  [brokers, events, control] = [[], [], new AbortController()];
  readers = new BrokerReaders({
    roomBytes: ROOM_BYTES,
    onLate: () => undefined,
    log: pino({ level: 'silent' }),
    heapMb: 512,
  });
});
afterEach(async () => {
  control.abort();
  await readers.stop();
  for (const broker of brokers) broker.stop();
});

/** A cluster with one message, which it has as soon as `isReady` is true. `onSent` is called when it is sent. */
async function kafkaWith(
  bytes: number,
  { isReady = () => true, onSent = () => undefined }: { isReady?: () => boolean; onSent?: () => void } = {},
): Promise<number> {
  let isSent = false;
  const kafka = await HostileKafka.start({
    fetch: () => {
      if (isSent || !isReady()) return kafkaRecords();
      isSent = true;
      onSent();
      return kafkaRecords([kafkaBatch(kafkaRecord(Buffer.alloc(bytes, 'a')), 1)]);
    },
  });
  brokers.push(kafka);
  return kafka.port;
}

/** A broker that sends one message at each connection. */
async function rabbitmqWith(bytes: number): Promise<number> {
  const rabbitmq = await HostileRabbitmq.start({
    answers: {
      BasicConsume: () =>
        Buffer.concat([
          rabbitmqMethod('BasicConsumeOk', { consumerTag: 'c' }),
          rabbitmqDelivery(1, Buffer.alloc(bytes, 'a')),
        ]),
    },
  });
  brokers.push(rabbitmq);
  return rabbitmq.port;
}

interface Held {
  /** Resolves when the batch is in progress; rejects when the session ends before it. */
  readonly begun: Promise<void>;
  /** Ends the batch. */
  readonly handled: () => void;
}

/** Reads one batch, which lasts until `handled` is called. Begins again as a trigger does when there is no memory. */
function hold(name: string, order: ReadOrder): Held {
  const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const handle = async (): Promise<void> => {
    events.push(name);
    begun.resolve();
    await gate.promise;
  };
  const session = { signal: control.signal, onConnected: () => undefined, handle };
  const read = async (): Promise<void> => {
    const error = await readers.read(order, session).then(
      () => new Error('the session ended'),
      (reason: Error) => reason,
    );
    if (!error.message.includes(NO_ROOM)) return begun.reject(error);
    events.push('no memory');
    await read();
  };
  begun.promise.catch(() => undefined);
  void read();
  return { begun: begun.promise, handled: () => gate.resolve() };
}

it('a large message of Kafka waits for memory and then arrives; small ones arrive meanwhile', SLOW, async () => {
  let isSent = false;
  const small = hold('small', kafkaOrder(await kafkaWith(1_000, { isReady: () => isSent }), 'small'));
  const greedy: Held[] = [];
  // in memory twice, as bytes and as text
  for (const mb of [7, 7, 3.5]) {
    const held = hold('greedy', kafkaOrder(await kafkaWith(mb * MB), 'greedy'));
    await held.begun;
    greedy.push(held);
  }
  const onSent = (): void => {
    isSent = true;
  };
  const large = hold('large', kafkaOrder(await kafkaWith(7 * MB, { onSent }), 'large'));
  await small.begun;
  expect(events.filter((event) => event !== 'no memory')).toEqual(['greedy', 'greedy', 'greedy', 'small']);
  for (const { handled } of greedy) handled();
  await large.begun;
});

it('a large message of RabbitMQ that has no memory is refused, and arrives when there is some', SLOW, async () => {
  const greedy: Held[] = [];
  for (const mb of [15, 15, 12]) {
    const held = hold('greedy', rabbitmqOrder(await rabbitmqWith(mb * MB), 'greedy'));
    await held.begun;
    greedy.push(held);
  }
  const large = hold('large', rabbitmqOrder(await rabbitmqWith(15 * MB), 'large'));
  await expect.poll(() => events.length, { timeout: 120_000 }).toBeGreaterThan(3);
  expect(events.slice(0, 4)).toEqual(['greedy', 'greedy', 'greedy', 'no memory']);
  for (const { handled } of greedy) handled();
  await large.begun;
});
