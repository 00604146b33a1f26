import { afterAll, beforeAll, expect, it } from 'vitest';
import { deploy, PATIENCE, runtimeOf } from '../functions.ts';
import { TestServer } from '../server.ts';
import { ACCOUNTING, AccountFolder, noted, noting } from './account-folder.ts';
import { flowOfInputs, inputsOf } from './run-inputs.ts';

const ROUNDS = 3;
const RECORDS_A_ROUND = 60;

interface DisEvent {
  readonly ShardID: string;
  readonly Message: { readonly records: readonly { readonly sequence_number: string }[] };
}

const recordsOf = ({ ShardID, Message }: DisEvent): string[] =>
  Message.records.map((one) => `${ShardID}:${one.sequence_number}`);

let server: TestServer;
let account: AccountFolder;

beforeAll(async () => {
  account = new AccountFolder();
  // without isolation a function can keep the account outside of everything that is killed
  server = await TestServer.start({ args: ACCOUNTING });
});
afterAll(async () => {
  await server?.stop();
  account.remove();
});

it('each stored record reaches its function in the order of its shard, and one run of its flow, whenever the server is killed', async () => {
  const ran = `${account.path}/records`;
  const words = '...event.Message.records.map((one) => event.ShardID + ":" + one.sequence_number)';
  const files = { 'index.js': `exports.handler = async (event, context) => { ${noting(ran, words)} };` };
  const urn = await deploy(server, { name: 'reader', runtime: await runtimeOf(server, 'Node.js'), files });
  const params = { project_id: server.credentials.project_id };
  const stream_name = 'clicks';
  await server.api.call('createStream', { params, body: { stream_name, partition_count: 2 } });
  const event_data = { stream_name, batch_size: 5, polling_interval: 100, polling_unit: 'ms' };
  await server.api.call('createFunctionTrigger', {
    params: { ...params, function_urn: urn },
    body: { trigger_type_code: 'DIS', event_data },
  });
  const flow = await flowOfInputs(server, 'DIS', event_data);
  const stored: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const killAt = 1 + Math.floor(Math.random() * RECORDS_A_ROUND);
    for (let n = 0; n < killAt; n += 1) {
      const body = { stream_name, records: [{ data: 'eA==', partition_key: `key-${n}` }] };
      const { data } = await server.api.call('sendRecords', { params, body });
      stored.push(...data.records.map((one) => `${one.partition_id}:${one.sequence_number}`));
    }
    await server.kill('SIGKILL');
    await server.restart();
  }
  const batches = () => noted(ran);
  const missing = () => {
    const all = new Set(batches().flat());
    return stored.filter((record) => !all.has(record));
  };
  await expect.poll(missing, { timeout: 120_000, interval: 200 }).toEqual([]);
  expect(
    batches()
      .flat()
      .filter((record) => !stored.includes(record)),
  ).toEqual([]);
  for (const shard of ['shardId-0000000000', 'shardId-0000000001']) {
    const firsts = [...new Set(batches().flat())].filter((record) => record.startsWith(shard));
    const numbers = firsts.map((record) => Number(record.split(':')[1]));
    expect(numbers).toEqual(numbers.map((_, at) => at));
  }
  const started = async () => ((await inputsOf(server, flow)) as DisEvent[]).flatMap(recordsOf).toSorted();
  await expect.poll(started, { timeout: 120_000, interval: 500 }).toEqual(stored.toSorted());
  // a batch whose end is stored does not run again
  const runs = batches().length;
  await server.kill('SIGKILL');
  await server.restart();
  await server.api.call('sendRecords', {
    params,
    body: { stream_name, records: [{ data: 'eA==', partition_key: 'last' }] },
  });
  await expect.poll(() => batches().length, PATIENCE).toBeGreaterThan(runs);
  expect(batches().length).toBeLessThanOrEqual(runs + 3);
});
