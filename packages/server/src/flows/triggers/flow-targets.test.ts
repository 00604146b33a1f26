import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PlatformError } from '../../lib/platform-error.ts';
import { CheckpointStore, type SourceTrigger } from '../../triggers/index.ts';
import type { FlowRuns } from '../types.ts';
import { FlowTargets } from './flow-targets.ts';
import { stream, TestFlowTriggers, timer } from './testing.ts';

const log = pino({ level: 'silent' });
const KINDS = new Set(['DIS']);
const signals = { ending: new AbortController().signal, cut: new AbortController().signal };

let flows: TestFlowTriggers;
let checkpoints: CheckpointStore;
beforeEach(async () => {
  flows = await TestFlowTriggers.open();
  checkpoints = new CheckpointStore(flows.control.storage.db);
});
afterEach(() => flows.close());

const targets = (runs: Pick<FlowRuns, 'start'> = flows.runs) =>
  new FlowTargets({ triggers: flows.triggers, flows: flows.flows, runs, log });

function only(of = targets()): SourceTrigger {
  const [trigger, ...others] = of.triggers(KINDS);
  if (trigger === undefined || others.length > 0) throw new Error('there is not exactly one trigger');
  return trigger;
}

const run = (trigger: SourceTrigger, id: string, from: string | undefined, to: string) =>
  trigger.run({ id, event: Buffer.from(JSON.stringify({ id })), ...signals }, [
    checkpoints.advance(trigger.id, 's0', from, to),
  ]);

const started = () => flows.control.storage.db.selectFrom('flow_run').select('id').execute();
const position = async (trigger: SourceTrigger) => (await checkpoints.positions(trigger.id)).get('s0');

it('starts a run in the step that moves the position', async () => {
  await flows.create([stream(), timer('0 0 0 * * ?')]);
  const trigger = only();
  expect(trigger).toMatchObject({ qualifier: 'latest', labels: { project: 'p1', flow: 'order', trigger: trigger.id } });
  expect(await run(trigger, 'one', undefined, '1')).toBe(true);
  // the answer of the database was lost: the batch is read again
  expect(await run(trigger, 'one', undefined, '1')).toBe(true);
  expect(await started()).toHaveLength(1);
  expect(await position(trigger)).toBe('1');
});

it('starts no run when another server has moved the position', async () => {
  await flows.create([stream()]);
  const trigger = only();
  await run(trigger, 'one', undefined, '2');
  expect(await run(trigger, 'two', '1', '3')).toBe(false);
  expect(await started()).toHaveLength(1);
  expect(await position(trigger)).toBe('2');
});

it('moves no position while a quota refuses the run', async () => {
  await flows.create([stream()]);
  const full = new PlatformError('flow_run_quota', 'the project has as many runs as it may');
  const trigger = only(targets({ start: () => Promise.reject(full) }));
  await expect(run(trigger, 'one', undefined, '1')).rejects.toBe(full);
  expect(await position(trigger)).toBe(undefined);
});

it('ends with its flow, or when the trigger is disabled', async () => {
  const flow = await flows.create([stream()]);
  const trigger = only();
  let changes = 0;
  const end = targets().onChange(() => {
    changes += 1;
  });
  await flows.update(flow, [stream({}, { enabled: false })]);
  expect([...targets().triggers(KINDS)]).toEqual([]);
  await flows.flows.delete(flow);
  end();
  expect(changes).toBe(1);
  await expect(run(trigger, 'one', undefined, '1')).rejects.toMatchObject({ code: 'flow_not_found' });
  expect(await started()).toEqual([]);
});

it('begins anew when the trigger comes back, and goes on when it is only changed', async () => {
  const flow = await flows.create([stream()]);
  const first = only();
  await run(first, 'one', undefined, '1');
  await flows.update(flow, [stream({ batch_size: 7 })]);
  const { id, createdAt } = only();
  expect([id, createdAt, await position(first)]).toEqual([first.id, first.createdAt, '1']);
  await flows.update(flow, []);
  flows.control.clock.advance(1000);
  await flows.update(flow, [stream()]);
  expect(await position(first)).toBe(undefined);
  expect(await run(only(), 'one', undefined, '1')).toBe(true);
  expect(await started()).toHaveLength(2);
});

it('positions of triggers of flows are not swept away', async () => {
  await flows.create([stream()]);
  await run(only(), 'one', undefined, '1');
  await checkpoints.sweep();
  expect(await position(only())).toBe('1');
});
