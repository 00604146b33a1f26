import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Catalog } from '../../control/index.ts';
import { openTestControl, type TestControl } from '../../control/testing.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { DeadLetterBox, Queue } from '../../queue/index.ts';
import { DELIVERY_TOPIC, type DeliveryAttributes, writeDelivery } from '../async/delivery-message.ts';
import { ASYNC_TOPIC } from '../async/message.ts';
import { Deliverer } from './deliverer.ts';
import { DESTINATIONS } from './kinds.ts';
import type { WebhookAnswer, WebhookPost } from './webhook/post-webhook.ts';

const urnOf = (name: string) => `urn:fss:local-1:p1:function:default:${name}`;
const webhook = { destination: 'HTTP', param: '{"url":"https://example.com/hook?key=secret"}' };
const A = { projectId: 'p1', package: 'default', name: 'a' };
const SETTER = { kind: 'user', id: 'u1' } as const;
const toFunction = (text: string) => ({
  destination: 'FunctionGraph',
  param: JSON.stringify({ func_urn: text }),
  setBy: SETTER,
});

let control: TestControl;
let queue: Queue;
let posts: WebhookPost[];
let answer: () => Promise<WebhookAnswer>;
let lines: string[];
let deliverer: Deliverer;
let requested: unknown[];
let denied: string | undefined;
let texts: unknown[];
let refused: PlatformError | undefined;

beforeEach(async () => {
  control = await openTestControl({ destinations: DESTINATIONS });
  const body = { runtime: 'Node.js20.15', timeoutSeconds: 3, memoryMb: 128 };
  for (const name of ['a', 'b']) await control.functions.create('p1', { ...body, name });
  queue = await Queue.open({ storage: control.storage, now: () => control.clock.now() });
  posts = [];
  requested = [];
  denied = undefined;
  texts = [];
  refused = undefined;
  lines = [];
  answer = async () => ({ kind: 'taken', status: 200 });
  let ids = 0;
  const box = { storage: control.storage, queue, topics: [DELIVERY_TOPIC], now: () => control.clock.now() };
  deliverer = new Deliverer({
    queue,
    deadLetters: new DeadLetterBox(box),
    catalog: control.catalog satisfies Catalog,
    clock: control.clock,
    random: () => 0,
    newId: () => {
      ids += 1;
      return `new-${ids}`;
    },
    refusalOf: (as, { name }) => {
      requested.push([as, name]);
      return denied;
    },
    topicRefusalOf: (as, { name }) => {
      requested.push([as, name]);
      return denied;
    },
    topicMessage: async (message) => {
      texts.push(message);
      if (refused !== undefined) throw refused;
      return { id: 'm1', statements: [], stored: () => texts.push('stored') };
    },
    storeObject: async (object) => {
      texts.push(object);
      if (refused !== undefined) throw refused;
      return { kind: 'delivered', note: { key: object.key }, messages: [] };
    },
    streamRefusalOf: (as, { name }) => {
      requested.push([as, name]);
      return denied;
    },
    putRecord: async (record) => {
      texts.push(record);
      if (refused !== undefined) throw refused;
      return { shard: 0, sequence: 7 };
    },
    post: (post) => {
      posts.push(post);
      return answer();
    },
    logs: {
      fromPlatform: (_instance, spec, id, text, level) => lines.push(`${spec.functionKey} ${id} ${level} ${text}`),
    },
    log: pino({ level: 'silent' }),
  });
  await deliverer.start();
});
afterEach(async () => {
  await deliverer.stop(AbortSignal.abort());
  await control.close();
});

async function enqueue(id: string, change: Partial<DeliveryAttributes> = {}, group = 'p1:default:a'): Promise<void> {
  const attributes: DeliveryAttributes = {
    requestId: 'r1',
    urn: `${urnOf('a')}:latest`,
    result: 'success',
    destination: webhook,
    chain: [`${urnOf('a')}:latest`],
    ...change,
  };
  const payload = Buffer.from('{"event":1}');
  await queue.enqueue({
    id,
    topic: DELIVERY_TOPIC,
    group,
    payload,
    attributes: writeDelivery(attributes),
  });
}

const settled = (id: string, state: string, step = 0) =>
  vi.waitFor(
    async () => {
      control.clock.advance(step);
      expect((await queue.get(id))?.state).toBe(state);
    },
    { timeout: 120_000, interval: 2 },
  );

