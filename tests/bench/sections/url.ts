import { deployHello, publish } from '../functions.ts';
import { absolute, atLeast, beside, type Row } from '../report.ts';
import { plainRequest, type Section, withTarget } from '../section.ts';
import { bareCalls, warmCalls } from '../warm-calls.ts';

/** An event function behind its URL: no signature, the APIG event built and its answer taken apart. */
export const url: Section = (bench) =>
  withTarget(bench, [], async (target) => {
    const urn = await deployHello(target, 'url', 'behind-url');
    if (urn === undefined) return [];
    const request = plainRequest('GET', await publish(target, urn));
    const rows: Row[] = [];
    const measure = async (connections: number) => {
      bench.progress(`warm calls through a function URL, ${connections} connections`);
      return warmCalls(bench, target, { address: target.credentials.gateway, request, connections });
    };
    const floors = { one: await bareCalls(bench, request, 1), many: await bareCalls(bench, request, 32) };
    const one = await measure(1);
    rows.push(beside(atLeast('function URL, 1 conn', one.perSecond, 'calls/s', floors.one.perSecond, 0)));
    const many = await measure(32);
    rows.push(atLeast('function URL, 32 conn', many.perSecond, 'calls/s', floors.many.perSecond, 0.22), many.processor);
    const crowd = await measure(500);
    rows.push(atLeast('function URL, 500 conn', crowd.perSecond, 'calls/s', many.perSecond, 0.85), crowd.processor);
    rows.push(absolute('  p50', crowd.p50Ms, 'ms', {}));
    return rows;
  });
