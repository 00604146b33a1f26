import { applyLoad } from '../apply-load.ts';
import { deployHello, signedRequest } from '../functions.ts';
import { absolute, atLeast, type Row } from '../report.ts';
import { memoryKb, type Section, withTarget } from '../section.ts';

const BODIES_OF_REFUSALS = /FSS\.0429/;

/**
 * 500 clients that never wait, four times what the account may run at once: what is served must stay near the peak, what
 * is refused must be refused by name, and memory must stay bounded.
 */
export const overload: Section = (bench) =>
  withTarget(bench, ['--account-concurrency', '125'], async (target) => {
    const urn = await deployHello(target, 'node', 'crowded');
    if (urn === undefined) return [];
    const { hostname: host, port } = new URL(target.credentials.endpoint);
    const request = await signedRequest(target, urn, 'invocations', {});
    const load = { host, port: Number(port), request, warmupMs: 1500, measureMs: bench.measureMs };
    bench.progress('peak for the overload, 32 connections');
    const peak = await applyLoad({ ...load, connections: 32 });
    bench.progress('overload, 500 connections');
    const crowded = await applyLoad({ ...load, connections: 500, mayFail: true });
    const unnamed = crowded.refusals.filter(({ body }) => !BODIES_OF_REFUSALS.test(body)).length;
    if (unnamed > 0) throw new Error(`${unnamed} refusals without FSS.0429`);
    const rows: Row[] = [
      atLeast('served under overload, 500 conn', crowded.perSecond, 'calls/s', peak.perSecond, 0.9),
      absolute('  p99 of what is served', crowded.p99Ms, 'ms', {}),
      absolute('  refused (429)', crowded.failures / (bench.measureMs / 1000), 'calls/s', {}),
      absolute('  server memory (PSS)', memoryKb(target.pid) / 1024, 'MB', { most: 512 }),
    ];
    return rows;
  });
