import { readdirSync, readFileSync, statSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeServer } from './fake-server.ts';

const PASSWORDS = ['broker-pass-7421', 'other-pass-9913'] as const;
const [FIRST, SECOND] = PASSWORDS;
/** As it would be in another encoding. */
const TRACES = PASSWORDS.flatMap((text) => [text, Buffer.from(text).toString('base64'), encodeURIComponent(text)]);

let server: FakeServer;
/** Ends every connection, as a broker that refuses a login. */
let broker: Server;
let connections = 0;
const log: string[] = [];
const answers: string[] = [];

beforeAll(async () => {
  broker = createServer((socket) => {
    connections += 1;
    socket.on('error', () => {});
    socket.once('data', () => socket.destroy());
  });
  await new Promise<void>((resolve) => broker.listen(0, '127.0.0.1', resolve));
  const lines = pino({ level: 'trace' }, { write: (line: string) => void log.push(line) });
  server = await FakeServer.start({ handler: () => '' }, { brokerHosts: new Set(['127.0.0.1']) }, lines);
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  broker.close();
});

/** Notes what the server answers, also when it refuses. */
async function noted(work: Promise<{ readonly data: unknown }>): Promise<unknown> {
  try {
    const { data } = await work;
    answers.push(JSON.stringify(data));
    return data;
  } catch (error) {
    const { message, hint, violations } = error as { message: string; hint?: string; violations?: unknown };
    answers.push(JSON.stringify([message, hint, violations, String(error)]));
    return undefined;
  }
}

function stored(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => !path.includes('/runtimes/') && statSync(path, { throwIfNoEntry: false })?.isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n');
}

it('passwords of brokers are in no answer, error, log, audit entry or file', async () => {
  const { api } = server;
  const params = await server.deploy('orders');
  const { project_id } = params;
  const port = (broker.address() as AddressInfo).port;
  const rabbit = {
    ...{ name: 'shop', connect_address: `127.0.0.1:${port}`, access_user: 'ann', exchange_name: 'orders' },
    access_password: FIRST,
  };
  const kafka = {
    ...{ name: 'clicks', kafka_connect_address: `127.0.0.1:${port}`, topic_ids: ['a'], kafka_user: 'ann' },
    kafka_password: FIRST,
  };
  const create = (trigger_type_code: string, event_data: object) =>
    noted(api.call('createFunctionTrigger', { params, body: { trigger_type_code, event_data } as never }));
  const made = (await create('RABBITMQ', rabbit)) as { readonly trigger_id: string };
  await create('OPENSOURCEKAFKA', kafka);
  // refusals name the field, and values of fields that have no password
  await create('RABBITMQ', rabbit);
  await create('RABBITMQ', { ...rabbit, batch_size: 0, name: 'other' });
  await create('RABBITMQ', { ...rabbit, access_password: { text: FIRST } });
  await create('KAFKA', { ...kafka, kafka_connect_address: `${FIRST}@10.0.0.1:1` });
  const place = { params: { ...params, trigger_type_code: 'RABBITMQ', trigger_id: made.trigger_id } };
  const change = (event_data: object) => noted(api.call('updateTrigger', { ...place, body: { event_data } as never }));
  await change({ access_password: SECOND });
  await change({ access_password: SECOND, batch_size: -1 });
  const definition = (config: object) => ({
    ...{ name: 'flow', edges: [{ from: 'start', to: 'step' }] },
    triggers: [{ trigger_type: 'RABBITMQ', trigger_name: 'shop', trigger_config: config }],
    nodes: [
      { id: 'start', name: 'start', kind: 'start' },
      { id: 'step', name: 'step', kind: 'wait', seconds: 0 },
    ],
  });
  const { name: _, ...config } = rabbit;
  const save = (of: object) =>
    noted(api.call('createWorkflow', { params: { project_id }, body: { graph: definition(of) } as never }));
  const flow = (await save(config)) as { readonly id: string };
  await save({ ...config, batch_size: 0 });
  await noted(api.call('showWorkFlow', { params: { project_id, workflow_id: flow.id } }));
  const connected = (): number => {
    server.clock.advance(1000);
    return connections;
  };
  await expect.poll(connected).toBeGreaterThan(2);
  const state = async (): Promise<string> => {
    server.clock.advance(1000);
    return JSON.stringify(await noted(api.call('listFunctionTriggers', { params })));
  };
  await expect.poll(state).toContain('RETRYING');
  await noted(api.call('showFunctionTrigger', place));
  await noted(api.call('listAudit', { query: {} }));
  await noted(api.call('showFunctionConfig', { params }));
  expect(log.length).toBeGreaterThan(0);
  const places = { answers: answers.join('\n'), log: log.join(''), files: stored(server.dataDir) };
  for (const [where, text] of Object.entries(places)) {
    const leaking = text.split('\n').filter((line) => TRACES.some((trace) => line.includes(trace)));
    expect(leaking, where).toEqual([]);
  }
});
