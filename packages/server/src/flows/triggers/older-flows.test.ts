import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeTriggersOfOlderFlows } from './older-flows.ts';
import { api, TestFlowTriggers, timer } from './testing.ts';

let flows: TestFlowTriggers;
let warnings: unknown[];
beforeEach(async () => {
  flows = await TestFlowTriggers.open();
  warnings = [];
});
afterEach(() => flows.close());

/** The rows as a server wrote them that knew no triggers. */
async function forget(...names: string[]): Promise<void> {
  const { db } = flows.control.storage;
  const ids = db.selectFrom('flow').select('id').where('name', 'in', names);
  await db.deleteFrom('flow_trigger').where('flow_id', 'in', ids).execute();
  await db.updateTable('flow').set({ triggers_made: 0 }).where('name', 'in', names).execute();
  await flows.triggers.caughtUp();
}

const make = () =>
  makeTriggersOfOlderFlows({
    store: flows.store,
    now: flows.control.clock.now(),
    log: { warn: (details: unknown) => warnings.push(details) },
  });
const rows = () =>
  flows.control.storage.db
    .selectFrom('flow_trigger')
    .select(['id', 'kind', 'name', 'settings', 'route_key'])
    .orderBy('id')
    .execute();

it('get the triggers that saving them again would give, once', async () => {
  for (let n = 0; n < 3; n += 1) {
    const disabled = timer('@every 1s', { n }, { trigger_name: 'disabled', enabled: false });
    await flows.create([timer('0 0 8 * * ?', { n }), api(`/orders/${n}`), disabled], { name: `flow${n}` });
  }
  const saved = await rows();
  expect(saved).toHaveLength(6);
  await forget('flow0', 'flow2');
  expect(await rows()).toHaveLength(2);
  await make();
  expect(await rows()).toEqual(saved);
  await make();
  expect(await rows()).toEqual(saved);
  expect(warnings).toEqual([]);
});

it('count their ticks from then on', async () => {
  await flows.create([timer('@every 2s')]);
  await forget('order');
  flows.control.clock.advance(7_000);
  await make();
  await flows.triggers.caughtUp();
  expect([...flows.triggers.all()].map(({ since, fired }) => ({ since, fired }))).toEqual([
    { since: flows.control.clock.now(), fired: undefined },
  ]);
});

it('keep their timers when another flow has taken a path meanwhile, and are named in the log', async () => {
  await flows.create([timer('0 0 8 * * ?'), api('/orders')]);
  await forget('order');
  await flows.create([api('/orders')], { name: 'second' });
  await make();
  expect((await rows()).map(({ kind }) => kind).toSorted()).toEqual(['APIG', 'FLOWTIMER']);
  expect(warnings).toMatchObject([{ flow: 'order', skipped: ['another trigger serves a path of the flow'] }]);
});

it('are passed over one by one when a definition has what saving would refuse', async () => {
  const flow = await flows.create([timer('0 0 8 * * ?'), api('/orders')]);
  const { db } = flows.control.storage;
  const { body } = await db.selectFrom('flow_definition').select('body').executeTakeFirstOrThrow();
  const damaged = body.replace('0 0 8 * * ?', 'every day');
  await db.updateTable('flow_definition').set({ body: damaged }).where('digest', '=', flow.definition).execute();
  await forget('order');
  await make();
  expect((await rows()).map(({ kind }) => kind)).toEqual(['APIG']);
  expect(warnings).toHaveLength(1);
});
