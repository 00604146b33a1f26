import { deployHello, invoke, signedRequest, TAILED } from '../functions.ts';
import { absolute, atLeast, beside, type Row, ratioAtMost } from '../report.ts';
import { memoryKb, plainRequest, type Section, withTarget } from '../section.ts';
import { besideBare } from '../warm-calls.ts';

/** Start to first call, then warm signed calls with answer v1, log tail and receipt, beside bare `node:http`. */
export const warm: Section = (bench) => {
  const begun = performance.now();
  return withTarget(bench, [], async (target) => {
    const urn = await deployHello(target, 'node', 'hello');
    if (urn === undefined) throw new Error('this machine has no Node.js runtime');
    await invoke(target.client, target.credentials.project_id, urn);
    const rows: Row[] = [
      absolute('start to first successful call', performance.now() - begun, 'ms', { most: 1500 }),
      absolute('  of it until ready', target.readyMs, 'ms', {}),
    ];
    const address = target.credentials.endpoint;
    const request = await signedRequest(target, urn, 'invocations', TAILED);
    const plain = plainRequest('POST', '/', '{"name":"bench"}');
    for (const connections of [1, 32]) {
      bench.progress(`warm signed calls, ${connections} connections, beside bare node:http`);
      const { ours, bare } = await besideBare(bench, target, plain, { address, request, connections });
      // The budget is stated for 32 connections; one connection is shown beside it.
      const name = `signed call, v1 + tail, ${connections} conn`;
      const row = atLeast(name, ours.perSecond, 'calls/s', bare.perSecond, 0.16);
      rows.push(connections === 32 ? row : beside(row), ours.processor);
      rows.push(beside(ratioAtMost(`  p99, ${connections} conn`, ours.p99Ms, 'ms', bare.p99Ms, 0)));
    }
    rows.push(absolute('server memory after load (PSS)', memoryKb(target.pid) / 1024, 'MB', {}));
    return rows;
  });
};
