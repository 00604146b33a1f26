import { loadavg, setPriority } from 'node:os';
import { type Machine, Machines, whyNoMachines } from '../../machines/machines.ts';
import { applyLoad } from '../apply-load.ts';
import { type FlowPlace, FUNCTIONS, makeFlowOfTen, runsWith } from '../flow-of-ten.ts';
import { deployHello, invoke, publish, signedRequest, TAILED } from '../functions.ts';
import { absolute, atLeast, beside, type Row } from '../report.ts';
import { type Bench, median, percentile, plainRequest, type Section } from '../section.ts';
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
/**
 * Of four times what one server does, or of what four do that share nothing, whichever is less: on two processors with
 * everything else those reach less than four times one.
 */
const BUDGET = 0.85;
const CHANGES = 60;
const TURNS = 5;
/** Of the length of a measurement. */
const TURN_PART = 0.6;
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

interface Turn {
  readonly alone: Rates;
  /** As many clusters of one as `together` has servers. */
  readonly apart: Rates;
  readonly together: Rates;
}

type Operation = 'invocations' | 'invocations-async';

/**
 * What four servers do as one cluster, beside one server alone, and beside four clusters at the same time, each with its own
 * clients. The latter tells what is lost by sharing from what is lost by being on one machine: where other programs run,
 * four servers are slower than four times one, whatever they share.
 */
export const cluster: Section = async (bench) => {
  const whyNot = whyNoMachines();
  if (whyNot !== undefined) {
    bench.progress(`cluster: left out: ${whyNot}`);
    return [];
  }
  setPriority(PRIORITY);
  const { turns, visibleMs } = await ratesInTurns(bench);
  setPriority(0);
  const ratios = (name: string, of: (rates: Rates) => number, unit: string): Row[] => {
    const baseline = ({ alone, apart }: Turn): number => Math.min(SERVERS * of(alone), of(apart));
    // the pace of the machine changes between turns: the turn of the median ratio is shown, not medians of several turns
    const byRatio = turns.toSorted((x, y) => of(x.together) / baseline(x) - of(y.together) / baseline(y));
    const turn = byRatio[byRatio.length >> 1] as Turn;
    const [one, four, cluster] = [of(turn.alone), of(turn.apart), of(turn.together)];
    return [
      atLeast(`${SERVERS} servers of ${PROCESSORS} processors: ${name}`, cluster, unit, baseline(turn), BUDGET),
      beside(atLeast('  beside one alone', cluster, unit, one, 0)),
      beside(atLeast(`  beside ${SERVERS} that share nothing`, cluster, unit, four, 0)),
    ];
  };
  const inMedian = (of: (turn: Turn) => number): number => median(turns.map(of));
  const microseconds = (name: string, of: (turn: Turn) => Rates): Row =>
    absolute(
      `  processor time of a call, ${name}`,
      inMedian((turn) => of(turn).microseconds),
      'µs',
      {},
    );
  return [
    ...ratios('function URL', ({ url }) => url, 'calls/s'),
    ...ratios('signed call, v1 + tail', ({ signed }) => signed, 'calls/s'),
    absolute('  of which another server ran', inMedian(({ together }) => together.forwarded) * 100, '%', {}),
    microseconds('1 server alone', ({ alone }) => alone),
    microseconds(`${SERVERS} clusters of one`, ({ apart }) => apart),
    microseconds(`a cluster of ${SERVERS}`, ({ together }) => together),
    ...ratios('async, accepted and run', ({ events }) => events, 'calls/s'),
    ...ratios('steps of flows', ({ steps }) => steps, 'steps/s'),
    absolute('a change is used by the other servers (p99)', percentile(visibleMs, 0.99), 'ms', { most: 200 }),
    absolute('  median', median(visibleMs), 'ms', {}),
  ];
};

/** A cluster with its functions. */
interface Ready {
  readonly machines: Machines;
  readonly targets: readonly Target[];
  readonly urn: string;
  readonly behindUrl: string;
  /** Of the function URL. */
  readonly path: string;
  readonly flow: FlowPlace;
}

interface Setup {
  readonly sizes: readonly number[];
  readonly clusters: readonly Ready[];
  readonly byUrl: readonly Place[];
  readonly signed: readonly Place[];
  /** Of changes, until another server uses them. */
  readonly visibleMs: readonly number[];
}

