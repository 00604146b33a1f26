import { setTimeout as wait } from 'node:timers/promises';
import { deployFiles, deployHello, invoke, type Language, waitForFullPool, waitForPrewarmed } from '../functions.ts';
import { hostNode } from '../host-node.ts';
import { bareStart } from '../pace.ts';
import { absolute, beside, type Row, ratioAtMost } from '../report.ts';
import { type Bench, median, percentile, type Section, withTarget } from '../section.ts';
import type { Target } from '../target.ts';

const COLD_CALLS = 20;
/** Of 20 calls the slowest is p99. With so many, one of 100 may be slow because of the machine. */
const ROUNDS_BACK_TO_BACK = 6;
/** The pool learns from them which runtimes are used. */
const FIRST_CALLS = 3;
const AT_ONCE = 16;
/** Longer than the pool needs to replace a runtime. */
const SPACE_MS = 500;

type ColdLanguage = 'node' | 'python' | 'java';

/** Milliseconds of first calls as the server reports them: from the received request to the answer. */
async function firstCall(target: Target, urn: string): Promise<number> {
  const { cold, totalMs } = await invoke(target.client, target.credentials.project_id, urn);
  if (!cold) throw new Error('a first call was not cold');
  return totalMs;
}

async function deployMany(target: Target, language: Language, count: number, name: string): Promise<string[]> {
  const urns: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const urn = await deployHello(target, language, `${name}-${language}-${i}`);
    if (urn !== undefined) urns.push(urn);
  }
  return urns;
}

interface ColdCalls {
  readonly name: string;
  readonly count?: number;
  readonly ready: () => Promise<unknown>;
}

/** First calls of functions of their own, one after another, which are deleted then; `ready` is awaited before each. */
async function coldCalls(
  target: Target,
  language: ColdLanguage,
  { name, count = COLD_CALLS, ready }: ColdCalls,
): Promise<number[]> {
  const totals: number[] = [];
  const urns = await deployMany(target, language, count, name);
  for (const urn of urns) {
    await ready();
    totals.push(await firstCall(target, urn));
  }
  for (const urn of urns) {
    const function_urn = urn.replace(/:latest$/, '');
    await target.client.call('deleteFunction', { params: { project_id: target.credentials.project_id, function_urn } });
  }
  return totals;
}

const bareSpawn = (language: ColdLanguage): Promise<number> =>
  language === 'node' ? bareStart(hostNode(), ['-e', '0']) : bareStart('/usr/bin/python3', ['-c', '0']);

/** In turns with bare starts, because the machine may have other work at one time than at another. */
async function withoutPool(bench: Bench, language: ColdLanguage): Promise<Row[]> {
  bench.progress(`cold starts without the pool, ${language}`);
  const bare: number[] = [];
  const ready = async (): Promise<void> => void bare.push(await bareSpawn(language));
  const totals = await withTarget(bench, ['--prewarm', '0'], (one) =>
    coldCalls(one, language, { name: 'cold', ready }),
  );
  if (totals.length === 0) return [];
  // No interpreter runs before the call. The sandbox may have waited, empty, as the agent keeps two of them.
  return [ratioAtMost(`cold start, ${language}, no pool, p50`, median(totals), 'ms', median(bare), 1.5)];
}

/** Of one language in ms, for the medians of calls with time between them and of calls one after another. */
interface ColdBudget {
  readonly spaced: number;
  readonly backToBack: number;
}

async function fromPool(bench: Bench, language: ColdLanguage, budget: ColdBudget): Promise<Row[]> {
  bench.progress(`cold starts from the pool, ${language}`);
  return withTarget(bench, [], async (target) => {
    const rows: Row[] = [];
    const measure = async (name: string, mostMs: number, rounds: number, ready: () => Promise<unknown>) => {
      const totals: number[] = [];
      for (let round = 0; round < rounds; round += 1)
        totals.push(...(await coldCalls(target, language, { name: name.replaceAll(' ', '-'), ready })));
      if (totals.length === 0) return;
      rows.push(absolute(`cold start, ${language}, ${name}, p50`, median(totals), 'ms', { most: mostMs }));
      rows.push(absolute(`cold start, ${language}, ${name}, p99`, percentile(totals, 0.99), 'ms', { most: 25 }));
    };
    await coldCalls(target, language, { name: 'before', count: FIRST_CALLS, ready: async () => {} });
    await measure('spaced', budget.spaced, 1, () => wait(SPACE_MS).then(() => waitForPrewarmed(target)));
    await measure('back to back', budget.backToBack, ROUNDS_BACK_TO_BACK, () => waitForPrewarmed(target));
    return rows;
  });
}

/** First calls in the same moment, with as many runtimes waiting as the server keeps after the burst before. */
async function atOnce(bench: Bench, language: ColdLanguage): Promise<Row[]> {
  bench.progress(`${AT_ONCE} cold starts at once, ${language}`);
  const totals = await withTarget(bench, [], async (target) => {
    const burst = async (name: string): Promise<number[]> => {
      const urns = await deployMany(target, language, AT_ONCE, name);
      return Promise.all(urns.map((urn) => firstCall(target, urn)));
    };
    if ((await burst('before')).length === 0) return [];
    await waitForFullPool(target);
    return burst('burst');
  });
  if (totals.length === 0) return [];
  const bare = await Promise.all(Array.from({ length: AT_ONCE }, () => bareSpawn(language)));
  const name = `cold start, ${language}, ${AT_ONCE} at once`;
  return [
    ratioAtMost(`${name}, p50`, median(totals), 'ms', median(bare), 0.5),
    beside(ratioAtMost(`${name}, p99`, percentile(totals, 0.99), 'ms', percentile(bare, 0.99), 0)),
  ];
}

/** The size of a package must not show in a cold start: nothing is copied. */
async function manyFiles(bench: Bench): Promise<Row[]> {
  bench.progress('cold starts of packages of 2 and of 1,000 files');
  const index = 'exports.handler = async (event, context) => ({ hello: "world" });';
  const measure = async (target: Target, count: number): Promise<number> => {
    const totals: number[] = [];
    for (let i = 0; i < 11; i += 1) {
      const files: Record<string, string> = { 'index.js': index };
      for (let n = 1; n < count; n += 1) files[`lib/file-${n}.js`] = `// ${i}`;
      const urn = await deployFiles(target, { name: `files-${count}-${i}`, runtime: 'Node.js', files });
      await waitForPrewarmed(target);
      totals.push(await firstCall(target, urn));
    }
    return median(totals);
  };
  return withTarget(bench, [], async (target) => {
    const few = await measure(target, 2);
    return [ratioAtMost('cold start, 1,000 files beside 2, p50', await measure(target, 1000), 'ms', few, 1.25)];
  });
}

export const cold: Section = async (bench) => {
  const rows: Row[] = [];
  for (const language of ['node', 'python'] as const) {
    rows.push(...(await fromPool(bench, language, { spaced: 5, backToBack: 8 })));
    rows.push(...(await atOnce(bench, language)));
    rows.push(...(await withoutPool(bench, language)));
  }
  rows.push(...(await fromPool(bench, 'java', { spaced: 15, backToBack: 18 })));
  rows.push(...(await manyFiles(bench)));
  return rows;
};
