import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { call, definitionOf, type TestFlows } from '../../../packages/server/src/flows/runs/testing.ts';
import { absolute, type Row } from '../report.ts';
import type { Bench } from '../section.ts';

const MB = 1024 * 1024;
/** Started and ended, half of them express. */
const RUNS = { full: 100_000, short: 10_000 };
const FULL_FROM_MS = 5_000;
const AT_ONCE = 200;
/** The stand-in of the bench notes every call. */
const FORGET_EVERY = 1_000;

/** Whether memory stays flat over many runs: what the second half of them adds. */
export async function memoryOverRuns(flows: TestFlows, bench: Pick<Bench, 'measureMs'>): Promise<Row[]> {
  const runs = bench.measureMs < FULL_FROM_MS ? RUNS.short : RUNS.full;
  const nodes = [call('a', 'f'), call('b', 'f')];
  const standard = flows.save(definitionOf('standard', nodes));
  const express = flows.save(definitionOf('express', nodes, { mode: 'EXPRESS' }));
  let left = runs / 2;
  const starter = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const id = await flows.start(left % 2 === 0 ? standard : express);
      const { status } = await flows.ended(id);
      if (status !== 'success') throw new Error(`a run ended as ${status}`);
      if (left % FORGET_EVERY === 0) flows.forget();
    }
  };
  const starters = (): Promise<unknown> => Promise.all(Array.from({ length: AT_ONCE }, starter));
  await starters();
  const first = memory();
  const begun = performance.now();
  left = runs / 2;
  await starters();
  const perSecond = (runs / 2 / (performance.now() - begun)) * 1000;
  const last = memory();
  const count = runs.toLocaleString('en');
  return [
    absolute(`  ${count} runs, standard and express, one after the other`, perSecond, 'runs/s', {}),
    absolute('    memory in use that the second half adds', (last.used - first.used) / MB, 'MB', { most: 10 }),
    absolute('    size of the process that the second half adds', (last.process - first.process) / MB, 'MB', {
      most: 64,
    }),
  ];
}

let collectGarbage: (() => void) | undefined;

/** Bytes after a collection: in use by the main thread, and of the process. */
export function memory(): { readonly used: number; readonly process: number } {
  setFlagsFromString('--expose-gc');
  collectGarbage ??= runInNewContext('gc') as () => void;
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { used: heapUsed + external, process: rss };
}
