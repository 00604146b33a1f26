import { type Channel, type ChannelModel, connect } from 'amqplib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../lib/secret.ts';
import type { BrokerBatch } from '../brokers/broker-session.ts';
import { ReadRoom } from '../brokers/read-room.ts';
import { makeCertificate, type TestCertificate, trust } from '../brokers/testing-certificate.ts';
import { hasRabbitmq, NO_RABBITMQ, TestRabbitmq } from '../brokers/testing-rabbitmq.ts';
import { consumeRabbitmq, type RabbitmqConnection } from './consume-rabbitmq.ts';

const EXCHANGE = 'orders';
const LOCAL: ReadonlySet<string> = new Set(['127.0.0.1']);

describe.skipIf(!hasRabbitmq())(`messages of RabbitMQ${hasRabbitmq() ? '' : ` (${NO_RABBITMQ})`}`, () => {
  let certificate: TestCertificate;
  let rabbitmq: TestRabbitmq;
  let model: ChannelModel;
  let channel: Channel;
  let handled: string[][];
  let batches: BrokerBatch[];
  let control: AbortController;
  let queue = '';

  beforeAll(async () => {
    certificate = makeCertificate();
    rabbitmq = await TestRabbitmq.start(certificate);
  });
  afterAll(() => rabbitmq.stop());
  beforeEach(async () => {
    await ready();
    [handled, batches] = [[], []];
    control = new AbortController();
    queue = `trigger-${expect.getState().currentTestName?.length}-${Math.trunc(performance.now())}`;
  });
  afterEach(async () => {
    control.abort();
    await model.close().catch(() => undefined);
  });

  async function ready(): Promise<void> {
    model = await connect(rabbitmq.url);
    model.on('error', () => undefined);
    channel = await model.createChannel();
    await channel.assertExchange(EXCHANGE, 'fanout', { durable: true });
  }

  /** Reads until `control` is aborted; `ended` settles with the connection. */
  function consume(
    handle: (messages: readonly string[]) => Promise<void> = () => Promise.resolve(),
    settings: Partial<RabbitmqConnection['settings']> = {},
    { password = 'guest', allowed = LOCAL } = {},
  ) {
    const connected = Promise.withResolvers<void>();
    const ended = consumeRabbitmq(
      {
        broker: { host: '127.0.0.1', port: settings.tls ? rabbitmq.tlsPort : rabbitmq.port },
        settings: { user: 'guest', vhost: '/', exchange: EXCHANGE, tls: false, batchSize: 10, ...settings },
        password: new Secret(password),
        queue,
        allowed,
        share: new ReadRoom(1e9).enter('p'),
      },
      {
        signal: control.signal,
        onConnected: connected.resolve,
        handle: async (batch) => {
          batches.push(batch);
          const texts = batch.messages.map((text) => JSON.parse(text) as string);
          handled.push(texts);
          await handle(texts);
        },
      },
    );
    ended.catch(connected.reject);
    connected.promise.catch(() => undefined);
    return { connected: connected.promise, ended };
  }

  const publish = (...texts: string[]): Promise<void> => publishWith({}, ...texts);

  async function publishWith(headers: object, ...texts: string[]): Promise<void> {
    const confirming = await model.createConfirmChannel();
    for (const text of texts) confirming.publish(EXCHANGE, '', Buffer.from(text), { persistent: true, headers });
    await confirming.waitForConfirms();
    await confirming.close();
  }

  const left = async (): Promise<number> => (await channel.checkQueue(queue)).messageCount;

  it('arrive in batches, in order, and are acknowledged after they are handled', async () => {
    const gate = Promise.withResolvers<void>();
    const { connected, ended } = consume(() => gate.promise, { batchSize: 3 });
    await connected;
    await publish('1', '2', '3', '4', '5', '6', '7');
    await expect.poll(() => handled.length).toBe(1);
    gate.resolve();
    await expect.poll(() => handled.flat()).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect(Math.max(...handled.map((batch) => batch.length))).toBe(3);
    control.abort();
    await ended;
    expect(await left()).toBe(0);
  });

  it('continue the trace in their header', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { connected, ended } = consume(undefined, { batchSize: 1 });
    await connected;
    await publishWith({ traceparent }, 'traced');
    await publish('other');
    await expect.poll(() => handled).toEqual([['traced'], ['other']]);
    expect(batches.map((batch) => batch.traceparent)).toEqual([traceparent, undefined]);
    control.abort();
    await ended;
  });

  it('are delivered again when handling failed or the connection ended before', async () => {
    const first = consume(() => Promise.reject(new Error('not now')));
    await first.connected;
    await publish('a', 'b');
    await expect(first.ended).rejects.toThrow('not now');
    await publish('c');
    const second = consume();
    await expect.poll(() => handled.slice(1).flat()).toEqual(['a', 'b', 'c']);
    // the same messages are the same event, though more have arrived
    const [{ id } = { id: '' }, again] = batches;
    expect(again).toMatchObject({ id, sharesId: true });
    control.abort();
    await second.ended;
    expect(await left()).toBe(0);
  });

  it('of a backlog arrive in full batches and in order, and a batch that failed arrives again as it was', async () => {
    const texts = Array.from({ length: 57 }, (_, n) => `${n}`);
    const gate = Promise.withResolvers<void>();
    const first = consume(
      async (batch) => {
        if (batch.includes('first')) await gate.promise;
        if (batch.includes('20')) throw new Error('not now');
      },
      { batchSize: 5 },
    );
    await first.connected;
    await publish('first');
    await expect.poll(() => handled).toEqual([['first']]);
    await publish(...texts);
    gate.resolve();
    await expect(first.ended).rejects.toThrow('not now');
    const [failed] = batches.slice(-1);
    expect(handled).toEqual([['first'], ...[0, 5, 10, 15, 20].map((from) => texts.slice(from, from + 5))]);
    const second = consume(undefined, { batchSize: 5 });
    await expect.poll(() => handled.flat().at(-1)).toBe('56');
    const again = batches.filter(({ messages }) => messages.includes('"20"'))[1];
    expect(again).toMatchObject({ id: failed?.id, messages: failed?.messages });
    control.abort();
    await second.ended;
    expect(await left()).toBe(0);
  });

  it('stay at the broker while nothing reads them, and end handling before the connection ends', async () => {
    const gate = Promise.withResolvers<void>();
    const { connected, ended } = consume(() => gate.promise);
    await connected;
    await publish('a');
    await expect.poll(() => handled).toEqual([['a']]);
    control.abort();
    let over = false;
    void ended.then(() => {
      over = true;
    });
    await publish('b');
    expect(over).toBe(false);
    gate.resolve();
    await ended;
    expect(await left()).toBe(1);
  });

  it('of many bytes make smaller batches', async () => {
    const big = 'x'.repeat(2_500_000);
    const { connected, ended } = consume();
    await connected;
    await publish(big, big, big, big, 'end');
    await expect.poll(() => handled.flat().length).toBe(5);
    expect(handled.map((batch) => batch.reduce((sum, { length }) => sum + length, 0)).every((n) => n < 6_291_456)).toBe(
      true,
    );
    control.abort();
    await ended;
  });

  it('that are too large arrive cut and alone, and those after them as ever', async () => {
    const { connected, ended } = consume();
    await connected;
    await publish('before', 'x'.repeat(30_000_000), 'after');
    await expect.poll(() => handled.flat().length).toBe(3);
    expect(handled.at(-1)?.at(-1)).toBe('after');
    const cut = batches.find(({ refusal }) => refusal !== undefined);
    expect(cut).toMatchObject({
      refusal: 'the message has 30000000 bytes, which is too large for an event',
      place: `exchange ${EXCHANGE}, routing key "", without a message id`,
    });
    expect(cut?.messages).toEqual([JSON.stringify(`${'x'.repeat(65_536)}… (cut: the message has 30000000 bytes)`)]);
    await expect.poll(left).toBe(0);
    control.abort();
    await ended;
  });

  it('of a broker that was killed arrive when it runs again', async () => {
    const { connected, ended } = consume();
    await connected;
    await publish('before');
    await expect.poll(() => handled).toEqual([['before']]);
    await rabbitmq.kill();
    await expect(ended).rejects.toThrow();
    await expect(consume().ended).rejects.toThrow(/ECONNREFUSED/);
    await rabbitmq.boot();
    await ready();
    await publish('after');
    const again = consume();
    await expect.poll(() => handled.flat()).toContain('after');
    control.abort();
    await again.ended;
  });

  it('arrive over TLS from a broker with a trusted certificate only', async () => {
    await expect(consume(undefined, { tls: true }).ended).rejects.toThrow(/self-signed certificate/);
    const distrust = trust(certificate);
    try {
      await expect(consume(undefined, { tls: true }, { password: 'wrong' }).ended).rejects.toThrow(/ACCESS_REFUSED/);
      const { connected, ended } = consume(undefined, { tls: true });
      await connected;
      await publish('secret');
      await expect.poll(() => handled).toEqual([['secret']]);
      control.abort();
      await ended;
    } finally {
      distrust();
    }
  });

  it.each([
    ['a wrong password', {}, { password: 'wrong-secret' }, /ACCESS_REFUSED/],
    ['an unknown exchange', { exchange: 'missing' }, {}, /no exchange 'missing'/],
    ['an unknown virtual host', { vhost: 'a b/c' }, {}, /virtual host a b\/c/],
    ['an internal address that is not allowed', {}, { allowed: new Set<string>() }, /inside the server's own network/],
  ])('with %s end with the reason', async (_, settings, more, reason) => {
    const error = await consume(undefined, settings, more).ended.then(
      () => undefined,
      (thrown: unknown) => String(thrown),
    );
    expect(error).toMatch(reason);
    expect(error).not.toContain('wrong-secret');
  });
});
