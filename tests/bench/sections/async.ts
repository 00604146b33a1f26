import { Backlog } from '../backlog.ts';
import { atLeast } from '../report.ts';
import { plainRequest, type Section, withTarget } from '../section.ts';
import { bareCalls } from '../warm-calls.ts';
import { streamed } from './streams.ts';

/** Acceptance while nothing of the backlog runs, then how fast that backlog of no-ops is run, and records of a stream. */
export const asynchronous: Section = (bench) =>
  withTarget(bench, [], async (target) => {
    const bare = () => bareCalls(bench, plainRequest('POST', '/', '{"name":"bench"}'), 32);
    const before = await bare();
    const backlog = await Backlog.hold(bench, target, 'queued');
    if (backlog === undefined) return [];
    bench.progress('async acceptance');
    const accepted = await backlog.accept(bench);
    bench.progress('async drain');
    const drained = await backlog.drain();
    const after = await bare();
    const floor = (before.perSecond + after.perSecond) / 2;
    return [
      atLeast('async accepted (signed, on disk), 32 conn', accepted.perSecond, 'calls/s', floor, 0.2),
      accepted.processor,
      atLeast('async drained', drained.perSecond, 'calls/s', floor, 0.13),
      drained.processor,
      ...(await streamed(bench, target, backlog.urn, floor)),
    ];
  });
