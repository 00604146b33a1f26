import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FlowDefinition, FlowNode } from '@funcgraph/flow';
import { call, definitionOf, TestFlows } from '../../../packages/server/src/flows/runs/testing.ts';
import { systemClock } from '../../../packages/server/src/lib/clock.ts';
import { ManualClock } from '../../../packages/server/src/lib/manual-clock.ts';
import { openStorage } from '../../../packages/server/src/storage/index.ts';
import { applyLoad, type Load } from '../apply-load.ts';
import { type FlowPlace, FUNCTIONS, makeFlowOfTen, runsWith } from '../flow-of-ten.ts';
import { deployHello, signedRequest, signedStart } from '../functions.ts';
import { absolute, atLeast, type Row } from '../report.ts';
import { type Bench, median, type Section, withTarget } from '../section.ts';
import type { Target } from '../target.ts';
import { inTurns } from '../turns.ts';
import { WARMUP_MS } from '../warm-calls.ts';
import { memory, memoryOverRuns } from './flows-memory.ts';

const MB = 1024 * 1024;
const CONNECTIONS = 16;

/**
 * Flows: the engine alone, durable, with a stand-in for the invoker, in the process of the bench; then a flow of ten
 * functions in sandboxes beside the same calls made directly.
 */
export const flows: Section = async (bench) => [...(await engineAlone(bench)), ...(await inSandboxes(bench))];

