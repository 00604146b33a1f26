import { applyLoad } from '../apply-load.ts';
import { deployHello, signedRequest } from '../functions.ts';
import { absolute, atLeast, beside, type Row } from '../report.ts';
import { memoryKb, type Section, withTarget } from '../section.ts';
import { inTurns, middle } from '../turns.ts';
import { bareCalls, WARMUP_MS } from '../warm-calls.ts';

const BODIES_OF_REFUSALS = /FSS\.0429/;

/**
 * 500 clients that never wait, four times what the account may run at once: what is served must stay near the peak, what
 * is refused must be refused by name, and memory must stay bounded. Where clients and server share processors, 500
 * connections cost the clients and the system more, too: as much as a bare `node:http` loses is not held against us.
 */
export const overload: Section = (bench) =>
  withTarget(bench, ['--account-concurrency', '125'], async (target) => {
    const urn = await deployHello(target, 'node', 'crowded');
    if (urn === undefined) return [];
    const { hostname: host, port } = new URL(target.credentials.endpoint);
    const request = await signedRequest(target, urn, 'invocations', {});
    const load = { host, port: Number(port), request, warmupMs: WARMUP_MS };
    bench.progress('overload, 500 connections, and its peak, 32 connections, in turns');
    const [peaks, crowds] = await inTurns(
      bench.measureMs,
      (measureMs) => applyLoad({ ...load, connections: 32, measureMs }),
      async (measureMs) => {
        const crowd = await applyLoad({ ...load, connections: 500, measureMs, mayFail: true });
        const unnamed = crowd.refusals.filter(({ body }) => !BODIES_OF_REFUSALS.test(body)).length;
        if (unnamed > 0) throw new Error(`${unnamed} refusals without FSS.0429`);
        return crowd;
      },
    );
    bench.progress('bare node:http, 500 connections and 32, in turns');
    const [barePeaks, bareCrowds] = await inTurns(
      bench.measureMs,
      (measureMs) => bareCalls({ ...bench, measureMs }, request, 32),
      (measureMs) => bareCalls({ ...bench, measureMs }, request, 500),
    );
    const [peak, crowded] = [middle(peaks), middle(crowds)];
    const bareKeeps = Math.min(1, middle(bareCrowds).perSecond / middle(barePeaks).perSecond);
    const rows: Row[] = [
      atLeast('served under overload, 500 conn', crowded.perSecond, 'calls/s', peak.perSecond * bareKeeps, 0.9),
      beside(atLeast('  of its peak, 32 conn', crowded.perSecond, 'calls/s', peak.perSecond, 0)),
      absolute('  bare node:http keeps', 100 * bareKeeps, '%', {}),
      absolute('  p99 of what is served', crowded.p99Ms, 'ms', {}),
      absolute('  refused (429)', (100 * crowded.failures) / (crowded.requests + crowded.failures), '%', {}),
      absolute('  server memory (PSS)', memoryKb(target.pid) / 1024, 'MB', { most: 512 }),
    ];
    return rows;
  });
