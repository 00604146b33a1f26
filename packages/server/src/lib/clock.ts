/** Time as a dependency: code that decides takes a clock, so that tests advance it instead of sleeping. */
export interface Clock {
  /** Ms since epoch. */
  now(): number;
  /** Ms with fractions from a fixed point; for durations only. */
  monotonic(): number;
  /** Runs once after `ms`; does not keep the process alive. */
  after(ms: number, run: () => void): Timer;
  /** As `after`, once everything was read that had arrived by then: a busy event loop runs its timers before it reads. */
  afterReads(ms: number, run: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** setTimeout overflows beyond this and would fire at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(Math.max(ms, 0), LONGEST_TIMEOUT_MS));
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
  afterReads(ms, run) {
    let read: NodeJS.Immediate | undefined;
    const timer = systemClock.after(ms, () => {
      read = setImmediate(run);
    });
    return {
      cancel: () => {
        timer.cancel();
        clearImmediate(read);
      },
    };
  },
};
