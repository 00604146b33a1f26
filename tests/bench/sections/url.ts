import { deployHello, publish } from '../functions.ts';
import { absolute, atLeast, beside } from '../report.ts';
import { plainRequest, type Section, withTarget } from '../section.ts';
import { inTurns, middle } from '../turns.ts';
import { besideBare, warmCalls } from '../warm-calls.ts';

/** An event function behind its URL: no signature, the APIG event built and its answer taken apart. */
export const url: Section = (bench) =>
  withTarget(bench, [], async (target) => {
    const urn = await deployHello(target, 'url', 'behind-url');
    if (urn === undefined) return [];
    const request = plainRequest('GET', await publish(target, urn));
    const calls = (connections: number) => ({ address: target.credentials.gateway, request, connections });
    bench.progress('warm calls through a function URL, 1 and 32 connections, beside bare node:http');
    const one = await besideBare(bench, target, request, calls(1));
    const many = await besideBare(bench, target, request, calls(32));
    bench.progress('warm calls through a function URL, 500 connections beside 32, in turns');
    const [peaks, crowds] = await inTurns(
      bench.measureMs,
      (measureMs) => warmCalls({ ...bench, measureMs }, target, calls(32)),
      (measureMs) => warmCalls({ ...bench, measureMs }, target, calls(500)),
    );
    const [peak, crowd] = [middle(peaks), middle(crowds)];
    return [
      beside(atLeast('function URL, 1 conn', one.ours.perSecond, 'calls/s', one.bare.perSecond, 0)),
      atLeast('function URL, 32 conn', many.ours.perSecond, 'calls/s', many.bare.perSecond, 0.22),
      many.ours.processor,
      atLeast('function URL, 500 conn', crowd.perSecond, 'calls/s', peak.perSecond, 0.85),
      crowd.processor,
      absolute('  p50', crowd.p50Ms, 'ms', {}),
    ];
  });