describe('to a webhook', () => {
  it('is sent once, with the ids of the invocation and of the delivery', async () => {
    await enqueue('d1');
    await settled('d1', 'done');
    expect(posts.map(({ url, body, headers }) => [url.href, Buffer.from(body).toString(), headers])).toEqual([
      [
        'https://example.com/hook?key=secret',
        '{"event":1}',
        {
          'Content-Type': 'application/json',
          'User-Agent': 'Funcgraph',
          'X-Cff-Request-Id': 'r1',
          'X-Funcgraph-Delivery-Id': 'd1',
        },
      ],
    ]);
    expect(await queue.get('d1')).toMatchObject({ outcome: { status: 200 } });
  });

  it('is repeated after increasing pauses, and then fails permanently and keeps its event', async () => {
    answer = async () => ({ kind: 'failed', message: 'example.com answered 503' });
    const began = control.clock.now();
    await enqueue('d1');
    await settled('d1', 'dead', 60_000);
    expect(posts).toHaveLength(7);
    expect(control.clock.now() - began).toBeGreaterThanOrEqual((1 + 5 + 30 + 120 + 600 + 1800) * 1000);
    expect(await queue.get('d1')).toMatchObject({
      payload: Buffer.from('{"event":1}'),
      outcome: { reason: 'attempts_exhausted', message: 'example.com answered 503', failures: 7 },
    });
    expect(lines[0]).toBe(
      'p1:default:a r1 WARN Delivery of the outcome to https://example.com: example.com answered 503; next attempt in 1 s',
    );
    expect(lines).toHaveLength(7);
    expect(lines[6]).toContain(
      'ERROR Delivery of the outcome to https://example.com: failed permanently (attempts_exhausted)',
    );
    expect(lines.join()).not.toContain('secret');
  });

  it('fails permanently at once when it is refused', async () => {
    answer = async () => ({ kind: 'refused', message: 'example.com answered 404' });
    await enqueue('d1');
    await settled('d1', 'dead');
    expect(posts).toHaveLength(1);
    expect(await queue.get('d1')).toMatchObject({ outcome: { reason: 'refused' } });
  });

  it('does not hold up other functions when it hangs', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    answer = () => held.then(() => ({ kind: 'taken', status: 200 }));
    for (let n = 0; n < 40; n += 1) await enqueue(`slow-${n}`);
    await expect.poll(() => posts.length).toBeGreaterThanOrEqual(8);
    answer = async () => ({ kind: 'taken', status: 200 });
    const attributes = writeDelivery({
      requestId: 'r2',
      urn: urnOf('b'),
      result: 'success',
      destination: webhook,
      chain: [],
    });
    await queue.enqueue({
      id: 'quick',
      topic: DELIVERY_TOPIC,
      group: 'p1:default:b',
      payload: Buffer.from('1'),
      attributes,
    });
    await settled('quick', 'done');
    expect(posts.length).toBeLessThan(2 * 8 + 1);
    release();
    await settled('slow-39', 'done');
    expect(posts).toHaveLength(41);
  });

  it('continues when all slots become free at once, in any turn of the search for more', async () => {
    const { finish } = queue;
    const stored: Promise<boolean>[] = [];
    vi.spyOn(queue, 'finish').mockImplementation((step) => {
      stored.push(finish.call(queue, step));
      return Promise.resolve(true);
    });
    for (let turns = 0; turns < 12; turns += 1) {
      let release = (): void => {};
      const held = new Promise<WebhookAnswer>((resolve) => {
        release = () => resolve({ kind: 'taken', status: 200 });
      });
      answer = () => held;
      posts = [];
      await Promise.all(
        Array.from({ length: 40 }, (_, n) => enqueue(`d-${turns}-${n}`, {}, `p1:default:f${Math.floor(n / 8)}`)),
      );
      await expect.poll(() => posts.length, { interval: 2 }).toBeGreaterThanOrEqual(28);
      await new Promise((resolve) => setImmediate(resolve));
      release();
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      queue.announce(DELIVERY_TOPIC, 'p1:default:f0', control.clock.now());
      await expect.poll(() => posts, { interval: 2, message: `after ${turns} turns` }).toHaveLength(40);
      await Promise.all(stored);
    }
  });

  it('that is interrupted by a stop of the server is repeated', async () => {
    let reached = (): void => {};
    const begun = new Promise<void>((resolve) => {
      reached = resolve;
    });
    answer = () => {
      reached();
      return new Promise((resolve) => {
        posts[0]?.signal.addEventListener('abort', () => resolve({ kind: 'failed', message: 'stopped' }));
      });
    };
    await enqueue('d1');
    await begun;
    await deliverer.stop(AbortSignal.abort());
    expect(await queue.get('d1')).toMatchObject({ state: 'leased', outcome: null });
    await queue.recover();
    expect((await queue.get('d1'))?.state).toBe('ready');
  });
});

