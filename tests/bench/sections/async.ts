import { applyLoad } from '../apply-load.ts';
import { deployHello, signedRequest } from '../functions.ts';
import { atLeast } from '../report.ts';
import { plainRequest, type Section, withTarget } from '../section.ts';
import type { Target } from '../target.ts';
import { bareCalls } from '../warm-calls.ts';
import { streamed } from './streams.ts';

/** Acceptance while one instance works on it, then how fast the backlog of no-ops is worked off, and records of a stream. */
export const asynchronous: Section = (bench) =>
  withTarget(bench, [], async (target) => {
    const { hostname: host, port } = new URL(target.credentials.endpoint);
    const { project_id: projectId } = target.credentials;
    bench.progress('async acceptance');
    const { perSecond: floor } = await bareCalls(bench, plainRequest('POST', '/', '{"name":"bench"}'), 32);
    const urn = await deployHello(target, 'node', 'queued');
    if (urn === undefined) return [];
    const limit = (count: number): Promise<unknown> =>
      target.client.call('updateFunctionMaxInstanceConfig', {
        params: { project_id: projectId, function_urn: urn },
        body: { max_instance_num: count },
      });
    await limit(1);
    const request = await signedRequest(target, urn, 'invocations-async', {});
    const load = { host, port: Number(port), request, connections: 32, warmupMs: 500, measureMs: bench.measureMs };
    const result = await applyLoad(load);
    if (result.failures > 0) throw new Error(`${result.failures} enqueues failed`);
    bench.progress('async drain');
    await limit(-1);
    const drained = await drainedPerSecond(target);
    return [
      atLeast('async accepted (signed, on disk), 32 conn', result.perSecond, 'calls/s', floor, 0.2),
      atLeast('async drained', drained, 'calls/s', floor, 0.13),
      ...(await streamed(bench, target, urn, drained)),
    ];
  });

/** How fast what waits is worked off. */
export async function drainedPerSecond({ client }: Pick<Target, 'client'>): Promise<number> {
  const left = async (): Promise<number> => {
    const { waiting, running } = (await client.call('showGauges')).data.async;
    return waiting + running;
  };
  const backlog = await left();
  const begun = performance.now();
  while ((await left()) > 0) await new Promise((resolve) => setTimeout(resolve, 250));
  return (backlog / (performance.now() - begun)) * 1000;
}
