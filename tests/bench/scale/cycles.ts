import { call, deploy, runtimeOf } from '../../functions.ts';
import type { TestServer } from '../../server.ts';
import { type Footprint, footprint } from './footprint.ts';

const NODE = 'exports.handler = async (event, context) => process.exit(3);';
const PYTHON = 'import os\ndef handler(event, context):\n    os._exit(3)\n';
/** As many as two processors can start without only waiting for each other. */
const AT_ONCE = 4;
/** Pools, caches and prewarmed runtimes are as large as they get after these, or after as many cycles as follow. */
const WARM_UP = 40;

export interface CyclesReport {
  readonly cycles: number;
  readonly seconds: number;
  readonly before: Footprint;
  readonly after: Footprint;
}

/** Heaps grow to some size and stay there; a leak goes on. */
const MOST_GROWTH_MB = 100;
/** Files that are open for a moment only. */
const MOMENTARY_FILES = 10;

/** What grew with the cycles, in words; empty when nothing did. */
export function leaksIn({ before, after }: Pick<CyclesReport, 'before' | 'after'>): string[] {
  const most: Footprint = {
    ...before,
    serverFiles: before.serverFiles + MOMENTARY_FILES,
    agentFiles: before.agentFiles + MOMENTARY_FILES,
    serverRssMb: before.serverRssMb + MOST_GROWTH_MB,
    agentRssMb: before.agentRssMb + MOST_GROWTH_MB,
  };
  const keys = Object.keys(most) as (keyof Footprint)[];
  return keys.filter((key) => after[key] > most[key]).map((key) => `${key}: ${before[key]} to ${after[key]}`);
}

/**
 * Makes an instance and loses it again, so many times, in Node.js and Python in turn: each call is a cold start whose
 * handler ends the process. `progress` is called after every hundred.
 */
export async function runCycles(
  server: TestServer,
  cycles: number,
  progress: (text: string) => void = () => {},
): Promise<CyclesReport> {
  const urns = [
    await deploy(server, {
      name: 'cycle-node',
      runtime: await runtimeOf(server, 'Node.js'),
      files: { 'index.js': NODE },
    }),
    await deploy(server, {
      name: 'cycle-python',
      runtime: await runtimeOf(server, 'Python'),
      files: { 'index.py': PYTHON },
    }),
  ];
  await runMany(server, urns, Math.min(WARM_UP, cycles), () => {});
  const before = await settledFootprint(server);
  const begun = performance.now();
  await runMany(server, urns, cycles, progress);
  const seconds = (performance.now() - begun) / 1000;
  return { cycles, seconds, before, after: await settledFootprint(server) };
}

async function runMany(
  server: TestServer,
  urns: readonly string[],
  count: number,
  progress: (text: string) => void,
): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const n = next;
      next += 1;
      if (n > 0 && n % 100 === 0) progress(`${n} cycles`);
      const answer = await call(server, urns[n % urns.length] ?? '');
      if (answer.headers.get('x-func-err-code') !== '4002') {
        throw new Error(`cycle ${n} was answered with ${answer.status}: ${answer.text.slice(0, 300)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** When no instance lives and as many runtimes wait prewarmed as before, nothing is on its way any more. */
async function settledFootprint(server: TestServer): Promise<Footprint> {
  let last = '';
  let steady = 0;
  for (;;) {
    const { instances } = (await server.api.call('showGauges', {})).data;
    const { agentFiles, belongings, groups } = footprint(server);
    const now = JSON.stringify([
      instances.living,
      instances.starting,
      instances.prewarmed,
      agentFiles,
      belongings,
      groups,
    ]);
    steady = now === last && instances.living + instances.starting === 0 ? steady + 1 : 0;
    last = now;
    if (steady >= 20) return footprint(server);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