describe('to a function', () => {
  it('is an invocation of its own, which knows the chain', async () => {
    await enqueue('d1', { destination: toFunction(urnOf('b')) });
    await settled('d1', 'done');
    expect(await queue.get('d1')).toMatchObject({ outcome: { requestId: 'new-1' } });
    expect(await queue.get('new-1')).toMatchObject({
      topic: ASYNC_TOPIC,
      group: 'p1:default:b',
      state: 'ready',
      payload: Buffer.from('{"event":1}'),
      attributes: { urn: urnOf('b'), chain: [`${urnOf('a')}:latest`] },
    });
  });

  describe('is asked for the right of', () => {
    const own = toFunction(urnOf('b'));
    const withAgency = (name: string) => control.functions.updateConfig({ ...A }, { agency: name });

    it('the user who set it', async () => {
      await enqueue('d1', { destination: own });
      await settled('d1', 'done');
      expect(requested).toEqual([[{ kind: 'setter', setter: SETTER }, 'b']]);
    });

    it('the agency of the function, where it has one', async () => {
      await withAgency('helper');
      await enqueue('d1', { destination: own });
      await settled('d1', 'done');
      expect(requested).toEqual([[{ kind: 'agency', name: 'helper' }, 'b']]);
    });

    it('a known user: without one, no function gets it', async () => {
      const { setBy: _, ...unsigned } = own;
      await enqueue('d1', { destination: unsigned });
      await settled('d1', 'dead');
      expect(requested).toEqual([]);
      expect(await queue.get('d1')).toMatchObject({ outcome: { reason: 'forbidden' } });
    });

    it('and is not delivered without it: the dead letter names the reason', async () => {
      denied = 'the user who set the destination may not do functiongraph:function:invokeAsync on function b';
      await enqueue('d1', { destination: own });
      await settled('d1', 'dead');
      expect(await queue.get('d1')).toMatchObject({ outcome: { reason: 'forbidden', message: denied } });
      expect(lines).toEqual([expect.stringContaining(`failed permanently (forbidden): ${denied}`)]);
      expect((await queue.counts(ASYNC_TOPIC)).ready).toBe(0);
    });
  });

  it('that is in the chain already ends there, and the record names the chain', async () => {
    const chain = [`${urnOf('b')}:latest`, `${urnOf('a')}:latest`];
    await enqueue('d1', { destination: toFunction(urnOf('b')), chain });
    await settled('d1', 'dead');
    const message = 'the destinations form a loop: default:b:latest -> default:a:latest -> default:b:latest';
    expect(await queue.get('d1')).toMatchObject({ outcome: { reason: 'loop', message } });
    expect(lines).toEqual([expect.stringContaining(`failed permanently (loop): ${message}`)]);
    expect((await queue.counts(ASYNC_TOPIC)).ready).toBe(0);
  });

  it('that is deleted fails permanently, a disabled one gets it later', async () => {
    await enqueue('gone', { destination: toFunction(urnOf('nobody')) });
    await settled('gone', 'dead');
    expect(await queue.get('gone')).toMatchObject({ outcome: { reason: 'refused' } });
    const name = { projectId: 'p1', package: 'default', name: 'b' };
    await control.functions.updateMaxInstances(name, 0);
    await enqueue('later', { destination: toFunction(urnOf('b')) });
    await expect.poll(async () => (await queue.get('later'))?.outcome).toMatchObject({ failures: 1 });
    await control.functions.updateMaxInstances(name, -1);
    await settled('later', 'done', 500);
  });
});

describe('to a stream', () => {
  const param = '{"stream_name":"results"}';
  const toStream = { destination: 'DIS', param, setBy: SETTER };

  it('puts the outcome under the id of the request, with the rights of its setter', async () => {
    await enqueue('d1', { destination: toStream });
    await settled('d1', 'done');
    expect(texts).toEqual([{ projectId: 'p1', name: 'results', key: 'r1', data: Buffer.from('{"event":1}') }]);
    expect(requested).toEqual([[{ kind: 'setter', setter: SETTER }, 'results']]);
    expect((await queue.get('d1'))?.outcome).toEqual({ stream: 'results', shard: 0, sequence: 7 });
  });

  it('fails permanently without the right, without a setter, and for a name that no stream has', async () => {
    denied = 'may not';
    await enqueue('d1', { destination: toStream });
    await settled('d1', 'dead');
    denied = undefined;
    await enqueue('d2', { destination: { destination: 'DIS', param } });
    await settled('d2', 'dead');
    await enqueue('d3', { destination: { ...toStream, param: '{"stream_name":"a b"}' } });
    await settled('d3', 'dead');
    expect((await queue.get('d1'))?.outcome).toMatchObject({ reason: 'forbidden', message: 'may not' });
    expect((await queue.get('d2'))?.outcome).toMatchObject({ reason: 'forbidden' });
    expect((await queue.get('d3'))?.outcome).toMatchObject({ reason: 'refused' });
    expect(texts).toEqual([]);
  });

  it.each(['stream_throttled', 'stream_storage_quota'] as const)('is tried again after %s', async (code) => {
    refused = new PlatformError(code, 'full');
    await enqueue('d1', { destination: toStream });
    await expect.poll(async () => (await queue.get('d1'))?.outcome).toMatchObject({ failures: 1 });
    refused = undefined;
    await settled('d1', 'done', 500);
  });
});

