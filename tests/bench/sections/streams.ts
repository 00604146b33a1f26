import { absolute, atLeast, type Row } from '../report.ts';
import type { Bench } from '../section.ts';
import type { Target } from '../target.ts';

const RECORDS = 40_000;
const A_PUT = 500;
const PUTS_AT_ONCE = 8;
const A_BATCH = 100;
const SHARDS = 4;

/** Records put by the API, then run by a trigger; `floor` are the calls a second of a bare server. */
export async function streamed(bench: Bench, target: Target, urn: string, floor: number): Promise<Row[]> {
  const { client, credentials } = target;
  const params = { project_id: credentials.project_id };
  const stream_name = 'records';
  await client.call('createStream', { params, body: { stream_name, partition_count: SHARDS } });
  bench.progress('records put');
  const data = Buffer.alloc(100, 'x').toString('base64');
  const records = Array.from({ length: A_PUT }, (_, n) => ({ data, partition_key: `key-${n}` }));
  const putAt = performance.now();
  let left = RECORDS / A_PUT;
  const putting = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const answer = await client.call('sendRecords', { params, body: { stream_name, records } });
      if (answer.data.failed_record_count > 0) throw new Error('records were not stored');
    }
  };
  await Promise.all(Array.from({ length: PUTS_AT_ONCE }, putting));
  const put = (RECORDS / (performance.now() - putAt)) * 1000;
  bench.progress('records run by a trigger');
  const runAt = performance.now();
  const { data: made } = await client.call('createFunctionTrigger', {
    params: { ...params, function_urn: urn },
    body: { trigger_type_code: 'DIS', event_data: { stream_name, batch_size: A_BATCH } },
  });
  const trigger = { ...params, function_urn: urn, trigger_type_code: 'DIS', trigger_id: made.trigger_id };
  const lag = async () => (await client.call('showFunctionTrigger', { params: trigger })).data.connection?.lag;
  while ((await lag()) !== 0) await new Promise((resolve) => setTimeout(resolve, 50));
  const ran = (RECORDS / (performance.now() - runAt)) * 1000;
  return [
    absolute(`records put, ${A_PUT} a call`, put, 'records/s', {}),
    atLeast(`records run by a trigger, ${A_BATCH} a batch`, ran, 'records/s', floor, 0.4),
  ];
}
