import { loadavg, setPriority } from 'node:os';
import { type Machine, Machines, whyNoMachines } from '../../machines/machines.ts';
import { applyLoad } from '../apply-load.ts';
import { deployHello, invoke, publish, signedRequest, TAILED } from '../functions.ts';
import { absolute, atLeast, type Row } from '../report.ts';
import { type Bench, plainRequest, type Section } from '../section.ts';
import type { Target } from '../target.ts';
import { WARMUP_MS } from '../warm-calls.ts';

const SERVERS = 4;
/** Of each server with its agent and functions, so that all four fit beside the database and the load. */
const PROCESSORS = 0.2;
/** With each server: four have the clients of four. */
const CONNECTIONS = 16;
/** Of a function, for each server. */
const INSTANCES = 16;
/** For each server. */
const RUNS = 50;
const FUNCTIONS = 10;
const BUDGET = 3.4;
/** In the receipt of a call that another server ran. */
const FORWARDED = '"nodes":[';
/** The load is not what is measured. */
const PRIORITY = -10;

interface Place {
  readonly address: string;
  readonly request: Uint8Array;
}

interface Rates {
  readonly url: number;
  readonly signed: number;
  /** Part of the signed calls that another server than the one with the request ran. */
  readonly forwarded: number;
  /** Of a signed call, on all servers together. */
  readonly microseconds: number;
  readonly events: number;
  readonly steps: number;
}

/** What four servers do in the time of one with the same quota of processor time each, each with its own clients. */
export const cluster: Section = async (bench) => {
  const whyNot = whyNoMachines();
  if (whyNot !== undefined) {
    bench.progress(`cluster: left out: ${whyNot}`);
    return [];
  }
  setPriority(PRIORITY);
  const one = await ratesOf(bench, 1);
  const all = await ratesOf(bench, SERVERS);
  setPriority(0);
  const ratio = (name: string, of: (rates: Rates) => number, unit: string): Row =>
    atLeast(`${SERVERS} servers of ${PROCESSORS} processors: ${name}`, of(all), unit, of(one), BUDGET);
  return [
    ratio('function URL', ({ url }) => url, 'calls/s'),
    ratio('signed call, v1 + tail', ({ signed }) => signed, 'calls/s'),
    absolute('  of which another server ran', all.forwarded * 100, '%', {}),
    absolute('  processor time of a call, 1 server', one.microseconds, 'µs', {}),
    absolute(`  processor time of a call, ${SERVERS} servers`, all.microseconds, 'µs', {}),
    ratio('async, accepted and run', ({ events }) => events, 'calls/s'),
    ratio('steps of flows', ({ steps }) => steps, 'steps/s'),
  ];
};

async function ratesOf(bench: Bench, servers: number): Promise<Rates> {
  await using machines = await Machines.start({ servers, args: ['--account-concurrency', '1000'] });
  const { all } = machines;
  const targets = all.map(({ server }): Target => {
    const { api: client, credentials, pid, launcherPid: root } = server;
    return { client, credentials, pid, root, readyMs: Number.NaN, stop: () => server.stop() };
  });
  const [first] = targets as [Target];
  const behindUrl = await deployHello(first, 'url', 'behind-url');
  const urn = await deployHello(first, 'node', 'signed');
  if (behindUrl === undefined || urn === undefined) throw new Error('this machine has no Node.js');
  for (const function_urn of [behindUrl, urn]) {
    const params = { project_id: first.credentials.project_id, function_urn };
    const body = { max_instance_num: INSTANCES * servers };
    await first.client.call('updateFunctionMaxInstanceConfig', { params, body });
  }
  const path = await publish(first, behindUrl);
  for (const { client, credentials } of targets) {
    while ((await fetch(`${credentials.gateway}${path}`)).status !== 200) await soon();
    while (!(await isCalled(client, credentials.project_id, urn))) await soon();
  }
  const byUrl = targets.map(({ credentials }) => ({
    address: credentials.gateway,
    request: plainRequest('GET', path),
  }));
  const flow = await makeFlow(first, urn);
  const say = (what: string): void =>
    bench.progress(`cluster: ${servers} servers, ${what} (load of the machine ${loadavg()[0]?.toFixed(1)})`);

  // without a quota, until instances run: starting them is not what is measured
  say('warm');
  await loaded(bench, byUrl);
  await loaded(bench, await signedAt(targets, urn, 'invocations'));
  await rateOfSteps(targets, flow);

  machines.databaseQuota.comeFirst();
  for (const { quota } of all) {
    if (quota.whyNot !== undefined) throw new Error(quota.whyNot);
    quota.limitProcessors(PROCESSORS);
    quota.comeFirst();
  }
  say('function URL');
  const url = await loaded(bench, byUrl);
  say('signed calls');
  const before = usedBy(all);
  const signed = await loaded(bench, await signedAt(targets, urn, 'invocations'));
  const microseconds = ((usedBy(all) - before) * 1e6) / signed.answers;
  say('async');
  const events = await rateOfEvents(bench, targets, urn);
  say('flows');
  const steps = await rateOfSteps(targets, flow);
  const { perSecond, forwarded } = signed;
  return { url: url.perSecond, signed: perSecond, forwarded, events, steps, microseconds };
}

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
const sumOf = <T>(list: readonly T[], of: (one: T) => number): number => list.reduce((sum, one) => sum + of(one), 0);
const usedBy = (machines: readonly Machine[]): number => sumOf(machines, ({ quota }) => quota.usedSeconds);

