import type { Logger } from 'pino';
import type { Clock, Timer } from '../../../lib/clock.ts';
import type { AlarmMinute } from '../../../telemetry/index.ts';
import type { FlowPoint } from '../../types.ts';
import type { FlowMinute, FlowMinuteStore } from './flow-minute-store.ts';
import { FlowSinceStart, type FlowTotals } from './flow-totals.ts';

const MINUTE_MS = 60_000;
const FLUSH_EVERY_MS = 10_000;
/** Rows of one flush; more flows than that in ten seconds wait for the next one. */
const MOST_ROWS = 20_000;

export interface FlowMinutesOptions {
  readonly store: FlowMinuteStore;
  /** The machine's clock: minutes are shown. */
  readonly clock: Clock;
  readonly log: Logger;
}

export interface FlowAlarmMinute extends AlarmMinute {
  readonly flowId: string;
}

interface FlowRef {
  readonly projectId: string;
  readonly flowId: string;
}

/**
 * Counts of each flow by minute. They are added to the database every ten seconds: those of the last seconds before a
 * kill are lost.
 */
export class FlowMinutes {
  readonly #options: FlowMinutesOptions;
  readonly #sinceStart = new FlowSinceStart();
  #minutes = new Map<string, { -readonly [Field in keyof FlowMinute]: FlowMinute[Field] }>();
  #timer: Timer | undefined;
  #flushing: Promise<void> = Promise.resolve();

  constructor(options: FlowMinutesOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = this.#options.clock.after(FLUSH_EVERY_MS, () => {
      void this.flush(true);
      this.start();
    });
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.flush(false);
  }

  begun(flow: FlowRef): void {
    this.#minute(flow).count += 1;
    this.#sinceStart.of(flow).started += 1;
  }

  refused(flow: FlowRef): void {
    this.#minute(flow).rejected += 1;
    this.#sinceStart.of(flow).rejected += 1;
  }

  ended(flow: FlowRef, run: { readonly isFailed: boolean; readonly ms: number }): void {
    const minute = this.#minute(flow);
    minute.ended += 1;
    minute.duration_ms += Math.max(0, run.ms);
    if (run.isFailed) minute.failed += 1;
    const sums = this.#sinceStart.of(flow);
    sums[run.isFailed ? 'failed' : 'succeeded'] += 1;
    sums.durationMs += Math.max(0, run.ms);
  }

  /** Since the server started. */
  totals(): FlowTotals[] {
    return this.#sinceStart.totals();
  }

  /** Sums of the steps of a range, oldest first; steps without runs are zero. */
  async points(
    of: { readonly projectId: string; readonly flowId?: string },
    { from, to, stepMs }: { readonly from: number; readonly to: number; readonly stepMs: number },
  ): Promise<FlowPoint[]> {
    await this.flush(true);
    const first = Math.floor(from / stepMs) * stepMs;
    const rows = await this.#options.store.read(of, first, to);
    const steps = new Map<number, FlowMinute[]>();
    for (let at = first; at <= to; at += stepMs) steps.set(at, []);
    for (const row of rows) steps.get(Math.floor(row.minute / stepMs) * stepMs)?.push(row);
    return [...steps].map(([time, minutes]) => pointOf(time, minutes));
  }

  /** Minutes since the epoch; `to` is excluded. */
  async ofFlows(flowIds: readonly string[], from: number, to: number): Promise<FlowAlarmMinute[]> {
    await this.flush(true);
    const rows = await this.#options.store.ofFlows(flowIds, from * MINUTE_MS, to * MINUTE_MS);
    return rows.map((row) => ({
      flowId: row.flow_id,
      minute: Number(row.minute) / MINUTE_MS,
      count: Number(row.count),
      failed: Number(row.failed),
      rejected: Number(row.rejected),
      ran: Number(row.ended),
      durationMs: Number(row.duration_ms),
      running: Number(row.running),
      // rows have sums only, and flows no instances
      ...{ maxMs: 0, minMs: 0, reserved: 0 },
    }));
  }

  /** Adds what was counted; with `gauges` also how many runs are active now. */
  flush(gauges: boolean): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#flush(gauges));
    return this.#flushing;
  }

  async #flush(gauges: boolean): Promise<void> {
    const { store, clock, log } = this.#options;
    try {
      if (gauges) {
        for (const { project_id, flow_id, running } of await store.active(MOST_ROWS)) {
          const minute = this.#minute({ projectId: project_id, flowId: flow_id });
          minute.running = Math.max(minute.running, running);
        }
      }
      const rows = [...this.#minutes.values()];
      this.#minutes = new Map();
      try {
        await store.add(rows);
      } catch (error) {
        for (const row of rows) this.#putBack(row);
        throw error;
      }
      await store.purge(clock.now() - KEEP_MS);
    } catch (error) {
      log.warn({ err: error }, 'the metrics of flows could not be stored');
    }
  }

  #putBack(row: FlowMinute): void {
    const minute = this.#minute({ projectId: row.project_id, flowId: row.flow_id }, row.minute);
    for (const field of ['count', 'failed', 'rejected', 'ended', 'duration_ms'] as const) minute[field] += row[field];
    minute.running = Math.max(minute.running, row.running);
  }

  #minute({ projectId, flowId }: FlowRef, at = this.#options.clock.now()) {
    const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
    const key = `${flowId} ${minute}`;
    const known = this.#minutes.get(key);
    if (known !== undefined) return known;
    const counts = { count: 0, failed: 0, rejected: 0, ended: 0, duration_ms: 0, running: 0 };
    const row = { project_id: projectId, flow_id: flowId, minute, ...counts };
    if (this.#minutes.size < MOST_ROWS) this.#minutes.set(key, row);
    return row;
  }
}

/** As long as metrics of functions with the usual setting. */
const KEEP_MS = 30 * 24 * 3600 * 1000;

function pointOf(time: number, minutes: readonly FlowMinute[]): FlowPoint {
  const sum = (field: 'count' | 'failed' | 'rejected' | 'ended' | 'duration_ms'): number =>
    minutes.reduce((total, minute) => total + minute[field], 0);
  const running = new Map<number, number>();
  for (const { minute, running: active } of minutes) running.set(minute, (running.get(minute) ?? 0) + active);
  return {
    time,
    count: sum('count'),
    failed: sum('failed'),
    rejected: sum('rejected'),
    running: Math.max(0, ...running.values()),
    averageMs: sum('ended') === 0 ? 0 : Math.round(sum('duration_ms') / sum('ended')),
  };
}
