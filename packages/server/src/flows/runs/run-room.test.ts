import type { FlowNode, JsonObject } from '@funcgraph/flow';
import { expect, it } from 'vitest';
import type { ManualClock } from '../../lib/manual-clock.ts';
import type { Storage } from '../../storage/index.ts';
import { forEachTest, settled } from './open-test-flows.fixture.ts';
import { RunService } from './run-service.ts';
import { call, definitionOf, TestFlows } from './testing.ts';

const MB = 1024 * 1024;

let storage: Storage;
let clock: ManualClock;
let flows: TestFlows;

forEachTest(
  (opened) => {
    ({ storage, clock, flows } = opened);
  },
  { room: { runs: 200, bytes: MB } },
);

const LOOP: FlowNode[] = [
  {
    id: 'loop',
    name: 'loop',
    kind: 'loop',
    array_path: '$.list',
    item_name: 'item',
    result_path: '$.results',
    concurrency: 8,
    interval_seconds: 0,
  },
  call('each', 'filler', { parent: 'loop' }),
];
const ELEMENTS = 40;
const input = (n: number): JsonObject => ({ list: Array.from({ length: ELEMENTS }, (_, at) => `${n} ${at}`) });

it('parks runs that hold too much, and ends all of them with each call made once', { timeout: 60_000 }, async () => {
  // ten runs hold four times what is allowed
  flows.functions.set('filler', async (event) => {
    await new Promise(setImmediate);
    return { text: JSON.stringify(event).slice(0, 40).padEnd(10_000, 'x') };
  });
  const flow = flows.save(definitionOf('f', LOOP));
  const ids = await Promise.all(Array.from({ length: 10 }, (_, n) => flows.start(flow, input(n))));
  let fewest = ids.length;
  const watch = setInterval(() => {
    fewest = Math.min(fewest, flows.engine.active.size);
  }, 5);
  const ends = await Promise.all(ids.map((id) => flows.ended(id)));
  clearInterval(watch);
  expect(ends.filter(({ status }) => status !== 'success')).toEqual([]);
  expect(fewest).toBeLessThan(4);
  expect(flows.calls).toHaveLength(ids.length * ELEMENTS);
  expect(new Set(flows.calls.map(({ requestId }) => requestId)).size).toBe(flows.calls.length);
});

it('fails the calls of express runs that hold too much, and runs others again after that', async () => {
  flows.functions.set('small', () => ({}));
  flows.functions.set('large', (event) => ({ event, text: 'x'.repeat(MB / 4) }));
  const express = (name: string, nodes: FlowNode[]) => flows.save(definitionOf(name, nodes, { mode: 'EXPRESS' }));
  const run = (flow: ReturnType<typeof express>) =>
    new RunService(flows.engine).runSync(
      { flow, input: {}, headers: {}, startedBy: 'ann' },
      new AbortController().signal,
    );
  const large = Array.from({ length: 8 }, (_, n) => call(`n${n}`, 'large'));
  expect(await run(express('large', large))).toMatchObject({ status: 'fail', error: { code: 'flow_memory' } });
  expect(await run(express('small', [call('a', 'small')]))).toMatchObject({ status: 'success' });
});

it('fails the node whose large result exceeds the stored bytes of the project', async () => {
  const own = new TestFlows(storage, clock, { quota: { runs: 100, bytes: 100_000 } });
  await own.engine.start();
  own.functions.set('large', (event) => ({ event, text: 'x'.repeat(60_000) }));
  own.functions.set('small', () => ({}));
  const nodes = ['a', 'b', 'c', 'd'].map((id) => call(id, 'large'));
  const { status, events } = await own.run(definitionOf('f', nodes));
  expect(status).toBe('fail');
  expect(events.at(-1)).toMatchObject({ error: { error_code: 'flow_storage_quota' } });
  await expect(own.run(definitionOf('g', [call('a', 'small')]))).rejects.toMatchObject({ code: 'flow_storage_quota' });
  await own.engine.stop(AbortSignal.abort());
});

it('follows the runs of a project by a bounded number of readers', async () => {
  flows.functions.set('never', () => new Promise(() => {}));
  const flow = flows.save(definitionOf('f', [call('a', 'never')]));
  const id = await flows.start(flow);
  await settled();
  const service = new RunService(flows.engine);
  const gone = new AbortController();
  const follow = () => service.follow(flow, id, -1, gone.signal);
  await expect(async () => {
    for (;;) await follow();
  }).rejects.toMatchObject({ code: 'overloaded' });
  gone.abort();
  const reader = await service.follow(flow, id, -1, new AbortController().signal);
  for await (const { event } of reader) {
    expect(event.type).toBe('run_started');
    break;
  }
});