const isCalled = (client: Target['client'], projectId: string, urn: string): Promise<boolean> =>
  invoke(client, projectId, urn).then(
    () => true,
    () => false,
  );

const signedAt = (targets: readonly Target[], urn: string, operation: 'invocations' | 'invocations-async') =>
  Promise.all(
    targets.map(async (target): Promise<Place> => {
      const request = await signedRequest(target, urn, operation, operation === 'invocations' ? TAILED : {});
      return { address: target.credentials.endpoint, request };
    }),
  );

/** Load at all places at once, in a process for each. */
async function loaded(bench: Bench, places: readonly Place[], expected = 'world') {
  const { measureMs } = bench;
  const load = { expected, counted: FORWARDED, connections: CONNECTIONS, warmupMs: WARMUP_MS, measureMs };
  const results = await Promise.all(
    places.map(({ address, request }) => {
      const { hostname: host, port } = new URL(address);
      return applyLoad({ host, port: Number(port), request, ...load });
    }),
  );
  return {
    perSecond: sumOf(results, (each) => each.perSecond),
    answers: sumOf(results, (each) => each.answers),
    forwarded: sumOf(results, (each) => each.counted) / sumOf(results, (each) => each.requests),
  };
}

/** Events of a function that says hello: those that were accepted for a while, until the last has run. */
async function rateOfEvents(bench: Bench, targets: readonly Target[], urn: string): Promise<number> {
  const left = async (): Promise<number> => {
    const gauges = await Promise.all(targets.map(({ client }) => client.call('showGauges')));
    return sumOf(gauges, ({ data }) => data.async.waiting + data.async.running);
  };
  const places = await signedAt(targets, urn, 'invocations-async');
  const begun = performance.now();
  const { answers } = await loaded(bench, places, '"request_id":"');
  while ((await left()) > 0) await soon();
  return (answers * 1000) / (performance.now() - begun);
}

interface Flow {
  readonly project_id: string;
  readonly workflow_id: string;
}

async function makeFlow({ client, credentials }: Target, urn: string): Promise<Flow> {
  const params = { project_id: credentials.project_id };
  const ids = Array.from({ length: FUNCTIONS }, (_, n) => `f${n}`);
  const graph = {
    name: 'ten',
    nodes: [
      { id: 'start', name: 'start', kind: 'start' },
      ...ids.map((id) => ({ id, name: id, kind: 'function', function: urn })),
    ],
    edges: ids.map((id, at) => ({ from: at === 0 ? 'start' : `f${at - 1}`, to: id })),
  };
  return { ...params, workflow_id: (await client.call('createWorkflow', { params, body: { graph } })).data.id };
}

/** Function nodes of runs, from the start of the first to the end of the last. */
async function rateOfSteps(targets: readonly Target[], params: Flow): Promise<number> {
  const [{ client }] = targets as [Target];
  const count = async (status: string): Promise<number> => {
    const query = { status, limit: '1', offset: '0' };
    return (await client.call('showWorkflowExecutionForPage', { params, query })).data.total;
  };
  const runs = RUNS * targets.length;
  const before = await count('success');
  const begun = performance.now();
  const starter = async (target: Target): Promise<void> => {
    for (let n = 0; n < RUNS; n += 1)
      await target.client.call('startWorkflowExecution', { params, body: { input: {} } });
  };
  await Promise.all(targets.map(starter));
  while ((await count('running')) > 0) await soon();
  const rate = (runs * FUNCTIONS * 1000) / (performance.now() - begun);
  const succeeded = (await count('success')) - before;
  if (succeeded !== runs) throw new Error(`${succeeded} of ${runs} runs succeeded`);
  return rate;
}
