import { applyLoad } from './apply-load.ts';
import type { LoadResult } from './load.ts';
import { processorSeconds } from './processor-time.ts';
import { absolute, type Row } from './report.ts';
import type { Bench } from './section.ts';
import type { Target } from './target.ts';

export const WARMUP_MS = 1500;

export interface WarmCalls {
  readonly address: string;
  readonly request: Uint8Array;
  readonly connections: number;
  readonly expected?: string;
}

/** Load on a server of ours, with the processor time of each call in server, agent and instances. */
export async function warmCalls(
  bench: Bench,
  target: Target,
  { address, ...load }: WarmCalls,
): Promise<LoadResult & { readonly processor: Row }> {
  const { hostname: host, port } = new URL(address);
  const before = processorSeconds(target.root);
  const plan = { host, port: Number(port), ...load, warmupMs: WARMUP_MS, measureMs: bench.measureMs };
  const result = await applyLoad(plan);
  const used = processorSeconds(target.root) - before;
  const processor = absolute('  processor time of a call', (used * 1e6) / result.answers, 'µs', {});
  return { ...result, processor };
}

/** The same load on bare `node:http`. */
export function bareCalls(bench: Bench, request: Uint8Array, connections: number): Promise<LoadResult> {
  const port = bench.baselinePort;
  return applyLoad({ host: '127.0.0.1', port, request, connections, warmupMs: WARMUP_MS, measureMs: bench.measureMs });
}
