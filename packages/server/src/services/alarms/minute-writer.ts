import type { Logger } from 'pino';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { AlarmMinute, AlarmReading } from '../../telemetry/index.ts';
import type { MeasuredFunction } from './alarm-store.ts';
import { windowOf } from './due-periods.ts';
import { scopeOf } from './measures.ts';
import type { ScopeMinutes, SharedMinuteStore } from './shared-minute-store.ts';
import { scopeText } from './shared-minutes.ts';

const MINUTE_MS = 60_000;
/** After the end of a minute: its last calls are recorded by then. Alarms are judged later. */
const SETTLE_MS = 5_000;
const AGAIN_MS = 5_000;
/** Minutes that are written together. */
const BATCH = 1_000;

export interface MinuteWriterOptions {
  readonly store: Pick<SharedMinuteStore, 'put' | 'wroteTo'>;
  readonly home: string;
  readonly measured: () => Promise<readonly MeasuredFunction[]>;
  readonly minutes: (
    readings: readonly AlarmReading[],
  ) => AsyncIterable<readonly [AlarmReading, readonly AlarmMinute[]]>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Writes the minutes that this server counted of functions with rules, soon after each has ended, for the server that
 * judges. A new rule gets the minutes before it too.
 */
export class MinuteWriter {
  readonly #options: MinuteWriterOptions;
  /** What is written of each scope, by its text. */
  #written = new Map<string, { readonly from: number; readonly to: number }>();
  #timer: Timer | undefined;
  #working: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: MinuteWriterOptions) {
    this.#options = options;
  }

  start(): void {
    this.#writeIn(0);
  }

  /** Writes the last, unfinished minute: the server is not waited for any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#working;
    try {
      await this.#write(Math.floor(this.#options.clock.now() / MINUTE_MS) + 1);
      await this.#options.store.wroteTo(this.#options.home, Number.MAX_SAFE_INTEGER);
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the last minutes of functions with alarms could not be written');
    }
  }

  #writeIn(ms: number): void {
    if (this.#stopped) return;
    this.#timer = this.#options.clock.after(ms, () => {
      this.#working = this.#writeEnded();
    });
  }

  async #writeEnded(): Promise<void> {
    const { clock, log, store, home } = this.#options;
    const to = Math.floor((clock.now() - SETTLE_MS) / MINUTE_MS);
    try {
      await this.#write(to);
      await store.wroteTo(home, to);
    } catch (error) {
      log.error({ err: error }, 'minutes of functions with alarms could not be written');
      this.#writeIn(AGAIN_MS);
      return;
    }
    this.#writeIn(Math.max(0, (to + 1) * MINUTE_MS + SETTLE_MS - clock.now()));
  }

  /** `to` is excluded. */
  async #write(to: number): Promise<void> {
    const { measured, minutes, store, home } = this.#options;
    const written = new Map<string, { from: number; to: number }>();
    const readings: AlarmReading[] = [];
    for (const { projectId, target, ...longest } of await measured()) {
      const scope = scopeOf(projectId, target);
      const from = to - windowOf(longest);
      const known = this.#written.get(scopeText(scope));
      const isKnown = known !== undefined && known.from <= from && known.to >= from;
      readings.push({ scope, from: isKnown ? known.to : from, to });
      written.set(scopeText(scope), { from: isKnown ? known.from : from, to });
    }
    let batch: ScopeMinutes[] = [];
    let count = 0;
    for await (const [{ scope }, found] of minutes(readings)) {
      batch.push({ scope: scopeText(scope), minutes: found });
      count += found.length;
      if (count < BATCH) continue;
      await store.put(home, batch);
      [batch, count] = [[], 0];
    }
    await store.put(home, batch);
    this.#written = written;
  }
}