async function engineAlone(bench: Bench): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'funcgraph-bench-flows-'));
  const storage = await openStorage({ file: join(folder, 'flows.sqlite') });
  const quota = { runs: 1_000_000, bytes: 10 ** 12 };
  const engine = new TestFlows(storage, systemClock, { slots: 10_000, quota });
  await engine.engine.start();
  engine.functions.set('f', () => ({ ok: 1 }));
  engine.functions.set('same', (input) => input);
  try {
    bench.progress('flows: waiting runs');
    await runAll(engine, definitionOf('warm', chainOf(FUNCTIONS, 'f')), 100);
    const waiting = await memoryOfWaiting(engine);
    bench.progress('flows: steps of the engine');
    const chain = definitionOf('chain', chainOf(FUNCTIONS, 'f'));
    const rates = [];
    for (let round = 0; round < 3; round += 1) {
      const { ms } = await runAll(engine, chain, 500);
      rates.push((500 * FUNCTIONS * 1000) / ms);
    }
    const thousand = await runAll(engine, chain, 1_000);
    bench.progress('flows: starts, a loop, large values');
    const waits = Array.from({ length: 99 }, (_, at): FlowNode => call(`n${at}`, 'f'));
    const start = await cpuOfStart(engine, definitionOf('hundred', [waitNode('w'), ...waits]));
    const loop = await runAll(engine, definitionOf('loop', loopOf('f')), 1, { list: numbers(5_000) });
    const twice = definitionOf('twice', [...loopOf('f'), call('again', 'f', { parent: 'loop' })], {
      links: LOOP_LINKS,
    });
    const long = await runAll(engine, twice, 1, { list: numbers(5_000) });
    const large = await runAll(engine, definitionOf('large', chainOf(20, 'same')), 1, {
      text: 'x'.repeat(6 * MB - 100),
    });
    bench.progress('flows: many runs');
    const many = await memoryOverRuns(engine, bench);
    return [
      absolute('flow steps, engine alone, durable', median(rates), 'steps/s', { least: 3_500 }),
      absolute('  1,000 runs at once', (1_000 * FUNCTIONS * 1000) / thousand.ms, 'steps/s', {}),
      absolute('  start of a flow of 100 nodes, CPU', start, 'ms', { most: 2 }),
      absolute('  loop over 5,000 elements, 50 at once', (5_000 * 1000) / loop.ms, 'steps/s', {}),
      absolute('  a run of 10,000 node executions', long.ms, 'ms', {}),
      absolute('  6 MB through 20 functions', large.ms, 'ms', {}),
      absolute('  10,000 waiting runs, memory in use', waiting.used, 'MB', { most: 100 }),
      absolute('    and size of the process', waiting.process, 'MB', {}),
      ...many,
      absolute('  10,000 runs that waited a day go on and end', await endsOfWaiting(), 's', {}),
    ];
  } finally {
    await engine.engine.stop(AbortSignal.abort());
    await storage.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const chainOf = (count: number, fn: string): FlowNode[] => numbers(count).map((n) => call(`n${n}`, fn));
const waitNode = (id: string): FlowNode => ({ id, name: id, kind: 'wait', seconds: 3_600 });

function loopOf(fn: string): FlowNode[] {
  const paths = { array_path: '$.list', item_name: 'item', result_path: '$.results' };
  return [
    { id: 'loop', name: 'loop', kind: 'loop', ...paths, concurrency: 50, interval_seconds: 0 },
    call('each', fn, { parent: 'loop' }),
  ];
}

const LOOP_LINKS = [
  { from: 'start', to: 'loop' },
  { from: 'each', to: 'again' },
];

/** Starts so many runs together and waits for their ends. */
async function runAll(flows: TestFlows, definition: FlowDefinition, runs: number, input = {}): Promise<{ ms: number }> {
  const flow = flows.save(definition);
  const begun = performance.now();
  const ends = await Promise.all(numbers(runs).map(async () => flows.ended(await flows.start(flow, input))));
  const ms = performance.now() - begun;
  const failed = ends.filter(({ status }) => status !== 'success');
  if (failed.length > 0) throw new Error(`${failed.length} of ${runs} runs ended as ${failed[0]?.status}`);
  flows.forget();
  return { ms };
}

/** Processor time of a start, with its part of the database's thread. */
async function cpuOfStart(flows: TestFlows, definition: FlowDefinition): Promise<number> {
  const flow = flows.save(definition);
  const starts = 200;
  for (let n = 0; n < starts; n += 1) await flows.start(flow);
  const before = process.cpuUsage();
  for (let n = 0; n < starts; n += 1) await flows.start(flow);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / starts;
}

/** Megabytes that 10,000 runs add which wait for an hour, with those that are still loaded. */
async function memoryOfWaiting(flows: TestFlows): Promise<ReturnType<typeof memory>> {
  const flow = flows.save(definitionOf('waiting', [waitNode('w'), call('n', 'f')]));
  const before = memory();
  for (let n = 0; n < 100; n += 1) await Promise.all(numbers(100).map(() => flows.start(flow)));
  const after = memory();
  return { used: Math.max(0, after.used - before.used) / MB, process: (after.process - before.process) / MB };
}

/** Seconds for the ends of 10,000 runs whose wait of a day is over, by a clock that is advanced. */
async function endsOfWaiting(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'funcgraph-bench-flows-'));
  const storage = await openStorage({ file: join(folder, 'flows.sqlite') });
  const clock = new ManualClock();
  const flows = new TestFlows(storage, clock, { slots: 10_000 });
  await flows.engine.start();
  try {
    flows.functions.set('f', () => ({ ok: 1 }));
    const day: FlowNode = { id: 'w', name: 'w', kind: 'wait', seconds: 86_400 };
    const flow = flows.save(definitionOf('day', [day, call('n', 'f')]));
    const ids: string[] = [];
    for (let n = 0; n < 100; n += 1) ids.push(...(await Promise.all(numbers(100).map(() => flows.start(flow)))));
    const ends = Promise.all(ids.map((id) => flows.ended(id)));
    // the last of them leave memory
    while (flows.engine.active.size > 0) {
      clock.advance(10_000);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const begun = performance.now();
    clock.advance(86_400_000);
    const failed = (await ends).filter(({ status }) => status !== 'success');
    if (failed.length > 0) throw new Error(`${failed.length} runs ended as ${failed[0]?.status}`);
    return (performance.now() - begun) / 1000;
  } finally {
    await flows.engine.stop(AbortSignal.abort());
    await storage.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function inSandboxes(bench: Bench): Promise<readonly Row[]> {
  return withTarget(bench, [], async (target) => {
    bench.progress('flows: ten functions in sandboxes');
    const urn = await deployHello(target, 'node', 'flowed');
    if (urn === undefined) return [];
    const { hostname: host, port } = new URL(target.credentials.endpoint);
    // as many instances for both
    await target.client.call('updateFunctionMaxInstanceConfig', {
      params: { project_id: target.credentials.project_id, function_urn: urn },
      body: { max_instance_num: CONNECTIONS },
    });
    const load = { host, port: Number(port), connections: CONNECTIONS };
    const request = await signedRequest(target, urn, 'invocations', {});
    const flow = await makeFlowOfTen(target, urn);
    const starts = { ...load, request: await signedStart(target, flow), expected: 'execution_id', warmupMs: 0 };
    const [direct, byFlows] = await inTurns(
      bench.measureMs,
      async (measureMs) => (await applyLoad({ ...load, request, warmupMs: WARMUP_MS, measureMs })).perSecond,
      (measureMs) => rateOfFlow(target, flow, { ...starts, measureMs }),
    );
    return [
      absolute('direct calls, signed, 16 conn', median(direct), 'calls/s', {}),
      atLeast('  the same calls by flows of 10 functions', median(byFlows), 'calls/s', median(direct), 0.6),
    ];
  });
}

/** Calls per second of standard runs, from the first start until the last run has ended. */
async function rateOfFlow(target: Target, flow: FlowPlace, starts: Load): Promise<number> {
  const before = await runsWith(target, flow, 'success');
  const begun = performance.now();
  const { answers: runs } = await applyLoad(starts);
  while ((await runsWith(target, flow, 'running')) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const perSecond = (runs * FUNCTIONS * 1000) / (performance.now() - begun);
  const succeeded = (await runsWith(target, flow, 'success')) - before;
  if (succeeded !== runs) throw new Error(`${succeeded} of ${runs} runs succeeded`);
  return perSecond;
}
