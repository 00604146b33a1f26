import type { Clock } from '../../lib/clock.ts';
import { CoalescedTask } from '../../lib/coalesced-task.ts';
import type { Signals } from '../../storage/index.ts';

/** Facts of this time are reported together. */
const PAUSE_MS = 10;

export interface FactSignalOptions {
  readonly signals: Pick<Signals, 'reportFacts'>;
  readonly clock: Pick<Clock, 'after'>;
}

/**
 * Reports facts of this server to the one that turns them into events: at once, and then a hundred times a second at most. A
 * report that fails is not repeated, since that server looks every second anyway.
 */
export class FactSignal {
  readonly #reports: CoalescedTask;

  constructor({ signals, clock }: FactSignalOptions) {
    this.#reports = new CoalescedTask(
      async () => {
        await signals.reportFacts();
        await new Promise<void>((resolve) => clock.after(PAUSE_MS, resolve));
      },
      () => {},
    );
  }

  /** Call when facts are committed. */
  report(): void {
    this.#reports.request();
  }
}
