import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasKcat, NO_KCAT, TestKafka } from '../../packages/server/src/triggers/brokers/testing-kafka.ts';
import { hasRabbitmq, NO_RABBITMQ, TestRabbitmq } from '../../packages/server/src/triggers/brokers/testing-rabbitmq.ts';
import { deploy, PATIENCE, runtimeOf } from '../functions.ts';
import { TestServer } from '../server.ts';

interface BrokerEvent {
  readonly trigger_type: string;
  readonly records: readonly [{ readonly messages: readonly string[] }];
}

let server: TestServer;
let folder: string;
let runtime: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'funcgraph-brokers-'));
  chmodSync(folder, 0o777);
  // without isolation a function can write outside of everything that is killed
  server = await TestServer.start({ args: ['--sandbox', 'process'], env: { FGS_BROKER_HOSTS: '127.0.0.1' } });
  runtime = await runtimeOf(server, 'Node.js');
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A function that writes down each event: when it begins, and when it is done after the time that a message names. */
async function makeFunction(name: string): Promise<{ begun: () => BrokerEvent[]; done: () => string[] }> {
  const [begun, done] = [join(folder, `${name}-begun`), join(folder, `${name}-done`)];
  const body = `exports.handler = async (event, context) => {
    const { appendFileSync } = require('node:fs');
    appendFileSync(${JSON.stringify(begun)}, JSON.stringify(event) + '\\n');
    const { messages } = event.records[0];
    if (messages.includes('poison')) throw new Error('poison');
    if (messages.includes('slow')) await new Promise((resolve) => setTimeout(resolve, 3000));
    appendFileSync(${JSON.stringify(done)}, messages.map((message) => message + '\\n').join(''));
  };`;
  await deploy(server, { name, runtime, files: { 'index.js': body } });
  const lines = (path: string): string[] => (existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : []);
  return { begun: () => lines(begun).map((line) => JSON.parse(line) as BrokerEvent), done: () => lines(done) };
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
  let rabbitmq: TestRabbitmq;
  let seen: Awaited<ReturnType<typeof makeFunction>>;
  let name: string;
  let made = 0;

  beforeAll(async () => {
    rabbitmq = await TestRabbitmq.start();
  });
  afterAll(() => rabbitmq?.stop());
  beforeEach(async () => {
    made += 1;
    name = `rabbit${made}`;
    seen = await makeFunction(name);
    await rabbitmq.publish(name);
  });

  const publish = (...texts: string[]): Promise<void> => rabbitmq.publish(name, ...texts);
  const create = (more: object = {}): Promise<string> => {
    const door = { connect_address: `127.0.0.1:${rabbitmq.port}`, access_user: 'guest', access_password: 'guest' };
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

  it('keeps messages that a killed server was busy with', async () => {
    await create();
    await connected();
    await publish('slow');
    await expect.poll(() => seen.begun().flatMap(({ records }) => records[0].messages), PATIENCE).toContain('slow');
    await server.kill('SIGKILL');
    expect(seen.done()).not.toContain('slow');
    await server.restart();
    await expect.poll(() => seen.done(), PATIENCE).toContain('slow');
  });

  it('stores an event whose function fails as a dead letter, and goes on behind it', async () => {
    await create({ batch_size: 1 });
    await connected();
    await publish('poison', 'next');
    await expect.poll(() => seen.done(), PATIENCE).toContain('next');
    // with its retry before the next one
    const ran = seen.begun().flatMap(({ records }) => records[0].messages);
    expect(ran.slice(-3)).toEqual(['poison', 'poison', 'next']);
    const letters = JSON.parse(await fgs('dead-letters', 'list', '--function', name, '--output', 'json')) as object[];
    expect(letters).toHaveLength(1);
  });

  it('goes on when its broker was killed and runs again', async () => {
    await create();
    await connected();
    const connection = async (): Promise<object> => {
      const text = await fgs('triggers', 'show', name, 'orders', '--output', 'json');
      return (JSON.parse(text) as { connection: object }).connection;
    };
    expect(await connection()).toMatchObject({ state: 'CONNECTED', error: '' });
    await rabbitmq.kill();
    await expect
      .poll(connection, PATIENCE)
      .toMatchObject({ state: 'RETRYING', error: expect.stringContaining('ECONNREFUSED') });
    await rabbitmq.boot();
    await publish('again');
    await expect.poll(() => seen.done(), { timeout: 60_000, interval: 100 }).toContain('again');
    expect(await connection()).toMatchObject({ state: 'CONNECTED' });
  });

  it('is refused with the name of a wrong setting', async () => {
    const run = await server.fgs([
      'triggers',
      'create',
      name,
      '--type',
      'RABBITMQ',
      '--name',
      'x',
      '--setting',
      'vhost=/',
    ]);
    expect(run.exitCode).not.toBe(0);
    expect(run.stderr).toContain('connect_address is missing');
  });
});

describe.skipIf(!hasKcat())(`a trigger of Kafka${hasKcat() ? '' : ` (${NO_KCAT})`}`, () => {
  it('starts its function with messages, and goes on after the last committed one when its server was killed', {
    timeout: 180_000,
  }, async () => {
    const kafka = await TestKafka.start();
    try {
      const seen = await makeFunction('kafka');
      await kafka.publish('orders', ['first', 'second'], 'key');
      const settings = { kafka_connect_address: kafka.address, topic_ids: ['orders'], instance_id: 'k-1' };
      await fgs('triggers', 'create', 'kafka', '--type', 'OPENSOURCEKAFKA', '--name', 'orders', ...setting(settings));
      await expect.poll(() => seen.done(), PATIENCE).toEqual(['first', 'second']);
      expect(seen.begun()[0]).toEqual({
        event_version: 'v1.0',
        event_time: expect.any(Number),
        trigger_type: 'KAFKA',
        region: server.credentials.region,
        instance_id: 'k-1',
        records: [{ messages: ['first', 'second'], topic_id: 'orders' }],
      });
      await kafka.publish('orders', ['slow'], 'key');
      await expect.poll(() => seen.begun().length, PATIENCE).toBe(2);
      await server.kill('SIGKILL');
      await server.restart();
      await kafka.publish('orders', ['last'], 'key');
      // the group waits for the end of the session of the killed server
      await expect
        .poll(() => seen.done(), { timeout: 90_000, interval: 200 })
        .toEqual(['first', 'second', 'slow', 'last']);
    } finally {
      await kafka.stop();
    }
  });
});
