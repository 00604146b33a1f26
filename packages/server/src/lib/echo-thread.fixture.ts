import { type PendingCall, serveCalls } from './worker-thread.ts';

export type EchoCall = { readonly op: 'echo' | 'fail' | 'die' | 'size'; readonly value: string | Uint8Array };

/** A thread for tests: returns calls, fails as requested, and reports the size of the batch. */
serveCalls<EchoCall, unknown>((data) => {
  if (data === 'refuse')
    throw Object.assign(new TypeError('will not start'), { code: 'echo.refused', hint: 'ask nicely' });
  return {
    handle(calls: ReadonlyArray<PendingCall<EchoCall, unknown>>): void {
      for (const pending of calls) {
        const { op, value } = pending.call;
        if (op === 'die') process.exit(7);
        if (op === 'fail') {
          pending.reject(Object.assign(new RangeError(String(value)), { code: 'echo.failed', hint: 'do not fail' }));
        } else pending.resolve(op === 'size' ? calls.length : value);
      }
    },
    close: () => undefined,
  };
});
