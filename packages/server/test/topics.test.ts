import { createVerify, X509Certificate } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '@funcgraph/api';
import type { InvokeFrame } from '@funcgraph/runtimes';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';
import { Identities } from './identity-fixture.ts';

interface Post {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, string>>;
}

const HOUR_MS = 3_600_000;

let server: FakeServer;
let events: Record<string, unknown>[];
let posts: Post[];
let answer: (post: Post, response: ServerResponse) => void;
let react: (invoke: InvokeFrame) => Promise<void>;
let functionUrn: string;
let count = 0;

const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Post['body'];
    const post = { path: request.url ?? '', headers: request.headers, body };
    posts.push(post);
    answer(post, response);
  });
});
const at = (path: string): string => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}${path}`;

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  server = await FakeServer.start(
    {
      async handler(bytes, invoke) {
        events.push(JSON.parse(bytes.toString()) as Record<string, unknown>);
        await react(invoke);
        return '{}';
      },
    },
    { webhookHosts: new Set(['127.0.0.1']) },
  );
  functionUrn = (await server.deploy('hello')).function_urn;
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  receiver.closeAllConnections();
  receiver.close();
});

beforeEach(() => {
  events = [];
  posts = [];
  react = async () => {};
  count += 1;
  answer = (_, response) => response.end();
});

const project = () => ({ project_id: server.projectId });

async function createTopic(name = `topic-${count}`): Promise<{ project_id: string; topic_urn: string }> {
  const { data } = await server.api.call('createTopic', { params: project(), body: { name } });
  return { ...project(), topic_urn: data.topic_urn };
}

type TopicParams = Awaited<ReturnType<typeof createTopic>>;

const subscribe = async (params: TopicParams, protocol: string, endpoint: string) =>
  (await server.api.call('addSubscription', { params, body: { protocol, endpoint } })).data.subscription_urn;

const publish = async (params: TopicParams, body: object) =>
  (await server.api.call('publishMessage', { params, body })).data.message_id;

/** Polls while time passes: pauses of the server follow the clock of the test. */
const eventually = <T>(read: () => T, stepMs = 50) =>
  expect.poll(
    () => {
      server.clock.advance(stepMs);
      return read();
    },
    { timeout: 120_000, interval: 5 },
  );

const open = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as Record<string, string> };
};

const confirmationTo = (path: string): string =>
  posts.find((post) => post.path === path && post.body.type === 'SubscriptionConfirmation')?.body.subscribe_url ?? '';

async function confirmed(params: TopicParams, path: string): Promise<string> {
  const urn = await subscribe(params, 'http', at(path));
  await eventually(() => confirmationTo(path)).not.toBe('');
  expect((await open(confirmationTo(path))).body.subscription_urn).toBe(urn);
  return urn;
}

const received = (path: string) =>
  posts.filter((post) => post.path === path && post.body.type === 'Notification').map(({ body }) => body.message);

const deadLetters = async () => (await server.api.call('listDeadLetters', { params: project() })).data.dead_letters;

describe('topics', () => {
  it('are created once, listed by name, changed and deleted', async () => {
    const params = await createTopic('orders');
    const again = await server.api.call('createTopic', { params: project(), body: { name: 'orders' } });
    expect([again.status, again.data.topic_urn]).toEqual([200, params.topic_urn]);
    await server.api.call('updateTopic', { params, body: { display_name: 'Shop' } });
    const { data } = await server.api.call('listTopicDetails', { params });
    expect(data).toMatchObject({ name: 'orders', display_name: 'Shop', push_policy: 0 });
    const list = await server.api.call('listTopics', { params: project(), query: { fuzzy_name: 'ord' } });
    expect(list.data).toMatchObject({ topic_count: 1, topics: [{ topic_urn: params.topic_urn }] });
    await server.api.call('deleteTopic', { params });
    await expect(publish(params, { message: 'x' })).rejects.toMatchObject({ status: 404, code: 'SMN.0006' });
  });

  it.each([
    ['createTopic', { body: { name: 'a b' } }, 'SMN.0002'],
    ['createTopic', { body: { name: 'ok', display_name: 'a\r\nBcc: b@c.de' } }, 'SMN.0002'],
  ] as const)('%s refuses %j', async (id, input, code) => {
    await expect(server.api.call(id, { params: project(), ...input })).rejects.toMatchObject({ status: 400, code });
  });

  it('of another project are not found by their URN', async () => {
    const params = { ...project(), topic_urn: 'urn:smn:local-1:another-project:orders' };
    await expect(publish(params, { message: 'x' })).rejects.toMatchObject({ status: 404, code: 'SMN.0006' });
  });
});

describe('a subscribed function', () => {
  it('gets the event of SMN', async () => {
    const params = await createTopic();
    await subscribe(params, 'functionstage', functionUrn);
    const id = await publish(params, { subject: 'Hi', message: 'text' });
    await eventually(() => events.length).toBe(1);
    expect(events[0]).toEqual({
      record: [
        {
          event_version: '1.0',
          smn: {
            topic_urn: params.topic_urn,
            timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
            message_attributes: null,
            message: 'text',
            type: 'notification',
            message_id: id,
            subject: 'Hi',
          },
          event_subscription_urn: functionUrn,
          event_source: 'smn',
        },
      ],
      functionname: 'hello',
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      timestamp: expect.stringMatching(/^[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d{4} \d\d:\d\d:\d\d GMT\+0000 \(UTC\)$/),
    });
  });

  it('gets its own text, and only messages that pass its filter', async () => {
    const params = await createTopic();
    const urn = await subscribe(params, 'functiongraph', functionUrn);
    const polices = [{ subscription_urn: urn, filter_polices: [{ name: 'kind', string_equals: ['a', 'b'] }] }];
    await server.api.call('batchCreateSubscriptionsFilterPolices', { params: project(), body: { polices } });
    const attribute = (value: string) => ({ message_attributes: [{ name: 'kind', type: 'STRING', value }] });
    await publish(params, { message: 'no attribute' });
    await publish(params, { message: 'other', ...attribute('c') });
    const message_structure = JSON.stringify({ default: 'usual', functionstage: 'own' });
    await publish(params, { message_structure, ...attribute('b') });
    await eventually(() => events.length).toBe(1);
    expect(events).toMatchObject([
      { record: [{ smn: { message: 'own', message_attributes: [{ name: 'kind', type: 'STRING', value: 'b' }] } }] },
    ]);
  });

  it('takes a message of 256 KB, and no larger one is accepted', async () => {
    const params = await createTopic();
    await subscribe(params, 'functiongraph', functionUrn);
    const most = 256 * 1024;
    const tooLarge = publish(params, { message: 'x'.repeat(most + 1) });
    await expect(tooLarge).rejects.toMatchObject({ status: 400, code: 'SMN.0021' });
    await publish(params, { message: 'x'.repeat(most) });
    await eventually(() => events.length).toBe(1);
  });

  it('must exist, and not be of another project', async () => {
    const params = await createTopic();
    const other = functionUrn.replace(server.projectId, 'another-project');
    await expect(subscribe(params, 'functiongraph', other)).rejects.toMatchObject({ code: 'SMN.0012' });
    const missing = functionUrn.replace('hello', 'missing');
    await expect(subscribe(params, 'functiongraph', missing)).rejects.toMatchObject({ code: 'FSS.1051' });
  });
});

describe('a trigger of the type SMN', () => {
  const create = (topic_urn: string) =>
    server.api.call('createFunctionTrigger', {
      params: { ...project(), function_urn: functionUrn },
      body: { trigger_type_code: 'SMN', event_data: { topic_urn } },
    });

  it('invokes its function for each message, until it is disabled', async () => {
    const params = await createTopic();
    const { data } = await create(params.topic_urn);
    expect(data).toMatchObject({ event_data: { topic_urn: params.topic_urn, name: `smn-topic-${count}` } });
    await publish(params, { message: 'one' });
    await eventually(() => events.length).toBe(1);
    expect(events).toMatchObject([{ record: [{ smn: { message: 'one' }, event_subscription_urn: functionUrn }] }]);
    const trigger = { ...project(), function_urn: functionUrn, trigger_id: data.trigger_id, trigger_type_code: 'SMN' };
    await server.api.call('updateTrigger', { params: trigger, body: { trigger_status: 'DISABLED' } });
    await publish(params, { message: 'two' });
    await subscribe(params, 'functiongraph', functionUrn);
    await publish(params, { message: 'three' });
    await eventually(() => events.length).toBe(2);
    expect(events.at(-1)).toMatchObject({ record: [{ smn: { message: 'three' } }] });
  });

  it('needs a topic of the project', async () => {
    await expect(create('orders')).rejects.toMatchObject({ status: 400, code: 'FSS.1102' });
    for (const urn of [`urn:smn:local-1:${server.projectId}:none`, 'urn:smn:local-1:another-project:orders']) {
      await expect(create(urn)).rejects.toMatchObject({ status: 404, code: 'FSS.1171' });
    }
    const params = await createTopic();
    await create(params.topic_urn);
    await expect(create(params.topic_urn)).rejects.toMatchObject({ status: 409, code: 'FSS.1141' });
  });
});

it('stops a function that publishes to the topic that starts it, after 16 in a row', async () => {
  const params = await createTopic();
  await new Identities(server).agency('publisher', ['te_admin']);
  const looping = (await server.deploy('looping')).function_urn;
  await server.api.call('updateFunctionConfig', {
    params: { ...project(), function_urn: looping.replace(/:latest$/, '') },
    body: { xrole: 'publisher' },
  });
  await subscribe(params, 'functiongraph', looping);
  react = async ({ credentials: { accessKey, secretKey, securityToken } }) => {
    const auth = { kind: 'key', accessKey, secretKey, securityToken } as const;
    const { endpoint } = server.running;
    const client = createClient({ endpoint, auth, now: () => server.clock.now() });
    await client.call('publishMessage', { params, body: { message: 'again' } });
  };
  await publish(params, { message: 'begin' });
  const ofThis = async () => (await deadLetters()).find(({ topic }) => topic === `topic-${count}`);
  await eventually(ofThis).toMatchObject({ kind: 'notification', reason: 'long_chain' });
  expect(events).toHaveLength(16);
});

describe('a topic as the destination of results', () => {
  it('gets them as messages', async () => {
    const params = await createTopic();
    const param = JSON.stringify({ topic_urn: params.topic_urn });
    const sending = (await server.deploy('sending')).function_urn;
    await server.api.call('updateFunctionAsyncInvokeConfig', {
      params: { ...project(), function_urn: sending },
      body: { destination_config: { on_success: { destination: 'SMN', param } } } as never,
    });
    await subscribe(params, 'functiongraph', functionUrn);
    await server.api.call('asyncInvokeFunction', { params: { ...project(), function_urn: sending }, body: {} });
    await eventually(() => events.length).toBe(2);
    const { record } = events[1] as { record: { smn: { message: string } }[] };
    expect(JSON.parse(record[0]?.smn.message ?? '')).toMatchObject({ response_payload: '{}' });
  });

  it('must be one of the project', async () => {
    const param = '{"topic_urn":"urn:smn:local-1:another-project:orders"}';
    const set = server.api.call('updateFunctionAsyncInvokeConfig', {
      params: { ...project(), function_urn: functionUrn },
      body: { destination_config: { on_success: { destination: 'SMN', param } } } as never,
    });
    await expect(set).rejects.toMatchObject({ status: 400 });
  });
});

describe('an address', () => {
  it('gets the traceparent of the publisher, if it is a valid one', async () => {
    const params = await createTopic();
    await confirmed(params, '/traced');
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const sent = [traceparent, `${traceparent}x`, ''];
    for (const [at, header] of sent.entries()) {
      const headers = header === '' ? {} : { traceparent: header };
      await server.api.call('publishMessage', { params, headers, body: { message: `${at}` } });
    }
    const traces = () =>
      posts
        .filter(({ body }) => body.type === 'Notification')
        .map(({ body, headers }) => [body.message, headers.traceparent])
        .sort();
    await eventually(traces).toEqual([
      ['0', traceparent],
      ['1', undefined],
      ['2', undefined],
    ]);
  });

  it('is confirmed with its token, and then gets signed messages', async () => {
    const params = await createTopic();
    const urn = await confirmed(params, '/signed');
    await publish(params, { subject: 'S', message: 'text' });
    await eventually(() => received('/signed')).toEqual(['text']);
    const { headers, body } = posts.at(-1) ?? expect.fail('no post');
    expect(headers).toMatchObject({
      'x-smn-message-type': 'Notification',
      'x-smn-message-id': body.message_id,
      'x-smn-topic-urn': params.topic_urn,
      'x-smn-subscription-urn': urn,
    });
    const pem = await (await fetch(body.signing_cert_url ?? '')).text();
    const names = ['message', 'message_id', 'subject', 'timestamp', 'topic_urn', 'type'];
    const text = names.map((name) => `${name}\n${body[name]}\n`).join('');
    const verify = createVerify('sha256').update(text);
    expect(verify.verify(new X509Certificate(pem).publicKey, body.signature ?? '', 'base64')).toBe(true);
  });

  it('gets nothing without confirmation, with a wrong token, or after 48 hours', async () => {
    const params = await createTopic();
    await subscribe(params, 'http', at('/late'));
    await eventually(() => confirmationTo('/late')).not.toBe('');
    const url = confirmationTo('/late');
    const wrong = url.slice(0, -1) + (url.endsWith('0') ? '1' : '0');
    expect(await open(wrong)).toMatchObject({ status: 404, body: { error_code: 'SMN.0014' } });
    expect((await open(`${url}&topic_urn=urn:smn:local-1:p:other`)).status).toBe(404);
    await publish(params, { message: 'unconfirmed' });
    server.clock.advance(48 * HOUR_MS + 1000);
    expect((await open(url)).status).toBe(404);
    await subscribe(params, 'http', at('/late'));
    const { data } = await server.api.call('listSubscriptionsByTopic', { params });
    expect(data).toMatchObject({ subscription_count: 1, subscriptions: [{ status: 0 }] });
    expect(received('/late')).toEqual([]);
  });

  it('keeps clients that guess tokens waiting', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      const url = `${server.running.endpoint}/v2/notifications/subscriptions/subscribe?token=${'0'.repeat(96)}`;
      statuses.push((await open(url)).status);
    }
    expect(statuses.at(-1)).toBe(429);
    server.clock.advance(HOUR_MS);
  });

  it('ends its subscription with the link of a message, once', async () => {
    const params = await createTopic();
    await confirmed(params, '/leaving');
    await publish(params, { message: 'one' });
    await eventually(() => received('/leaving')).toEqual(['one']);
    const url = posts.at(-1)?.body.unsubscribe_url ?? '';
    expect((await open(url)).status).toBe(200);
    expect((await open(url)).status).toBe(404);
    expect((await open(confirmationTo('/leaving'))).status).toBe(404);
    const { data } = await server.api.call('listSubscriptions', { params: project() });
    expect(data.subscriptions.filter(({ topic_urn }) => topic_urn === params.topic_urn)).toEqual([]);
  });

  it.each([
    ['http', 'http://169.254.169.254/latest/meta-data'],
    ['http', 'http://10.0.0.1/'],
    ['http', 'http://[::ffff:10.0.0.1]/'],
    ['http', 'http://2130706434/'],
    ['https', 'http://example.com/'],
    ['http', 'http://user:secret@example.com/'],
    ['ftp', 'ftp://example.com/'],
    ['functiongraph', 'urn:fss:a'],
    ['http', `http://example.com/${'a'.repeat(1024)}`],
  ])('of %s is refused when it is %s', async (protocol, endpoint) => {
    const params = await createTopic();
    await expect(subscribe(params, protocol, endpoint)).rejects.toMatchObject({ status: 400, code: 'SMN.0012' });
  });

  it('whose name is of the own network is not called, nor where it redirects to', async () => {
    const params = await createTopic();
    await confirmed(params, '/moved');
    answer = (_, response) => response.writeHead(302, { Location: at('/secret') }).end();
    await publish(params, { message: 'go' });
    await eventually(async () => (await deadLetters()).map(({ message }) => message)).toContainEqual(
      expect.stringContaining('answered 302'),
    );
    expect(received('/secret')).toEqual([]);
    const { port } = receiver.address() as AddressInfo;
    await subscribe(params, 'http', `http://localhost:${port}/named`);
    await publish(params, { message: 'go' });
    await eventually(() => received('/moved').length).toBe(2);
    expect(posts.filter(({ path }) => path === '/named')).toEqual([]);
  });

  it('that fails is tried again with pauses, becomes a dead letter with its message, and gets it by a redrive', async () => {
    const params = await createTopic();
    const urn = await confirmed(params, '/broken');
    answer = (_, response) => response.writeHead(503).end();
    const id = await publish(params, { message: 'poison', time_to_live: '86400' });
    const ofThis = async () => (await deadLetters()).find(({ message }) => message.includes('503'));
    await eventually(ofThis, 60_000).toMatchObject({
      kind: 'notification',
      reason: 'attempts_exhausted',
      attempts: 7,
      destination: 'http',
    });
    const letter = (await ofThis()) ?? expect.fail('no letter');
    expect(JSON.parse(letter.destination_param)).toEqual({
      subscription_id: urn.split(':').at(-1),
      endpoint: at('/broken'),
    });
    const params1 = { ...project(), letter_id: letter.id };
    const { data } = await server.api.call('showDeadLetter', { params: params1 });
    expect(JSON.parse(data.event)).toMatchObject({ id, content: { message: 'poison' } });
    answer = (_, response) => response.end();
    posts = [];
    await server.api.call('redriveDeadLetter', { params: params1 });
    await eventually(() => received('/broken')).toEqual(['poison']);
  });

  it('does not get a message whose time to live ended', async () => {
    const params = await createTopic();
    await confirmed(params, '/short');
    answer = (_, response) => response.writeHead(503).end();
    await publish(params, { message: 'short', time_to_live: '60' });
    const reasons = async () => (await deadLetters()).map(({ reason }) => reason);
    await eventually(reasons, 10_000).toContain('expired');
  });

  it('that hangs delays neither other addresses nor functions', async () => {
    const params = await createTopic();
    await confirmed(params, '/hangs');
    await confirmed(params, '/quick');
    await subscribe(params, 'functiongraph', functionUrn);
    const waiting: ServerResponse[] = [];
    answer = ({ path }, response) => {
      if (path === '/hangs') waiting.push(response);
      else response.end();
    };
    for (let n = 0; n < 20; n += 1) await publish(params, { message: `${n}` });
    await eventually(() => received('/quick').length).toBe(20);
    await eventually(() => events.length).toBe(20);
    expect(waiting.length).toBeLessThanOrEqual(2);
    answer = (_, response) => response.end();
    for (const response of waiting) response.end();
    await eventually(() => received('/hangs').length).toBe(20);
  });
});
