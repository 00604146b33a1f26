import { spawnSync } from 'node:child_process';
import { deployFiles, deployHello, invoke, type Language, waitForFullPool, waitForPrewarmed } from '../functions.ts';
import { absolute, type Row, ratioAtMost } from '../report.ts';
import { type Bench, median, percentile, type Section, withTarget } from '../section.ts';
import type { Target } from '../target.ts';

const COLD_CALLS = 25;
const AT_ONCE = 16;

type ColdLanguage = Exclude<Language, 'url'>;

/** Milliseconds of first calls as the server reports them: from the received request to the answer. */
async function firstCall(target: Target, urn: string): Promise<number> {
  const { cold, totalMs } = await invoke(target.client, target.credentials.project_id, urn);
  if (!cold) throw new Error('a first call was not cold');
  return totalMs;
}

/** First calls of functions of their own, one after another; `ready` is awaited before each. */
async function coldCalls(target: Target, language: ColdLanguage, ready: () => Promise<void>): Promise<number[]> {
  const totals: number[] = [];
  for (let i = 0; i < COLD_CALLS; i += 1) {
    const urn = await deployHello(target, language, `cold-${language}-${i}`);
    if (urn === undefined) return [];
    await ready();
    totals.push(await firstCall(target, urn));
  }
  return totals;
}

function bareSpawns(language: ColdLanguage): number[] {
  const [program, args] = language === 'node' ? [process.execPath, ['-e', '0']] : ['/usr/bin/python3', ['-c', '0']];
  return Array.from({ length: COLD_CALLS }, () => {
    const begun = performance.now();
    spawnSync(program, args, { env: {} });
    return performance.now() - begun;
  });
}

async function withoutPool(bench: Bench, language: ColdLanguage): Promise<Row[]> {
  bench.progress(`cold starts without the pool, ${language}`);
  const totals = await withTarget(bench, ['--prewarm', '0'], (one) => coldCalls(one, language, async () => {}));
  if (totals.length === 0) return [];
  const bare = median(bareSpawns(language));
  return [ratioAtMost(`cold start, ${language}, no pool, p50`, median(totals), 'ms', bare, 1.5)];
}

async function fromPool(bench: Bench, language: ColdLanguage, mostMs: number): Promise<Row[]> {
  bench.progress(`cold starts from the pool, ${language}`);
  const totals = await withTarget(bench, [], (one) => coldCalls(one, language, () => waitForPrewarmed(one)));
  if (totals.length === 0) return [];
  return [
    absolute(`cold start, ${language}, prewarmed, p50`, median(totals), 'ms', { most: mostMs }),
    absolute(`cold start, ${language}, prewarmed, p99`, percentile(totals, 0.99), 'ms', { most: 25 }),
  ];
}

/** First calls in the same moment, with as many runtimes waiting as the server keeps after the burst before. */
async function atOnce(bench: Bench, language: ColdLanguage): Promise<Row[]> {
  bench.progress(`${AT_ONCE} cold starts at once, ${language}`);
  const totals = await withTarget(bench, [], async (target) => {
    const burst = async (name: string): Promise<number[]> => {
      const urns: string[] = [];
      for (let i = 0; i < AT_ONCE; i += 1) {
        const urn = await deployHello(target, language, `${name}-${language}-${i}`);
        if (urn !== undefined) urns.push(urn);
      }
      return Promise.all(urns.map((urn) => firstCall(target, urn)));
    };
    if ((await burst('before')).length === 0) return [];
    await waitForFullPool(target);
    return burst('burst');
  });
  if (totals.length === 0) return [];
  return [
    absolute(`cold start, ${language}, ${AT_ONCE} at once, p50`, median(totals), 'ms', { most: 6 }),
    absolute(`cold start, ${language}, ${AT_ONCE} at once, p99`, percentile(totals, 0.99), 'ms', { most: 25 }),
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
    rows.push(...(await fromPool(bench, language, 6)));
    rows.push(...(await atOnce(bench, language)));
    rows.push(...(await withoutPool(bench, language)));
  }
  rows.push(...(await fromPool(bench, 'java', 15)));
  rows.push(...(await manyFiles(bench)));
  return rows;
};
