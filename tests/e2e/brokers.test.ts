import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasKcat, NO_KCAT, TestKafka } from '../../packages/server/src/triggers/brokers/testing-kafka.ts';
import { hasRabbitmq, NO_RABBITMQ, TestRabbitmq } from '../../packages/server/src/triggers/brokers/testing-rabbitmq.ts';
import { deploy, PATIENCE, project, runtimeOf, target } from '../functions.ts';
import { TestServer } from '../server.ts';

/** The longest wait, for brokers and servers that start again. */
const LONG = { timeout: 120_000, interval: 50 };

interface BrokerEvent {
  readonly trigger_type: string;
  readonly records: readonly [{ readonly messages: readonly string[] }];
}

let server: TestServer;
let rabbitmq: TestRabbitmq | undefined;
let kafka: TestKafka | undefined;
let folder: string;
let runtime: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'funcgraph-brokers-'));
  chmodSync(folder, 0o777);
  [server, rabbitmq, kafka] = await Promise.all([
    // without isolation a function can write outside of everything that is killed
    TestServer.start({ args: ['--sandbox', 'process'], env: { FGS_BROKER_HOSTS: '127.0.0.1' } }),
    hasRabbitmq() ? TestRabbitmq.start() : undefined,
    hasKcat() ? TestKafka.start() : undefined,
  ]);
  runtime = await runtimeOf(server, 'Node.js');
});
afterAll(async () => {
  await Promise.all([server?.stop(), rabbitmq?.stop(), kafka?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** A function that writes down each event: when it begins, and when it is done, which `slow` ones are after `hurry`. */
async function makeFunction(name: string) {
  const [begun, done, go] = [join(folder, `${name}-begun`), join(folder, `${name}-done`), join(folder, `${name}-go`)];
  const body = `exports.handler = async (event, context) => {
    const { appendFileSync, existsSync } = require('node:fs');
    appendFileSync(${JSON.stringify(begun)}, JSON.stringify(event) + '\\n');
    const { messages } = event.records[0];
    if (messages.includes('poison') && !existsSync(${JSON.stringify(go)})) throw new Error('poison');
    while (messages.includes('slow') && !existsSync(${JSON.stringify(go)})) await new Promise((go) => setTimeout(go, 20));
    appendFileSync(${JSON.stringify(done)}, messages.map((message) => message + '\\n').join(''));
  };`;
  const urn = await deploy(server, { name, runtime, files: { 'index.js': body } });
  const lines = (path: string): string[] => (existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : []);
  return {
    urn,
    begun: () => lines(begun).map((line) => JSON.parse(line) as BrokerEvent),
    done: () => lines(done),
    hurry: () => writeFileSync(go, ''),
  };
}

async function fgs(...args: string[]): Promise<string> {
  const run = await server.fgs(args);
  expect(run, run.stderr).toMatchObject({ exitCode: 0 });
  return run.stdout.toString();
}

const setting = (values: object): string[] =>
  Object.entries(values).flatMap(([name, value]) => [
    '--setting',
    `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  ]);

describe.skipIf(!hasRabbitmq())(`a trigger of RabbitMQ${hasRabbitmq() ? '' : ` (${NO_RABBITMQ})`}`, () => {
  let seen: Awaited<ReturnType<typeof makeFunction>>;
  let name: string;
  let made = 0;

  beforeEach(async () => {
    made += 1;
    name = `rabbit${made}`;
    seen = await makeFunction(name);
    await publish();
  });

  const publish = async (...texts: string[]): Promise<void> => rabbitmq?.publish(name, ...texts);
  const create = (more: object = {}): Promise<string> => {
    const door = { connect_address: `127.0.0.1:${rabbitmq?.port}`, access_user: 'guest', access_password: 'guest' };
    const settings = setting({ ...door, exchange_name: name, instance_id: 'mq-1', ...more });
    return fgs('triggers', 'create', name, '--type', 'RABBITMQ', '--name', 'orders', ...settings);
  };
  /** The queue is made when the trigger connects for the first time. */
  const connected = async (): Promise<void> => {
    await expect
      .poll(async () => {
        await publish('hello');
        return seen.done().length;
      }, PATIENCE)
      .toBeGreaterThan(0);
  };

  it('starts its function with messages, waits while it is disabled, and ends when it is deleted', async () => {
    expect(await create()).toContain(`messages of exchange ${name}`);
    await connected();
    const shown = JSON.parse(await fgs('triggers', 'show', name, 'orders', '--output', 'json')) as object;
    expect(shown).toMatchObject({ event_data: { access_user: 'guest', batch_size: 100, vhost: '/' } });
    expect(JSON.stringify(shown)).not.toContain('password');
    expect(seen.begun()[0]).toEqual({
      event_version: 'v1.0',
      event_time: expect.any(Number),
      trigger_type: 'RABBITMQ',
      region: server.credentials.region,
      instance_id: 'mq-1',
      records: [{ messages: [expect.any(String)], exchange: name }],
    });
    await fgs('triggers', 'disable', name, 'orders');
    await publish('while disabled');
    await fgs('triggers', 'enable', name, 'orders');
    await expect.poll(() => seen.done(), PATIENCE).toContain('while disabled');
    await fgs('triggers', 'delete', name, 'orders', '--yes');
    const before = seen.begun().length;
    await publish('after');
    await create({ exchange_name: name, batch_size: 1 });
    await connected();
    expect(seen.done().slice(before)).not.toContain('after');
  });

  it('stores an event whose function fails as a dead letter, goes on behind it, and runs it when it is redriven', async () => {
    await create({ batch_size: 1 });
    await connected();
    await publish('poison', 'next');
    await expect.poll(() => seen.done(), PATIENCE).toContain('next');
    // with its retry before the next one
    const ran = seen.begun().flatMap(({ records }) => records[0].messages);
    expect(ran.slice(-3)).toEqual(['poison', 'poison', 'next']);
    const letters = JSON.parse(await fgs('dead-letters', 'list', '--function', name, '--output', 'json')) as object[];
    expect(letters).toHaveLength(1);
    seen.hurry();
    await fgs('dead-letters', 'redrive-all', name);
    await expect.poll(() => seen.done().filter((text) => text === 'poison'), PATIENCE).toEqual(['poison']);
    expect(seen.begun().at(-1)).toMatchObject({ trigger_type: 'RABBITMQ', records: [{ messages: ['poison'] }] });
    expect(JSON.parse(await fgs('dead-letters', 'list', '--function', name, '--output', 'json'))).toEqual([]);
  });

  it('of a flow starts runs, of which one with a message that is too large fails', async () => {
    const trigger_config = {
      connect_address: `127.0.0.1:${rabbitmq?.port}`,
      access_user: 'guest',
      exchange_name: name,
    };
    const trigger = { trigger_type: 'RABBITMQ', trigger_config: { ...trigger_config, access_password: 'guest' } };
    const graph = {
      ...{ name, triggers: [trigger], edges: [{ from: 'start', to: 'step' }] },
      nodes: [
        { id: 'start', name: 'start', kind: 'start' },
        { id: 'step', name: 'step', kind: 'function', function: name },
      ],
    };
    const params = project(server);
    const { data: flow } = await server.api.call('createWorkflow', { params, body: { graph } });
    await connected();
    const place = { params: { ...params, workflow_id: flow.id } };
    await server.api.call('updateWorkFlow', {
      ...place,
      body: { graph: { ...graph, triggers: [{ ...trigger, trigger_config: { ...trigger_config, batch_size: 1 } }] } },
    });
    await publish('x'.repeat(7_000_000), 'next');
    await expect.poll(() => seen.done(), PATIENCE).toContain('next');
    expect(await fgs('flows', 'runs', 'list', name, '--status', 'fail')).toContain('fail');
    const { data: shown } = await server.api.call('showWorkFlow', place);
    expect(shown.triggers).toMatchObject([{ connection: { state: 'CONNECTED' } }]);
  });

  it('is refused with the name of a wrong setting', async () => {
    const wrong = ['create', name, '--type', 'RABBITMQ', '--name', 'x', '--setting', 'vhost=/'];
    const run = await server.fgs(['triggers', ...wrong]);
    expect(run.exitCode).not.toBe(0);
    expect(run.stderr).toContain('connect_address is missing');
  });

  // the group of Kafka waits for the end of the session of the killed server, RabbitMQ does not
  it.skipIf(!hasKcat())(
    `and one of Kafka go on when server and broker were killed${hasKcat() ? '' : ` (${NO_KCAT})`}`,
    async () => {
      const log = await makeFunction('kafka');
      await kafka?.publish('orders', ['first', 'second'], 'key');
      const settings = { kafka_connect_address: kafka?.address, topic_ids: ['orders'], instance_id: 'k-1' };
      await fgs('triggers', 'create', 'kafka', '--type', 'OPENSOURCEKAFKA', '--name', 'orders', ...setting(settings));
      await create();
      await connected();
      await expect.poll(() => log.done(), PATIENCE).toEqual(['first', 'second']);
      expect(log.begun()[0]).toEqual({
        event_version: 'v1.0',
        event_time: expect.any(Number),
        trigger_type: 'KAFKA',
        region: server.credentials.region,
        instance_id: 'k-1',
        records: [{ messages: ['first', 'second'], topic_id: 'orders' }],
      });
      await Promise.all([kafka?.publish('orders', ['slow'], 'key'), publish('slow')]);
      await expect.poll(() => log.begun().length, PATIENCE).toBe(2);
      await expect.poll(() => seen.begun().flatMap(({ records }) => records[0].messages), PATIENCE).toContain('slow');
      await server.kill('SIGKILL');
      for (const { done, hurry } of [log, seen]) {
        expect(done()).not.toContain('slow');
        hurry();
      }
      await server.restart();
      await kafka?.publish('orders', ['last'], 'key');
      await expect.poll(() => seen.done(), PATIENCE).toContain('slow');

      const connection = async (): Promise<unknown> => {
        const { data } = await server.api.call('listFunctionTriggers', {
          params: target(server, `${seen.urn}:latest`),
        });
        return data[0]?.connection;
      };
      expect(await connection()).toMatchObject({ state: 'CONNECTED', error: '' });
      await rabbitmq?.kill();
      const refused = { state: 'RETRYING', error: expect.stringContaining('ECONNREFUSED') };
      await expect.poll(connection, PATIENCE).toMatchObject(refused);
      await rabbitmq?.boot();
      await publish('again');
      await expect.poll(() => seen.done(), LONG).toContain('again');
      expect(await connection()).toMatchObject({ state: 'CONNECTED' });
      await expect.poll(() => log.done(), LONG).toEqual(['first', 'second', 'slow', 'last']);
    },
  );
});
