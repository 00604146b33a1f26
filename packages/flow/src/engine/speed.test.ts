import { describe, expect, it } from 'vitest';
import type { FlowDefinition } from '../definition.ts';
import { advance } from './advance.ts';
import type { Command } from './commands.ts';
import type { Run } from './desk.ts';
import type { RunEvent } from './events.ts';
import { flowOf } from './flow-builder.fixture.ts';
import { begin, fold } from './fold.ts';
import { compile } from './plan.ts';
import type { Values } from './values.ts';

const values: Values = { read: () => undefined, write: (json) => ({ json, bytes: JSON.stringify(json).length }) };
const body = { n: 1, status: 200, text: 'x'.repeat(100) };

function start(definition: FlowDefinition, list: readonly number[] = []) {
  const run: Run = { plan: compile(definition), values, facts: { id: 'run', callback: {} } };
  const json = { ...body, list: [...list] };
  const first: RunEvent & { type: 'run_started' } = {
    ...{ v: 1, at: 0, type: 'run_started', run: 'run', definition: 'd', input: { json, bytes: 300 }, merge: false },
    ...{ deadline: 1e15, depth: 0, first: run.plan.first },
  };
  const state = begin(first);
  return { run, state, log: [first] as RunEvent[], step: advance(run, state, [], 0) };
}

/** Answers each call at once, with events as text; returns the log and the number of calls. */
function runToEnd(
  definition: FlowDefinition,
  list?: readonly number[],
): { log: RunEvent[]; calls: number; bytes: number } {
  const { run, state, log, step } = start(definition, list);
  let calls = 0;
  let bytes = 0;
  const open: Command[] = [...step.commands];
  log.push(...step.events);
  for (const command of open) {
    if (command.do !== 'call') continue;
    calls += 1;
    const result = { json: body, bytes: 150 };
    const next = advance(run, state, [{ type: 'call_finished', ...command.call, result }], calls);
    bytes += JSON.stringify(next.events).length;
    log.push(...next.events);
    open.push(...next.commands);
  }
  expect(state.status).toBe('success');
  return { log, calls, bytes };
}

function chainOf(length: number): FlowDefinition {
  const ids = Array.from({ length }, (_, index) => `n${index}`);
  const parameters = [{ key: 'n', value: '$.n' }];
  return flowOf(
    ids.map((id) => ({ id, parameters })),
    ['start -> n0', ...ids.slice(1).map((id, index) => `n${index} -> ${id}`)],
  );
}

const loopFlow = flowOf(
  [
    { id: 'l', kind: 'loop' },
    { id: 'f', parent: 'l', parameters: [{ key: 'i', value: '$.item' }] },
    { id: 'g', parent: 'l' },
  ],
  ['start -> l', 'f -> g'],
);

function seconds(work: () => void): number {
  const before = performance.now();
  work();
  return (performance.now() - before) / 1000;
}

/** Of the processor: other processes do not count. In steps of some ms. */
function processorSeconds(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000_000;
}

/** The fastest of 20 runs. More are made while it is over the limit: a busy machine makes a run slower, never faster. */
function best(limit: number, work: () => void): number {
  let fastest = Infinity;
  for (let run = 0; run < 20 || (run < 200 && fastest >= limit); run += 1) fastest = Math.min(fastest, seconds(work));
  return fastest;
}

describe('the speed of the engine', () => {
  it('decides and folds far more than 3,500 steps a second', () => {
    const flow = chainOf(99);
    const time = best(99 / 7000, () => runToEnd(flow));
    console.log(`${Math.round(99 / time)} steps/s in a chain, with the events as text`);
    expect(99 / time).toBeGreaterThan(7000);
  });

  it('starts a flow of 100 nodes in less than 2 ms', () => {
    const flow = chainOf(99);
    const [first, warm] = [seconds(() => start(flow)), best(0.002, () => start(flow))];
    const inMs = (time: number) => `${(time * 1000).toFixed(2)} ms`;
    console.log(`start of a 100-node graph ${inMs(warm)}, the first ${inMs(first)}, compiling included`);
    expect(warm).toBeLessThan(0.002);
  });

  it('needs time in proportion to the iterations of a loop', () => {
    const elements = (count: number) => Array.from({ length: count }, (_, index) => index);
    const ten = () => {
      for (let n = 0; n < 10; n += 1) runToEnd(loopFlow, elements(1000));
    };
    ten();
    let [short, long] = [Infinity, Infinity];
    for (let round = 0; round < 1 || (round < 10 && long / short >= 2.5); round += 1) {
      short = Math.min(short, processorSeconds(ten));
      long = Math.min(
        long,
        processorSeconds(() => runToEnd(loopFlow, elements(10_000))),
      );
    }
    const run = runToEnd(loopFlow, elements(5000));
    console.log(`${Math.round(20_000 / long)} steps/s in a loop of 10,000; 5,000 elements are ${run.calls} calls`);
    expect(long / short).toBeLessThan(2.5);
  });

  it('folds a long log quickly', () => {
    const { log } = runToEnd(
      loopFlow,
      Array.from({ length: 5000 }, (_, index) => index),
    );
    const [first, ...rest] = log;
    const time = best(log.length / 50_000, () => {
      if (first?.type !== 'run_started') return;
      const state = begin(first);
      for (const event of rest) fold(state, event);
      expect(state.status).toBe('success');
    });
    console.log(`${Math.round(log.length / time)} events/s folded, ${log.length} events`);
    expect(log.length / time).toBeGreaterThan(50_000);
  });
});
