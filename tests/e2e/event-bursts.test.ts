import { afterAll, beforeAll, expect, it } from 'vitest';
import { ACCOUNTING, AccountFolder, noted, noting } from '../crash/account-folder.ts';
import { deploy, runtimeOf, target } from '../functions.ts';
import { TestServer } from '../server.ts';

const LONG = { timeout: 400_000, interval: 500 };
const TEST = { timeout: 500_000 };

let server: TestServer;
let account: AccountFolder;

beforeAll(async () => {
  account = new AccountFolder();
  // without isolation a function can write its account outside
  server = await TestServer.start({ args: ACCOUNTING });
});
afterAll(async () => {
  await server?.stop();
  account.remove();
});

const project = () => ({ project_id: server.credentials.project_id });

async function reader(name: string, words: string): Promise<{ urn: string; done: () => string[] }> {
  const ran = `${account.path}/${name}`;
  const files = { 'index.js': `exports.handler = async (event, context) => { ${noting(ran, words)} };` };
  const urn = await deploy(server, { name, runtime: await runtimeOf(server, 'Node.js'), files });
  // more would mostly measure their starts
  await server.api.call('updateFunctionMaxInstanceConfig', {
    params: target(server, urn),
    body: { max_instance_num: 2 },
  });
  return { urn, done: () => noted(ran).flat() };
}

it(
  '10,000 records of a stream that are put in bursts each reach the function, in the order of their shard',
  TEST,
  async () => {
    const shards = 4;
    const { urn, done } = await reader(
      'records',
      '...event.Message.records.map((one) => event.ShardID + ":" + one.sequence_number)',
    );
    const stream_name = 'bursts';
    const params = project();
    await server.api.call('createStream', { params, body: { stream_name, partition_count: shards } });
    await server.api.call('createFunctionTrigger', {
      params: { ...params, function_urn: urn },
      body: {
        trigger_type_code: 'DIS',
        event_data: { stream_name, batch_size: 100, polling_interval: 100, polling_unit: 'ms' },
      },
    });
    const stored: string[] = [];
    for (let burst = 0; burst < 5; burst += 1) {
      const puts = Array.from({ length: 4 }, async (_, put) => {
        const records = Array.from({ length: 500 }, (_, n) => ({
          data: 'eA==',
          partition_key: `key-${burst}-${put}-${n}`,
        }));
        const { data } = await server.api.call('sendRecords', { params, body: { stream_name, records } });
        return data.records.map((one) => `${one.partition_id}:${one.sequence_number}`);
      });
      for (const records of await Promise.all(puts)) stored.push(...records);
    }
    expect(new Set(stored).size).toBe(10_000);
    await expect.poll(() => new Set(done()).size, LONG).toBeGreaterThanOrEqual(stored.length);
    expect([...new Set(done())].toSorted()).toEqual(stored.toSorted());
    for (const shard of new Set(stored.map((record) => record.split(':')[0] ?? ''))) {
      const numbers = [...new Set(done())]
        .filter((one) => one.startsWith(`${shard}:`))
        .map((one) => Number(one.split(':')[1]));
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
  },
);

it('5,000 deliveries of a topic to ten functions are each made, and no other', TEST, async () => {
  const [subscribers, bursts, messages] = [10, 5, 100];
  const params = project();
  const { data } = await server.api.call('createTopic', { params, body: { name: 'bursts' } });
  const topic = { ...params, topic_urn: data.topic_urn };
  const readers = await Promise.all(
    Array.from({ length: subscribers }, (_, n) =>
      reader(`subscriber-${n}`, '...event.record.map((one) => one.smn.message_id)'),
    ),
  );
  for (const { urn } of readers)
    await server.api.call('addSubscription', { params: topic, body: { protocol: 'functiongraph', endpoint: urn } });
  const sent: string[] = [];
  for (let burst = 0; burst < bursts; burst += 1) {
    const published = Array.from({ length: messages }, () =>
      server.api.call('publishMessage', { params: topic, body: { subject: 'burst', message: 'x' } }),
    );
    for (const answer of await Promise.all(published)) sent.push(answer.data.message_id);
  }
  const left = () => readers.reduce((sum, { done }) => sum + sent.length - new Set(done()).size, 0);
  await expect.poll(left, LONG).toBe(0);
  for (const { done } of readers) expect([...new Set(done())].toSorted()).toEqual(sent.toSorted());
});