describe('to a topic', () => {
  const orders = 'urn:smn:local-1:p1:orders';
  const toTopic = { destination: 'SMN', param: JSON.stringify({ topic_urn: orders }), setBy: SETTER };

  it('publishes the outcome with the rights of its setter, in the step that ends the delivery', async () => {
    await enqueue('d1', { destination: toTopic, depth: 3 });
    await settled('d1', 'done');
    await expect.poll(() => texts.at(-1)).toBe('stored');
    const topic = { region: 'local-1', projectId: 'p1', name: 'orders' };
    expect(texts[0]).toEqual({ topic, text: '{"event":1}', deliveryId: 'd1', depth: 4 });
    expect(requested).toEqual([[{ kind: 'setter', setter: SETTER }, 'orders']]);
    expect((await queue.get('d1'))?.outcome).toEqual({ messageId: 'm1' });
  });

  it('fails permanently without the right, and when the topic does not exist', async () => {
    denied = 'may not';
    await enqueue('d1', { destination: toTopic });
    await settled('d1', 'dead');
    denied = undefined;
    refused = new PlatformError('topic_not_found', 'no topic');
    await enqueue('d2', { destination: toTopic });
    await settled('d2', 'dead');
    expect((await queue.get('d1'))?.outcome).toMatchObject({ reason: 'forbidden', message: 'may not' });
    expect((await queue.get('d2'))?.outcome).toMatchObject({ reason: 'refused', message: 'no topic' });
  });

  it('is tried again while the project has no room', async () => {
    refused = new PlatformError('backlog_full', 'full');
    await enqueue('d1', { destination: toTopic });
    await expect.poll(async () => (await queue.get('d1'))?.outcome).toMatchObject({ failures: 1 });
    refused = undefined;
    await settled('d1', 'done', 500);
  });
});

describe('to a bucket', () => {
  const param = JSON.stringify({ bucket: 'results', prefix: 'daily/', expires: 7 });
  const toBucket = { destination: 'OBS', param, setBy: SETTER };

  it('stores the outcome under the id of the request, with the rights of its setter', async () => {
    await enqueue('d1', { destination: toBucket, depth: 3 });
    await settled('d1', 'done');
    expect(texts).toEqual([
      {
        as: { kind: 'setter', setter: SETTER },
        projectId: 'p1',
        bucket: 'results',
        key: 'daily/a/r1.json',
        bytes: Buffer.from('{"event":1}'),
        expireDays: 7,
        requestId: 'd1',
        depth: 4,
      },
    ]);
    expect((await queue.get('d1'))?.outcome).toEqual({ key: 'daily/a/r1.json' });
  });

  it('fails permanently when it is not known who set it, and when older settings cannot be met', async () => {
    await enqueue('d1', { destination: { destination: 'OBS', param } });
    await settled('d1', 'dead');
    await enqueue('d2', { destination: { ...toBucket, param: '{"bucket":"@company/results","expires":3}' } });
    await settled('d2', 'dead');
    expect((await queue.get('d1'))?.outcome).toMatchObject({ reason: 'forbidden' });
    expect((await queue.get('d2'))?.outcome).toMatchObject({ reason: 'refused' });
    expect(texts).toEqual([]);
  });

  it('is tried again while the disk is full', async () => {
    refused = new PlatformError('disk_full', 'full');
    await enqueue('d1', { destination: toBucket });
    await expect.poll(async () => (await queue.get('d1'))?.outcome).toMatchObject({ failures: 1 });
    refused = undefined;
    await settled('d1', 'done', 500);
  });
});

it('of an event that was too large fails permanently, and the record has its size', async () => {
  await enqueue('d1', { oversize: 7_000_000 });
  await settled('d1', 'dead');
  expect((await queue.get('d1'))?.outcome).toMatchObject({
    reason: 'too_large',
    message: expect.stringContaining('7000000'),
  });
  expect(posts).toEqual([]);
});
