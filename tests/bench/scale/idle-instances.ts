import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MEMORY_SIZES_MB, type Receipt } from '@funcgraph/api';
import { buildGoPrograms } from '../../../packages/runtimes/conformance/go-programs.ts';
import { processesOf } from '../../crash/leftovers.ts';
import { deploy, invoke, runtimeOf } from '../../functions.ts';
import { compileJar } from '../../java-code.ts';
import { ROOT, type TestServer } from '../../server.ts';
import { availableMb, type Footprint, footprint } from './footprint.ts';

export type Family = 'Node.js' | 'Python' | 'Java' | 'Go' | 'Custom';

const JAVA = `package demo;
import com.huawei.services.runtime.Context;
public class App { public String hello(String event, Context context) { return "hello"; } }`;

const SOURCES: Readonly<Record<Family, () => Readonly<Record<string, string | Uint8Array>>>> = {
  'Node.js': () => ({ 'index.js': "exports.handler = async (event, context) => 'hello';" }),
  Python: () => ({ 'index.py': "def handler(event, context):\n    return 'hello'\n" }),
  Java: () => ({ 'code.jar': compileJar({ 'demo/App.java': JAVA }) }),
  Go: () => ({ handler: goHandlers() }),
  Custom: () => ({ bootstrap: readFileSync(join(ROOT, 'examples/bootstrap-shell/bootstrap')) }),
};
const HANDLERS: Readonly<Partial<Record<Family, string>>> = {
  Java: 'demo.App.hello',
  Go: 'handler',
  Custom: 'bootstrap',
};

const goPrograms = await buildGoPrograms();

function goHandlers(): Buffer {
  if ('missing' in goPrograms) throw new Error(goPrograms.missing);
  return readFileSync(goPrograms.handlers);
}

/** Why this machine has no Go programs to measure. */
export const whyNoGo = (): string | undefined => ('missing' in goPrograms ? goPrograms.missing : undefined);

/** Instances of one function that cannot serve for each other: one for each memory size. */
const SIZES = MEMORY_SIZES_MB.slice(0, 3);
const AT_ONCE = 4;
const THAWED = 60;

export interface IdleReport {
  readonly instances: number;
  readonly frozen: number;
  /** Memory reserved in the budget for them. */
  readonly promisedMb: number;
  readonly startSeconds: number;
  /** Decrease of the machine's free memory, for each. */
  readonly machineMbEach: number;
  /** Measured for single instances: the memory that the kernel charges to each, and its part of shared memory. */
  readonly perFamily: Readonly<Partial<Record<Family, { readonly chargedMb: number; readonly pssMb: number }>>>;
  /** Total ms of calls that thawed one. */
  readonly thawMs: { readonly p50: number; readonly p99: number };
  readonly footprint: Footprint;
}

export interface IdleOptions {
  /** Taken in turns. */
  readonly families?: readonly Family[];
  readonly progress?: (text: string) => void;
}

/** Makes so many instances, waits until all are frozen, measures them, and calls some again. Throws when one was lost. */
export async function measureIdle(
  server: TestServer,
  count: number,
  { families = ['Node.js', 'Python'], progress = () => {} }: IdleOptions = {},
): Promise<IdleReport> {
  const before = availableMb();
  const begun = performance.now();
  const made = await makeInstances(server, count, families, progress);
  const startSeconds = (performance.now() - begun) / 1000;
  progress('waiting until all are frozen');
  const gauges = await allFrozen(server, count);
  const machineMbEach = (before - availableMb()) / count;
  const perFamily = Object.fromEntries(
    families.map((each) => [each, memoryOf(made.filter(({ family }) => family === each))]),
  );
  progress('calling some again');
  const totals: number[] = [];
  const step = Math.max(1, Math.floor(made.length / THAWED));
  for (const one of made.filter((_, n) => n % step === 0)) {
    const { receipt } = await callOne(server, one);
    if (receipt.cold || receipt.instance_id !== one.instanceId) throw new Error('a frozen instance was lost');
    totals.push(receipt.total_ms);
  }
  totals.sort((a, b) => a - b);
  const at = (share: number): number =>
    totals[Math.min(totals.length - 1, Math.floor(totals.length * share))] ?? Number.NaN;
  return {
    instances: count,
    frozen: gauges.frozen,
    promisedMb: gauges.promised_memory_mb,
    startSeconds,
    machineMbEach,
    perFamily,
    thawMs: { p50: at(0.5), p99: at(0.99) },
    footprint: footprint(server),
  };
}

interface Made {
  readonly family: Family;
  readonly urn: string;
  readonly memoryMb: number;
  readonly instanceId: string;
}

async function makeInstances(
  server: TestServer,
  count: number,
  families: readonly Family[],
  progress: (text: string) => void,
): Promise<Made[]> {
  const requested: Omit<Made, 'instanceId'>[] = [];
  for (let n = 0; requested.length < count; n += 1) {
    const family = families[n % families.length] ?? 'Node.js';
    const handler = HANDLERS[family] ?? 'index.handler';
    const runtime = await runtimeOf(server, family);
    const files = SOURCES[family]();
    const urn = await deploy(server, { name: `idle-${n}`, runtime, handler, files, dynamicMemory: true });
    requested.push(...SIZES.slice(0, count - requested.length).map((memoryMb) => ({ family, urn, memoryMb })));
  }
  const made: Made[] = [];
  const queue = [...requested];
  const work = async (): Promise<void> => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      const { receipt } = await callOne(server, one);
      if (receipt.outcome !== 'ok' || !receipt.cold)
        throw new Error(`a first call went wrong: ${JSON.stringify(receipt)}`);
      made.push({ ...one, instanceId: receipt.instance_id });
      if (made.length % 100 === 0) progress(`${made.length} instances`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return made;
}

async function callOne(server: TestServer, one: Omit<Made, 'instanceId'>): Promise<{ readonly receipt: Receipt }> {
  return invoke(server, one.urn, {}, { 'X-Cff-Instance-Memory': String(one.memoryMb) });
}

async function allFrozen(server: TestServer, count: number): Promise<{ frozen: number; promised_memory_mb: number }> {
  for (;;) {
    const { instances } = (await server.api.call('showGauges', {})).data;
    if (instances.living !== count) throw new Error(`${instances.living} of ${count} instances live`);
    if (instances.frozen === count) return instances;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** The middle one of some. */
function memoryOf(made: readonly Made[]): { chargedMb: number; pssMb: number } {
  const some = made.slice(0, 15).map(({ instanceId }) => {
    const pids = processesOf(instanceId);
    return { chargedMb: chargedMb(pids[0]), pssMb: pids.reduce((sum, pid) => sum + pssMb(pid), 0) };
  });
  const middle = (list: number[]): number => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
  return { chargedMb: middle(some.map((one) => one.chargedMb)), pssMb: middle(some.map((one) => one.pssMb)) };
}

/** Of the memory group that a process is in, wherever it is mounted. */
function chargedMb(pid: number | undefined): number {
  const groups = pid === undefined ? '' : readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  const v1 = /^\d+:[^:]*\bmemory\b[^:]*:(.*)$/m.exec(groups)?.[1];
  const v2 = /^0::(.*)$/m.exec(groups)?.[1];
  const file =
    v1 === undefined ? `/sys/fs/cgroup${v2}/memory.current` : `/sys/fs/cgroup/memory${v1}/memory.usage_in_bytes`;
  return Number(readFileSync(file, 'utf8')) / 2 ** 20;
}

function pssMb(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024;
}
