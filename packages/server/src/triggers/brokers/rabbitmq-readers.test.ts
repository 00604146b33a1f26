import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BrokerReaders } from './broker-readers.ts';
import type { BrokerBatch } from './broker-session.ts';
import { HostileRabbitmq, type RabbitmqAnswer, rabbitmqDelivery, rabbitmqMethod } from './testing-hostile-rabbitmq.ts';
import { rabbitmqOrder } from './testing-orders.ts';

const SLOW = { timeout: 240_000 };

let readers: BrokerReaders;
let brokers: HostileRabbitmq[];
let control: AbortController;
let logged: string[];

beforeEach(() => {
  [brokers, logged, control] = [[], [], new AbortController()];
  readers = new BrokerReaders({
    roomBytes: 512 * 1024 * 1024,
    onLate: () => undefined,
    log: pino({ level: 'error' }, { write: (line) => void logged.push(line) }),
  });
});
afterEach(async () => {
  control.abort();
  await readers.stop();
  for (const rabbitmq of brokers) rabbitmq.stop();
});

/** A broker that sends so many messages as soon as a client consumes. */
async function brokerWith(count: number, answers: Record<string, RabbitmqAnswer> = {}): Promise<HostileRabbitmq> {
  const messages = Array.from({ length: count }, (_, at) => rabbitmqDelivery(at + 1));
  const BasicConsume = (): Buffer =>
    Buffer.concat([rabbitmqMethod('BasicConsumeOk', { consumerTag: 'c' }), ...messages]);
  const rabbitmq = await HostileRabbitmq.start({ answers: { BasicConsume, ...answers } });
  brokers.push(rabbitmq);
  return rabbitmq;
}

/** The error with which reading ends; `none` without one. */
function read(rabbitmq: HostileRabbitmq, handle: (batch: BrokerBatch) => Promise<void>): Promise<string> {
  const session = { signal: control.signal, onConnected: () => undefined, handle };
  return readers.read(rabbitmqOrder(rabbitmq.port, 'p'), session).then(
    () => 'none',
    ({ message }: Error) => message,
  );
}

it('messages of RabbitMQ are acknowledged when the server has handled them, also while it stops', SLOW, async () => {
  const events: string[] = [];
  const BasicAck = (): undefined => void events.push('acknowledged');
  const rabbitmq = await brokerWith(2, { BasicAck });
  const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const ended = read(rabbitmq, async ({ messages }) => {
    begun.resolve();
    await gate.promise;
    events.push(`handled ${messages.join()}`);
  });
  await begun.promise;
  control.abort();
  gate.resolve();
  expect(await ended).toBe('none');
  expect(events).toEqual(['handled "a","a"', 'acknowledged']);
});

it(
  'messages that the server could not handle are not acknowledged, and the reason ends the session',
  SLOW,
  async () => {
    let acknowledged = 0;
    const BasicAck = (): undefined => {
      acknowledged += 1;
    };
    const rabbitmq = await brokerWith(1, { BasicAck });
    expect(await read(rabbitmq, () => Promise.reject(new Error('not now')))).toBe('not now');
    await expect.poll(() => rabbitmq.sockets.size).toBe(0);
    expect(acknowledged).toBe(0);
  },
);

it('a broker that sends too much ends its own session only, and its error has no password', SLOW, async () => {
  const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let isHandled = false;
  const steady = read(await brokerWith(1), async () => {
    begun.resolve();
    await gate.promise;
    isHandled = true;
  });
  await begun.promise;
  const error = await read(await brokerWith(5_000), () => Promise.resolve());
  expect(error).toBe('the broker sent more than 20 messages for one batch');
  expect({ isHandled, logged }).toEqual({ isHandled: false, logged: [] });
  control.abort();
  gate.resolve();
  expect(await steady).toBe('none');
});
