import { applyLoad } from './apply-load.ts';
import type { LoadResult } from './load.ts';
import { processorSeconds } from './processor-time.ts';
import { absolute, type Row } from './report.ts';
import type { Bench } from './section.ts';
import type { Target } from './target.ts';
import { inTurns, middle } from './turns.ts';

export const WARMUP_MS = 1500;

export interface WarmCalls {
  readonly address: string;
  readonly request: Uint8Array;
  readonly connections: number;
  readonly expected?: string;
}

export type WarmResult = LoadResult & { readonly processor: Row };

/** Load on a server of ours, with the processor time of each call in server, agent and instances. */
export async function warmCalls(bench: Bench, target: Target, { address, ...load }: WarmCalls): Promise<WarmResult> {
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

/** Both loads in turns, of each the median turn. */
export async function besideBare(
  bench: Bench,
  target: Target,
  bareRequest: Uint8Array,
  calls: WarmCalls,
): Promise<{ readonly ours: WarmResult; readonly bare: LoadResult }> {
  const [bare, ours] = await inTurns(
    bench.measureMs,
    (measureMs) => bareCalls({ ...bench, measureMs }, bareRequest, calls.connections),
    (measureMs) => warmCalls({ ...bench, measureMs }, target, calls),
  );
  return { ours: middle(ours), bare: middle(bare) };
}