const sayFor = (bench: Bench, { sizes }: Pick<Setup, 'sizes'>, what: string): void =>
  bench.progress(`cluster: ${sizes.join(' + ')} servers, ${what} (load of the machine ${loadavg()[0]?.toFixed(1)})`);

const signedOf = async (clusters: readonly Ready[], operation: Operation): Promise<Place[]> =>
  (await Promise.all(clusters.map(({ targets, urn }) => signedAt(targets, urn, operation)))).flat();

/** Clusters of so many servers that served their first calls. */
async function setUp(bench: Bench, stack: AsyncDisposableStack, sizes: readonly number[]): Promise<Setup> {
  const clusters: Ready[] = [];
  for (const servers of sizes) {
    const machines = stack.use(await Machines.start({ servers, args: ['--account-concurrency', '1000'] }));
    clusters.push(await prepare(machines));
  }
  const byUrl = clusters.flatMap(({ targets, path }) =>
    targets.map(({ credentials }) => ({ address: credentials.gateway, request: plainRequest('GET', path) })),
  );
  // one call at a time at each server: the first instance of a server judges how many more a crowd needs
  sayFor(bench, { sizes }, 'first calls');
  const signed = await signedOf(clusters, 'invocations');
  for (const places of [byUrl, signed]) await loaded(bench, places, { connections: 1 });
  const visibleMs = (await Promise.all(clusters.map(timesOfChanges))).flat();
  for (const { machines } of clusters) machines.databaseQuota.comeFirst();
  for (const { quota } of machinesOf(clusters)) {
    if (quota.whyNot !== undefined) throw new Error(quota.whyNot);
    quota.comeFirst();
  }
  return { sizes, clusters, byUrl, signed, visibleMs };
}

/** Without limits until the instances of a crowd run: starting them is not what is measured. */
async function warmUp(bench: Bench, { clusters, byUrl, signed }: Setup): Promise<void> {
  const machines = machinesOf(clusters);
  for (const { quota } of machines) quota.limitProcessors(undefined);
  for (const places of [byUrl, signed]) await loaded({ ...bench, measureMs: WARMUP_MS }, places);
  await rateOfSteps(clusters);
  for (const { quota } of machines) quota.limitProcessors(PROCESSORS);
}

async function ratesOf(bench: Bench, setup: Setup): Promise<Rates> {
  const { clusters } = setup;
  const all = machinesOf(clusters);
  const say = (what: string): void => sayFor(bench, setup, what);
  say('warm');
  await warmUp(bench, setup);
  say('function URL');
  const url = await loaded(bench, setup.byUrl);
  say('signed calls');
  const before = usedBy(all);
  const signed = await loaded(bench, setup.signed);
  const microseconds = ((usedBy(all) - before) * 1e6) / signed.answers;
  say('async');
  const events = await rateOfEvents(bench, clusters, await signedOf(clusters, 'invocations-async'));
  say('flows');
  const steps = await rateOfSteps(clusters);
  const { perSecond, forwarded } = signed;
  return { url: url.perSecond, signed: perSecond, forwarded, events, steps, microseconds };
}

/** The three take turns, so that a machine that changes its pace changes all; servers whose turn it is not do nothing. */
async function ratesInTurns(bench: Bench): Promise<{ turns: Turn[]; visibleMs: readonly number[] }> {
  await using stack = new AsyncDisposableStack();
  const alone = await setUp(bench, stack, [1]);
  const apart = await setUp(bench, stack, new Array<number>(SERVERS).fill(1));
  const together = await setUp(bench, stack, [SERVERS]);
  const turn = { ...bench, measureMs: bench.measureMs * TURN_PART };
  const turns: Turn[] = [];
  for (let n = 0; n < TURNS; n += 1) {
    turns.push({
      alone: await ratesOf(turn, alone),
      apart: await ratesOf(turn, apart),
      together: await ratesOf(turn, together),
    });
  }
  return { turns, visibleMs: together.visibleMs };
}

async function prepare(machines: Machines): Promise<Ready> {
  const targets = machines.all.map(({ server }): Target => {
    const { api: client, credentials, pid, launcherPid: root } = server;
    return { client, credentials, pid, root, readyMs: Number.NaN, stop: () => server.stop() };
  });
  const [first] = targets as [Target];
  const behindUrl = await deployHello(first, 'url', 'behind-url');
  const urn = await deployHello(first, 'node', 'signed');
  if (behindUrl === undefined || urn === undefined) throw new Error('this machine has no Node.js');
  for (const function_urn of [behindUrl, urn]) {
    const params = { project_id: first.credentials.project_id, function_urn };
    const body = { max_instance_num: INSTANCES * targets.length };
    await first.client.call('updateFunctionMaxInstanceConfig', { params, body });
  }
  const path = await publish(first, behindUrl);
  for (const { client, credentials } of targets) {
    while ((await fetch(`${credentials.gateway}${path}`)).status !== 200) await soon();
    while (!(await isCalled(client, credentials.project_id, urn))) await soon();
  }
  return { machines, targets, urn, behindUrl, path, flow: await makeFlowOfTen(first, urn) };
}

