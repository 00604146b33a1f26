import { RUN_LIMITS } from '@funcgraph/flow';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlatformError } from '../../lib/platform-error.ts';
import { CheckpointStore, type SourceTrigger } from '../../triggers/index.ts';
import type { FlowRuns } from '../types.ts';
import { FlowTargets } from './flow-targets.ts';
import { kafka, stream, TestFlowTriggers, timer } from './testing.ts';

const log = pino({ level: 'silent' });
const KINDS = new Set(['DIS', 'KAFKA']);
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

describe('a batch of a broker', () => {
  const messages = (text: string) => Buffer.from(JSON.stringify({ text, at: Math.random() }));
  const deliver = (trigger: SourceTrigger, more: object = {}) =>
    trigger.run({ id: 'one', event: messages('m'), place: 'topic orders, offset 7', ...signals, ...more }, []);
  let trigger: SourceTrigger;
  beforeEach(async () => {
    await flows.create([kafka({ kafka_password: 'secret' })]);
    trigger = only();
  });

  it('that is delivered again starts no second run, though its event has another time', async () => {
    expect([await deliver(trigger), await deliver(trigger)]).toEqual([true, true]);
    expect(await started()).toHaveLength(1);
  });

  it('whose messages have no id of their own starts a run each time', async () => {
    await deliver(trigger, { sharesId: true });
    await deliver(trigger, { sharesId: true });
    expect(await started()).toHaveLength(2);
  });

  it('that is too large is a failed run, which says where the message is', async () => {
    const event = messages('x'.repeat(RUN_LIMITS.valueBytes));
    expect([await deliver(trigger, { event }), await deliver(trigger, { event })]).toEqual([true, true]);
    await expect.poll(() => flows.ended).toEqual(['fail']);
    const [flow] = await flows.flows.list('p1');
    const [run] = await started();
    if (flow === undefined || run === undefined) throw new Error('there is no run');
    const { error, input, nodes } = await flows.runs.show(flow, run.id, { full: true });
    expect(error).toEqual({
      code: 'event_too_large',
      message: `the input of a flow may have ${RUN_LIMITS.valueBytes} bytes, this event has ${event.length}: topic orders, offset 7`,
    });
    expect(input).toMatchObject({ place: 'topic orders, offset 7', event_bytes: event.length });
    expect(nodes).toEqual([]);
    // its input stays too large
    await flows.runs.retry(flow, run.id, 'ann');
    await expect.poll(() => flows.ended).toEqual(['fail', 'fail']);
  });
});
