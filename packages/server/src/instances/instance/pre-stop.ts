import type { LogLevel } from '@funcgraph/runtimes';
import type { Clock } from '../../lib/clock.ts';
import type { RuntimeLink } from '../runtime-link/index.ts';

interface PreStopParts {
  readonly link: Pick<RuntimeLink, 'preStop'>;
  readonly clock: Clock;
  readonly say: (level: LogLevel, text: string) => void;
}

/** Runs the function's pre-stop handler. Resolves at its answer, its timeout or its end; never rejects. */
export function preStop(timeoutMs: number, { link, clock, say }: PreStopParts): Promise<void> {
  const began = clock.monotonic();
  return new Promise((resolve) => {
    const timer = clock.after(timeoutMs, () => {
      say('WARN', `the pre-stop handler was not done within ${timeoutMs / 1000} seconds`);
      resolve();
    });
    link.preStop(timeoutMs).then(
      ({ ok, error }) => {
        timer.cancel();
        const took = `${(clock.monotonic() - began).toFixed(1)} ms`;
        if (ok) say('INFO', `the pre-stop handler was done after ${took}`);
        else say('WARN', `the pre-stop handler failed after ${took}: ${error ?? 'no reason was given'}`);
        resolve();
      },
      () => {
        timer.cancel();
        say('WARN', 'the instance ended before its pre-stop handler was done');
        resolve();
      },
    );
  });
}
