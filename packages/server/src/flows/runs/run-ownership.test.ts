import { expect, it } from 'vitest';
import type { ManualClock } from '../../lib/manual-clock.ts';
import type { Storage } from '../../storage/index.ts';
import { CallbackSecrets } from './callback-secrets.ts';
import { forEachTest, settled } from './open-test-flows.fixture.ts';
import { RunService } from './run-service.ts';
import { call, definitionOf, type TestFlows } from './testing.ts';

let storage: Storage;
let clock: ManualClock;
let flows: TestFlows;

forEachTest((opened) => {
  ({ storage, clock, flows } = opened);
});

const WAIT = definitionOf('w', [{ id: 'w', name: 'w', kind: 'wait', callback: {} }, call('a')]);

it('takes a message whose notification went to an earlier owner', async () => {
  const id = await flows.start(flows.save(WAIT));
  await settled();
  const { store } = flows.engine;
  await store.inbox.send({ run: id, key: 'stop', message: '{"type":"stop"}', at: clock.now(), announce: false });
  clock.advance(2_000);
  expect((await flows.ended(id)).status).toBe('cancel');
});

it('goes on with all other runs when the log of one is damaged, and reads that one seldom', async () => {
  flows.functions.set('a', () => ({}));
  const flow = flows.save(definitionOf('f', [{ id: 'w', name: 'w', kind: 'wait', seconds: 600 }, call('a')]));
  const ids = await Promise.all(Array.from({ length: 20 }, () => flows.start(flow)));
  await settled();
  clock.advance(80_000);
  await settled();
  expect(flows.engine.active.size).toBe(0);
  const [damaged = '', ...others] = ids;
  await storage.db.updateTable('flow_run_event').set({ events: '[{"type":' }).where('run', '=', damaged).execute();
  const { store } = flows.engine;
  let reads = 0;
  const load = store.load.bind(store);
  store.load = (run, owner) => {
    if (run === damaged) reads += 1;
    return load(run, owner);
  };
  clock.advance(520_000);
  const ends = await Promise.all(others.map((id) => flows.ended(id)));
  expect(ends.filter(({ status }) => status !== 'success')).toEqual([]);
  for (let n = 0; n < 20; n += 1) {
    flows.engine.active.look();
    await settled();
  }
  expect(reads).toBe(1);
  clock.advance(60_000);
  await settled();
  expect(reads).toBe(2);
});

it('tries again to take over the runs of a server that left, when the database did not answer', async () => {
  flows.functions.set('a', () => ({}));
  const id = await flows.start(flows.save(WAIT));
  await settled();
  const left = flows.engine;
  await left.stop(AbortSignal.abort());
  flows.engine = flows.newEngine();
  const { store } = flows.engine;
  await store.inbox.send({ run: id, key: 'stop', message: '{"type":"stop"}', at: clock.now(), announce: false });
  const claim = store.claim.bind(store);
  let tries = 0;
  store.claim = (owner) => {
    tries += 1;
    return tries < 3 ? Promise.reject(new Error('no answer')) : claim(owner);
  };
  for (let n = 0; n < 3; n += 1) {
    flows.engine.takeOver();
    await settled();
    clock.advance(1_000);
    await settled();
  }
  expect((await flows.ended(id)).status).toBe('cancel');
});

it('finds a run that was stored for a membership that had ended', async () => {
  flows.functions.set('a', () => ({}));
  const id = await flows.start(flows.save(WAIT));
  await settled();
  await storage.db.updateTable('flow_run').set({ owner: 'removed', epoch: 7 }).where('run', '=', id).execute();
  clock.advance(60_000);
  await settled();
  expect(await flows.engine.store.row(id)).toMatchObject({ owner: 'server-1', epoch: 8 });
  await flows.engine.control.stopRun(id);
  expect((await flows.ended(id)).status).toBe('cancel');
});

it('answers a callback that comes with the end of the run by what the log says', async () => {
  const flow = flows.save(WAIT);
  const id = await flows.start(flow);
  await settled();
  const { store } = flows.engine;
  const secret = new CallbackSecrets('key').idOf(id, 'w');
  // the run ends after the message was stored and before anyone took it
  store.inbox.open = () => Promise.resolve([]);
  const answer = new RunService(flows.engine).callback(flow, id, { id: secret, result: { output: {} } });
  const refused = expect(answer).rejects.toMatchObject({ code: 'flow_callback_gone' });
  await settled();
  await storage.db.updateTable('flow_run').set({ ended_at: clock.now(), status: 'cancel', owner: null }).execute();
  clock.advance(20);
  await refused;
});
