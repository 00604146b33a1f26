import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asyncInvocations, deploy, enqueue, PATIENCE, runtimeOf, target } from '../functions.ts';
import { TestServer } from '../server.ts';
import { WebhookReceiver } from '../webhook.ts';
import { ACCOUNTING } from './account-folder.ts';

const ROUNDS = 4;
const EVENTS_A_ROUND = 40;

let server: TestServer;
let webhook: WebhookReceiver;
let runtime: string;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'funcgraph-deliveries-'));
  chmodSync(folder, 0o777);
  webhook = await WebhookReceiver.start();
  // Without isolation a function can keep the account outside of everything that is killed.
  server = await TestServer.start({ args: ACCOUNTING, env: { FGS_WEBHOOK_HOSTS: '127.0.0.1' } });
  runtime = await runtimeOf(server, 'Node.js');
});
afterAll(async () => {
  await server?.stop();
  await webhook?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const make = (name: string, body: string): Promise<string> =>
  deploy(server, { name, runtime, files: { 'index.js': `exports.handler = async (event, context) => { ${body} };` } });

async function configure(urn: string, destinations: object): Promise<void> {
  await server.api.call('updateFunctionAsyncInvokeConfig', {
    params: target(server, urn),
    body: { max_async_retry_attempts: 0, destination_config: destinations },
  });
}

const toFunction = (urn: string) => ({ destination: 'FunctionGraph', param: JSON.stringify({ func_urn: urn }) });
const toWebhook = (path: string) => ({ destination: 'HTTP', param: JSON.stringify({ url: webhook.url(path) }) });

it('an outcome that is stored is delivered, also when the server is killed before it was taken', async () => {
  const urn = await make('once', "return 'done';");
  await configure(urn, { on_success: toWebhook('/once') });
  let hold = true;
  webhook.answer = (_, response) => {
    // the first one never gets its answer
    if (!hold) response.writeHead(204).end();
  };
  const id = await enqueue(server, urn, { n: 1 });
  await expect.poll(() => webhook.of(id).length, PATIENCE).toBe(1);
  const [record] = await asyncInvocations(server, urn, { request_id: id });
  expect(record?.status).toBe('SUCCESS');
  await server.kill('SIGKILL');
  hold = false;
  await server.restart();
  await expect.poll(() => webhook.of(id).length, PATIENCE).toBe(2);
  const [first, second] = webhook.of(id);
  expect(second?.event).toEqual(first?.event);
  expect(second?.headers['x-funcgraph-delivery-id']).toBe(first?.headers['x-funcgraph-delivery-id']);
});

it('each accepted invocation reaches its destination, at whatever moment the server is killed', async () => {
  const ran = join(folder, 'ran');
  const note = `require('node:fs').appendFileSync(${JSON.stringify(ran)}, event.request_context.request_id + '\\n');`;
  const sink = await make('sink', note);
  const source = await make('source', "if (event.fail) throw new Error('asked to fail'); return 'done';");
  await configure(source, { on_success: toFunction(sink), on_failure: toWebhook('/failures') });
  const accepted = new Map<string, boolean>();
  const moments: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    // each kill meets others: calls that run, outcomes just stored, deliveries under way
    const killAt = 1 + Math.floor(Math.random() * EVENTS_A_ROUND);
    moments.push(killAt);
    let killed: Promise<unknown> | undefined;
    for (let n = 0; n < EVENTS_A_ROUND && killed === undefined; n += 1) {
      const fail = n % 5 === 0;
      accepted.set(await enqueue(server, source, { n, fail }), fail);
      if (n + 1 === killAt) killed = server.kill('SIGKILL');
    }
    await killed;
    await server.restart();
  }
  const reported = `killed after ${moments.join(', ')}`;
  const took = (): Set<string> => new Set(existsSync(ran) ? readFileSync(ran, 'utf8').trim().split('\n') : []);
  const missing = (): string[] =>
    [...accepted].filter(([id, fail]) => (fail ? webhook.of(id).length === 0 : !took().has(id))).map(([id]) => id);
  await expect.poll(missing, { timeout: 120_000, interval: 200, message: reported }).toEqual([]);
  expect([...took()].filter((id) => accepted.get(id) !== false)).toEqual([]);

  const ended = async (): Promise<number> =>
    (await asyncInvocations(server, source)).filter(({ status }) => /SUCCESS|FAIL/.test(status)).length;
  await expect.poll(ended, PATIENCE).toBe(accepted.size);
  const open = async (): Promise<unknown> => {
    const { data } = await server.api.call('showGauges', {});
    return [data.async.waiting, data.async.running, data.async.deliveries];
  };
  await expect.poll(open, PATIENCE).toEqual([0, 0, 0]);
  // an outcome is stored once, and so is the invocation that it becomes
  const successes = [...accepted.values()].filter((fail) => !fail).length;
  expect((await asyncInvocations(server, sink)).length, reported).toBe(successes);
});

it('each published message reaches its function and its address, at whatever moment the server is killed', async () => {
  webhook.answer = (_, response) => void response.writeHead(204).end();
  const ran = join(folder, 'messages');
  const note = `require('node:fs').appendFileSync(${JSON.stringify(ran)}, event.record[0].smn.message_id + '\\n');`;
  const listener = await make('listener', note);
  const project = { project_id: server.credentials.project_id };
  const { data } = await server.api.call('createTopic', { params: project, body: { name: 'orders' } });
  const params = { ...project, topic_urn: data.topic_urn };
  const subscribe = (protocol: string, endpoint: string) =>
    server.api.call('addSubscription', { params, body: { protocol, endpoint } });
  await subscribe('functiongraph', listener);
  await subscribe('http', webhook.url('/orders'));
  type Post = { readonly type?: string; readonly message_id: string; readonly subscribe_url: string };
  const posts = (type: string): Post[] =>
    webhook.received
      .filter(({ path }) => path === '/orders')
      .map(({ event }) => event as unknown as Post)
      .filter((post) => post.type === type);
  await expect.poll(() => posts('SubscriptionConfirmation').length, PATIENCE).toBe(1);
  expect((await fetch(posts('SubscriptionConfirmation')[0]?.subscribe_url ?? '')).status).toBe(200);

  const accepted: string[] = [];
  for (let round = 0; round < 2; round += 1) {
    const killAt = 1 + Math.floor(Math.random() * EVENTS_A_ROUND);
    for (let n = 0; n < killAt; n += 1) {
      accepted.push((await server.api.call('publishMessage', { params, body: { message: `${n}` } })).data.message_id);
    }
    await server.kill('SIGKILL');
    await server.restart();
  }
  const took = (): Set<string> => new Set(existsSync(ran) ? readFileSync(ran, 'utf8').trim().split('\n') : []);
  const posted = (): Set<string> => new Set(posts('Notification').map((post) => post.message_id));
  const missing = (): string[] => accepted.filter((id) => !took().has(id) || !posted().has(id));
  await expect.poll(missing, { timeout: 120_000, interval: 200 }).toEqual([]);
  expect([...took(), ...posted()].filter((id) => !accepted.includes(id))).toEqual([]);
});
