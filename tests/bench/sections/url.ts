import { applyLoad } from '../apply-load.ts';
import { deployHello, publish } from '../functions.ts';
import { atLeast, type Row } from '../report.ts';
import { plainRequest, type Section, withTarget } from '../section.ts';

/** An event function behind its URL: no signature, the APIG event built and its answer taken apart. */
export const url: Section = (bench) =>
  withTarget(bench, [], async (target) => {
    const urn = await deployHello(target, 'url', 'behind-url');
    if (urn === undefined) return [];
    const path = await publish(target, urn);
    const { hostname: host, port } = new URL(target.credentials.gateway);
    const rows: Row[] = [];
    for (const connections of [1, 32]) {
      bench.progress(`warm calls through a function URL, ${connections} connections`);
      const common = { host, connections, warmupMs: 1500, measureMs: bench.measureMs };
      const floor = await applyLoad({ ...common, port: bench.baselinePort, request: plainRequest('GET', '/') });
      const ours = await applyLoad({ ...common, port: Number(port), request: plainRequest('GET', path) });
      if (ours.failures > 0) throw new Error(`${ours.failures} calls through the URL failed`);
      const row = atLeast(`function URL, ${connections} conn`, ours.perSecond, 'calls/s', floor.perSecond, 0.5);
      rows.push(connections === 32 ? row : { ...row, budget: '', ok: null });
    }
    return rows;
  });
