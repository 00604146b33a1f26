import { deployHello, publish } from '../functions.ts';
import { absolute, atLeast, beside } from '../report.ts';
import { plainRequest, type Section, withTarget } from '../section.ts';
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
    bench.progress('warm calls through a function URL, 500 connections');
    const crowd = await warmCalls(bench, target, calls(500));
    return [
      beside(atLeast('function URL, 1 conn', one.ours.perSecond, 'calls/s', one.bare.perSecond, 0)),
      atLeast('function URL, 32 conn', many.ours.perSecond, 'calls/s', many.bare.perSecond, 0.22),
      many.ours.processor,
      atLeast('function URL, 500 conn', crowd.perSecond, 'calls/s', many.ours.perSecond, 0.85),
      crowd.processor,
      absolute('  p50', crowd.p50Ms, 'ms', {}),
    ];
  });
