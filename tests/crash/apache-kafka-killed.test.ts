import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  hasApacheKafka,
  NO_APACHE_KAFKA,
  TestApacheKafka,
} from '../../packages/server/src/triggers/brokers/testing-apache-kafka.ts';
import { publishTo } from '../../packages/server/src/triggers/brokers/testing-kafka.ts';
import { deploy, runtimeOf, target } from '../functions.ts';
import { TestServer } from '../server.ts';
import { ACCOUNTING, AccountFolder, noted, noting } from './account-folder.ts';

const TOPIC = 'orders';
const PARTITIONS = [0, 1, 2] as const;
const MESSAGES_OF_PARTITION = 30;
const LONG = { timeout: 180_000, interval: 100 };

describe.skipIf(!hasApacheKafka())(`with Apache Kafka${hasApacheKafka() ? '' : ` (${NO_APACHE_KAFKA})`}`, () => {
  let server: TestServer;
  let kafka: TestApacheKafka;
  let account: AccountFolder;

  beforeAll(async () => {
    account = new AccountFolder();
    [server, kafka] = await Promise.all([
      // without isolation a function can write its account outside of everything that is killed
      TestServer.start({ args: ACCOUNTING, env: { FGS_BROKER_HOSTS: '127.0.0.1' } }),
      TestApacheKafka.start(),
    ]);
    await kafka.makeTopic(TOPIC, PARTITIONS.length);
  });
  afterAll(async () => {
    await Promise.all([server?.stop(), kafka?.stop()]);
    account.remove();
  });

  it('each message reaches its function in the order of its partition when the server and the broker are killed at once', {
    timeout: 400_000,
  }, async () => {
    const ran = `${account.path}/messages`;
    const files = {
      'index.js': `exports.handler = async (event, context) => { ${noting(ran, '...event.records[0].messages')} };`,
    };
    const urn = await deploy(server, { name: 'reader', runtime: await runtimeOf(server, 'Node.js'), files });
    await server.api.call('createFunctionTrigger', {
      params: target(server, urn),
      body: {
        trigger_type_code: 'OPENSOURCEKAFKA',
        event_data: { kafka_connect_address: kafka.address, topic_ids: [TOPIC], batch_size: 3 },
      },
    });
    const done = (): string[] => noted(ran).flat();
    const sent: string[] = [];
    const send = async (): Promise<void> => {
      const messages = PARTITIONS.flatMap((partition) =>
        Array.from({ length: MESSAGES_OF_PARTITION }, (_, n) => ({
          partition,
          value: `${partition}:${String(sent.length + n).padStart(6, '0')}`,
        })),
      );
      await publishTo(kafka.address, TOPIC, messages);
      sent.push(...messages.map(({ value }) => value));
    };
    const missing = (): string[] => {
      const all = new Set(done());
      return sent.filter((text) => !all.has(text));
    };

    await send();
    const killAt = Math.ceil(Math.random() * sent.length);
    await expect.poll(() => new Set(done()).size, LONG).toBeGreaterThanOrEqual(killAt);
    await Promise.all([server.kill('SIGKILL'), kafka.kill()]);
    // the server starts while its broker is still down
    await server.restart();
    await kafka.boot();
    await send();
    await expect.poll(missing, LONG).toEqual([]);
    expect(done().filter((text) => !sent.includes(text))).toEqual([]);
    for (const partition of PARTITIONS) {
      const firsts = [...new Set(done())].filter((text) => text.startsWith(`${partition}:`));
      expect(firsts).toEqual(firsts.toSorted());
    }
  });
});
