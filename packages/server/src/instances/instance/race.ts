import type { Clock, Timer } from '../../lib/clock.ts';
import type { LinkResult } from '../runtime-link/index.ts';
import { type Ended, HELD_MS, type InstanceRequest } from './instance-types.ts';
import type { StreamedAnswer } from './streamed-answer.ts';

/** How long a function may continue after the client of a streamed answer has disconnected. */
const CANCEL_GRACE_MS = 2_000;

interface RaceOptions {
  readonly request: InstanceRequest;
  readonly stream: StreamedAnswer | undefined;
  readonly clock: Clock;
  /** Asks the instance to end the request. */
  readonly cancel: () => void;
  /** Whether no other request runs in the instance. */
  readonly isAlone: () => boolean;
}

/** The result of a request that does not wait in a lane, or why it has none: the first of answer, timeout and abort. */
export function race(
  answer: Promise<LinkResult>,
  { request, stream, clock, cancel, isAlone }: RaceOptions,
): Promise<LinkResult | Ended> {
  return new Promise((resolve) => {
    const onTime = (): void => {
      const left = stream?.leftMs(request.timeoutMs) ?? 0;
      if (left > 0) timer = clock.after(left, onTime);
      else if (request.isHeld?.()) timer = clock.after(HELD_MS, onTime);
      else done({ kind: 'timeout' });
    };
    let timer = clock.after(request.timeoutMs, onTime);
    let grace: Timer | undefined;
    const onAbort = (): void => done({ kind: 'aborted' });
    const done = (outcome: LinkResult | Ended): void => {
      timer.cancel();
      grace?.cancel();
      request.signal?.removeEventListener('abort', onAbort);
      resolve(outcome);
    };
    stream?.watch(() => {
      cancel();
      grace = clock.after(CANCEL_GRACE_MS, () => {
        if (isAlone()) onAbort();
      });
    });
    request.signal?.addEventListener('abort', onAbort, { once: true });
    answer.then(done, (error: unknown) => {
      const violation = error instanceof Error && 'why' in error && error.why === 'violation';
      done({ kind: 'link', violation, text: error instanceof Error ? error.message : '' });
    });
    if (request.signal?.aborted) onAbort();
  });
}