/** Ms from the answer to a change on one server until each other one uses it. */
async function timesOfChanges({ targets, behindUrl, path }: Ready): Promise<number[]> {
  const [first, ...others] = targets as [Target, ...Target[]];
  const params = { project_id: first.credentials.project_id, function_urn: behindUrl.replace(/:latest$/, '') };
  const times: number[] = [];
  for (let n = 0; n < CHANGES && others.length > 0; n += 1) {
    const enabled = n % 2 === 1;
    await first.client.call('setFunctionUrl', { params, body: { enabled, auth: 'none' } });
    const at = performance.now();
    const seen = async ({ credentials }: Target): Promise<void> => {
      while ((await fetch(`${credentials.gateway}${path}`)).ok !== enabled) await soon(2);
      times.push(performance.now() - at);
    };
    await Promise.all(others.map(seen));
  }
  return times;
}

const soon = (ms = 50): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const sumOf = <T>(list: readonly T[], of: (one: T) => number): number => list.reduce((sum, one) => sum + of(one), 0);
const machinesOf = (clusters: readonly Ready[]): Machine[] => clusters.flatMap(({ machines }) => machines.all);
const usedBy = (machines: readonly Machine[]): number => sumOf(machines, ({ quota }) => quota.usedSeconds);

const isCalled = (client: Target['client'], projectId: string, urn: string): Promise<boolean> =>
  invoke(client, projectId, urn).then(
    () => true,
    () => false,
  );

const signedAt = (targets: readonly Target[], urn: string, operation: Operation) =>
  Promise.all(
    targets.map(async (target): Promise<Place> => {
      const request = await signedRequest(target, urn, operation, operation === 'invocations' ? TAILED : {});
      return { address: target.credentials.endpoint, request };
    }),
  );

/** Load at all places at once, in a process for each. */
async function loaded(
  { measureMs }: Bench,
  places: readonly Place[],
  { expected = 'world', connections = CONNECTIONS } = {},
) {
  const load = { expected, counted: FORWARDED, connections, warmupMs: WARMUP_MS, measureMs };
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

/**
 * Events of a function that says hello: those that were accepted for a while, until the last has run. The databases know
 * it; gauges of a server count what other servers finished up to a second later.
 */
async function rateOfEvents(bench: Bench, clusters: readonly Ready[], places: readonly Place[]): Promise<number> {
  const left = async (): Promise<number> => {
    const query = "select count(*)::int as left from message where state in ('ready', 'leased')";
    const rows = await Promise.all(clusters.map(({ machines }) => machines.sql(query)));
    return sumOf(rows.flat(), (row) => Number(row.left));
  };
  const begun = performance.now();
  const { answers } = await loaded(bench, places, { expected: '"request_id":"' });
  while ((await left()) > 0) await soon();
  return (answers * 1000) / (performance.now() - begun);
}

/** Function nodes of runs, from the start of the first to the end of the last. */
async function rateOfSteps(clusters: readonly Ready[]): Promise<number> {
  const begun = performance.now();
  const runs = (await Promise.all(clusters.map(runFlows))).reduce((sum, each) => sum + each, 0);
  return (runs * FUNCTIONS * 1000) / (performance.now() - begun);
}

async function runFlows({ targets, flow }: Ready): Promise<number> {
  const [first] = targets as [Target];
  const runs = RUNS * targets.length;
  const before = await runsWith(first, flow, 'success');
  const starter = async ({ client }: Target): Promise<void> => {
    for (let n = 0; n < RUNS; n += 1)
      await client.call('startWorkflowExecution', { params: flow, body: { input: {} } });
  };
  await Promise.all(targets.map(starter));
  while ((await runsWith(first, flow, 'running')) > 0) await soon();
  const succeeded = (await runsWith(first, flow, 'success')) - before;
  if (succeeded !== runs) throw new Error(`${succeeded} of ${runs} runs succeeded`);
  return runs;
}
