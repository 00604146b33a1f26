import { spawnSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ReadRoom } from '../brokers/read-room.ts';
import { hasKcat, NO_KCAT, TestKafka } from '../brokers/testing-kafka.ts';
import { consumeKafka, type KafkaConnection } from './consume-kafka.ts';

const LOCAL: ReadonlySet<string> = new Set(['127.0.0.1']);

describe.skipIf(!hasKcat())(`messages of Kafka${hasKcat() ? '' : ` (${NO_KCAT})`}`, () => {
  let kafka: TestKafka;
  let handled: string[][];
  let ids: string[];
  let traces: (string | undefined)[];
  let control: AbortController;
  let topic = '';
  let topics = 0;

  beforeAll(async () => {
    kafka = await TestKafka.start();
  });
  afterAll(() => kafka.stop());
  beforeEach(() => {
    [handled, ids, traces] = [[], [], []];
    control = new AbortController();
    topics += 1;
    topic = `orders-${topics}`;
  });
  afterEach(() => control.abort());

  /** Reads until `control` is aborted; `ended` settles with the connection. */
  function consume(
    handle: (messages: readonly string[]) => Promise<void> = () => Promise.resolve(),
    settings: Partial<KafkaConnection['settings']> = {},
    { allowed = LOCAL, port = kafka.port, sessionMs = 2_000 } = {},
  ) {
    const connected = Promise.withResolvers<void>();
    const ended = consumeKafka(
      {
        brokers: [{ host: '127.0.0.1', port }],
        settings: { topics: [topic], tls: false, user: '', batchSize: 10, ...settings },
        password: undefined,
        group: `g-${topic}`,
        allowed,
        failures: 0,
        share: new ReadRoom(1e9).enter('p'),
        // the mock cluster waits for the session of a member that left, less 1 s
        sessionMs,
      },
      {
        signal: control.signal,
        onConnected: connected.resolve,
        handle: async ({ messages, shard, id, traceparent }) => {
          ids.push(id);
          traces.push(traceparent);
          expect(shard).toBe(topic);
          const texts = messages.map((text) => JSON.parse(text) as string);
          handled.push(texts);
          await handle(texts);
        },
      },
    );
    ended.catch(connected.reject);
    connected.promise.catch(() => undefined);
    return { connected: connected.promise, ended };
  }

  it('arrive in batches, in the order of their partition, and are committed after they are handled', async () => {
    const texts = Array.from({ length: 25 }, (_, n) => `m${n}`);
    await kafka.publish(topic, texts, 'one key');
    const first = consume();
    await expect.poll(() => handled.flat()).toEqual(texts);
    expect(handled.every((batch) => batch.length <= 10)).toBe(true);
    control.abort();
    await first.ended;
    await kafka.publish(topic, ['later'], 'one key');
    control = new AbortController();
    handled = [];
    const second = consume();
    await expect.poll(() => handled).toEqual([['later']]);
    control.abort();
    await second.ended;
  });

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'arrive as they were when they are compressed with %s',
    async (codec) => {
      const texts = Array.from({ length: 300 }, (_, n) => `${n} ${'all work and no play '.repeat(n % 40)}`);
      const options = ['-P', '-b', kafka.address, '-t', topic, '-p', '0', '-z', codec, '-X', 'linger.ms=200'];
      expect(spawnSync('kcat', options, { input: `${texts.join('\n')}\n` })).toMatchObject({ status: 0 });
      const { ended } = consume(undefined, { batchSize: 1_000 });
      await expect.poll(() => handled.flat()).toEqual(texts);
      control.abort();
      await ended;
    },
  );

  it('continue the trace in their header', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await kafka.publish(topic, ['traced'], 'k', { traceparent });
    await kafka.publish(topic, ['other'], 'k');
    const { ended } = consume(undefined, { batchSize: 1 });
    await expect.poll(() => handled).toEqual([['traced'], ['other']]);
    expect(traces).toEqual([traceparent, undefined]);
    control.abort();
    await ended;
  });

  it('are delivered again when they were not handled', async () => {
    await kafka.publish(topic, ['a', 'b'], 'k');
    await expect(consume(() => Promise.reject(new Error('not now'))).ended).rejects.toThrow('not now');
    const [first] = ids;
    [handled, ids] = [[], []];
    const again = consume();
    await expect.poll(() => handled).toEqual([['a', 'b']]);
    expect(ids).toEqual([first]);
    control.abort();
    await again.ended;
  });

  it('are committed while another member joins, without an end of the connection', async () => {
    await kafka.publish(topic, ['a'], 'k');
    const gate = Promise.withResolvers<void>();
    const first = consume(() => gate.promise);
    await expect.poll(() => handled).toEqual([['a']]);
    let second = consume();
    // the group waits for the first one meanwhile, and refuses its commit
    await setTimeout(500);
    gate.resolve();
    // on a busy machine the mock cluster refuses a member between two generations, and a source tries again
    while ((await Promise.allSettled([second.connected]))[0].status === 'rejected') second = consume();
    const failed = first.ended.then(
      () => 'ended',
      (error: unknown) => String(error),
    );
    expect(await Promise.race([failed, setTimeout(200, 'reads')])).toBe('reads');
    control.abort();
    await Promise.all([failed, second.ended]);
  });

  it('are handled before the connection ends, and those after them stay', async () => {
    const gate = Promise.withResolvers<void>();
    await kafka.publish(topic, ['1', '2', '3'], 'k');
    const { ended } = consume(() => gate.promise, { batchSize: 1 });
    await expect.poll(() => handled).toEqual([['1']]);
    control.abort();
    let over = false;
    void ended.then(() => {
      over = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(over).toBe(false);
    gate.resolve();
    await ended;
    expect(handled).toEqual([['1']]);
  });

  it('of a cluster that ends end the connection with an error', async () => {
    const own = await TestKafka.start();
    await own.publish(topic, ['a']);
    const { ended } = consume(undefined, {}, { port: own.port });
    await expect.poll(() => handled).toEqual([['a']]);
    await own.stop();
    await expect(ended).rejects.toThrow(/ECONNREFUSED|closed/i);
  });

  it('of an internal address that is not allowed are not read', async () => {
    await expect(consume(undefined, {}, { allowed: new Set<string>() }).ended).rejects.toThrow(
      /inside the server's own network/,
    );
  });

  it('of an unknown topic end the connection with an error', async () => {
    await expect(consume(undefined, { topics: ['missing'] }).ended).rejects.toThrow(/topic/i);
  });

  it('are read while a function takes longer than the session, once', async () => {
    await kafka.publish(topic, ['long', 'next'], 'k');
    const long = ([text]: readonly string[]) => (text === 'long' ? setTimeout(3_000) : Promise.resolve());
    const { ended } = consume(long, { batchSize: 1 }, { sessionMs: 2_500 });
    await expect.poll(() => handled, { timeout: 120_000 }).toEqual([['long'], ['next']]);
    control.abort();
    await ended;
  });
});
