import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PlatformError } from '../../lib/platform-error.ts';
import { bucketSource, type Fact } from '../../services/index.ts';
import { FlowListeners } from './flow-listeners.ts';
import { bucket, TestFlowTriggers, timer } from './testing.ts';

const log = pino({ level: 'silent' });
const SOURCE = bucketSource('p1', 'photos');

let flows: TestFlowTriggers;
beforeEach(async () => {
  flows = await TestFlowTriggers.open();
});
afterEach(() => flows.close());

const listeners = (start = flows.runs.start.bind(flows.runs)) =>
  new FlowListeners({ triggers: flows.triggers, flows: flows.flows, runs: { start }, log });
const fact = (more: Partial<Fact> = {}): Fact => {
  const body = { id: 'fact-1', event: 'ObjectCreated:Put', at: 0, bucket: 'photos', key: 'in/a', size: 1, etag: 'e' };
  return { id: 'fact-1', projectId: 'p1', source: SOURCE, at: 0, depth: 0, body, ...more };
};
async function deliver(of: Fact, to = listeners()): Promise<number> {
  const all = [...to.deliveries(of)];
  for (const each of all) await ('store' in each ? each.store([]) : expect.fail('a message'));
  return all.length;
}
const runs = async () =>
  flows.control.storage.db.selectFrom('flow_run').select(['id', 'started_by', 'identity']).execute();

it('a changed object starts one run, however often its fact is delivered, and another object another', async () => {
  await flows.create([bucket({ prefix: 'in/' }), timer('0 0 0 * * ?')]);
  expect(await deliver(fact())).toBe(1);
  expect(await deliver(fact())).toBe(1);
  expect(await runs()).toMatchObject([{ started_by: 'objects' }]);
  await deliver(fact({ id: 'fact-2' }));
  expect(await runs()).toHaveLength(2);
  expect(await deliver(fact({ body: { ...fact().body, key: 'out/a' } }))).toBe(0);
});

it('triggers are followed when their flow is saved again and deleted', async () => {
  const to = listeners();
  const flow = await flows.create([bucket()]);
  const [row] = await flows.control.storage.db.selectFrom('flow_trigger').select('source').execute();
  expect([row?.source, to.isListening(SOURCE)]).toEqual([SOURCE, true]);
  await flows.update(flow, [bucket({}, { enabled: false })]);
  expect(to.isListening(SOURCE)).toBe(false);
  const again = await flows.update(flow, [bucket()]);
  await flows.flows.delete(again);
  expect([to.isListening(SOURCE), await deliver(fact())]).toEqual([false, 0]);
});

it('functions of a run continue the chain that started it, up to its longest', async () => {
  await flows.create([bucket()]);
  await deliver(fact({ depth: 3 }));
  expect((await runs()).map(({ identity }) => JSON.parse(identity))).toMatchObject([{ chainDepth: 3 }]);
  expect(await deliver(fact({ id: 'fact-2', depth: 16 }))).toBe(0);
});

it('a flow that takes no event gets none, and a database that is unavailable loses none', async () => {
  await flows.create([bucket()]);
  const failing = (code: 'flow_run_quota' | 'unavailable') =>
    listeners(() => Promise.reject(new PlatformError(code, 'no')));
  expect(await deliver(fact(), failing('flow_run_quota'))).toBe(1);
  await expect(deliver(fact(), failing('unavailable'))).rejects.toThrow('no');
});
