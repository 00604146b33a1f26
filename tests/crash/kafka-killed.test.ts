import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasKcat, NO_KCAT, TestKafka } from '../../packages/server/src/triggers/brokers/testing-kafka.ts';
import { deploy, runtimeOf, target } from '../functions.ts';
import { TestServer } from '../server.ts';
import { ACCOUNTING, AccountFolder, noted, noting } from './account-folder.ts';

const TOPIC = 'orders';
const PARTITIONS = [0, 1, 2, 3, 4, 5] as const;
const MESSAGES_OF_PARTITION = 20;
const BATCH = 3;
const BROKERS = 3;
/** A group waits 10 s for a member that was killed. */
const LONG = { timeout: 120_000, interval: 100 };

describe.skipIf(!hasKcat())(`with Kafka${hasKcat() ? '' : ` (${NO_KCAT})`}`, () => {
  let server: TestServer;
  let kafka: TestKafka;
  let account: AccountFolder;

  beforeAll(async () => {
    account = new AccountFolder();
    [server, kafka] = await Promise.all([
      // without isolation a function can write its account outside of everything that is killed
      TestServer.start({ args: ACCOUNTING, env: { FGS_BROKER_HOSTS: '127.0.0.1' } }),
      TestKafka.start(BROKERS),
    ]);
    await kafka.makeTopic(TOPIC, PARTITIONS.length);
  });
  afterAll(async () => {
    await Promise.all([server?.stop(), kafka?.stop()]);
    account.remove();
  });

  it('each message of three brokers reaches its function in the order of its partition, whenever the server is killed and leaders change', {
    timeout: 300_000,
  }, async () => {
    const ran = `${account.path}/messages`;
    const files = {
      'index.js': `exports.handler = async (event, context) => { ${noting(ran, '...event.records[0].messages')} };`,
    };
    const urn = await deploy(server, { name: 'reader', runtime: await runtimeOf(server, 'Node.js'), files });
    const place = target(server, urn);
    const { data: trigger } = await server.api.call('createFunctionTrigger', {
      params: place,
      body: {
        trigger_type_code: 'OPENSOURCEKAFKA',
        event_data: { kafka_connect_address: kafka.address, topic_ids: [TOPIC], batch_size: BATCH },
      },
    });
    const done = (): string[] => noted(ran).flat();
    const sent: string[] = [];
    const send = async (codec: string, count: number): Promise<void> => {
      const texts = PARTITIONS.map((partition) =>
        Array.from({ length: count }, (_, n) => `${partition}:${String(sent.length + n).padStart(6, '0')}`),
      );
      await Promise.all(
        PARTITIONS.map((partition) =>
          kafka.publishCompressed(codec, { topic: TOPIC, partition }, texts[partition] ?? []),
        ),
      );
      sent.push(...texts.flat());
    };
    const missing = (): string[] => {
      const all = new Set(done());
      return sent.filter((text) => !all.has(text));
    };
    const lead = async (brokers: readonly number[]): Promise<void> => {
      for (const partition of PARTITIONS)
        await kafka.setLeader(TOPIC, partition, brokers[partition % brokers.length] ?? 0);
    };
    const group = `funcgraph-${trigger.trigger_id}`;

    await send('gzip', MESSAGES_OF_PARTITION);
    const killAt = Math.ceil(Math.random() * sent.length);
    await lead([2, 3, 1]);
    await send('snappy', MESSAGES_OF_PARTITION);
    await expect.poll(() => new Set(done()).size, LONG).toBeGreaterThanOrEqual(killAt);
    await server.kill('SIGKILL');
    await lead([3, 1, 2]);
    await server.restart();
    await send('lz4', MESSAGES_OF_PARTITION);
    await kafka.takeDown(1);
    await lead([2, 3]);
    await kafka.setCoordinator(group, 3);
    await send('zstd', MESSAGES_OF_PARTITION);
    await expect.poll(missing, LONG).toEqual([]);
    await kafka.bringUp(1);
    await expect.poll(() => kafka.committed(group, TOPIC), LONG).toBe(sent.length);
    expect(done().filter((text) => !sent.includes(text))).toEqual([]);
    for (const partition of PARTITIONS) {
      const firsts = [...new Set(done())].filter((text) => text.startsWith(`${partition}:`));
      expect(firsts).toEqual(firsts.toSorted());
    }

    const before = done().length;
    await server.kill('SIGKILL');
    await server.restart();
    await send('none', 1);
    await expect.poll(missing, LONG).toEqual([]);
    // what is committed does not run again
    expect([...new Set(done().slice(before))].toSorted()).toEqual(sent.slice(-PARTITIONS.length).toSorted());
  });
});
