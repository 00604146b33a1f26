import { ProtobufLogsSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { type Clock, systemClock, type Timer } from '../../lib/clock.ts';
import { MINUTE_MS } from '../metrics/minute-table.ts';
import type { SinceStart } from '../metrics/since-start.ts';
import type { GaugeSample } from '../metrics/types.ts';
import type { InvocationRecord, LogLine } from '../types.ts';
import { Collector } from './collector.ts';
import { CallerTraces, logRecordOf } from './log-records.ts';
import { encodeMetrics } from './metric-data.ts';
import { MetricSource } from './metric-source.ts';
import { Resources, type ServerFacts } from './resources.ts';
import { Sender } from './sender.ts';
import { spansOf } from './spans.ts';
import type { ExportFacts, OtlpTarget, Signal } from './types.ts';

/** How long lines and records are gathered for one request. */
const GATHER_MS = 1000;
const MAX_ITEMS = 2000;
const MAX_CHARS = 512 * 1024;
const LAST_MS = 2000;

export interface ExporterOptions {
  readonly target: OtlpTarget;
  readonly server: ServerFacts;
  /** Sums of all functions, which others add to. */
  readonly sums: SinceStart;
  readonly clock?: Clock;
  readonly maxBytes?: number;
}

/** Sends log lines, invocations and metrics to an OpenTelemetry collector. In the telemetry thread; it never throws. */
export class Exporter {
  readonly #server: ServerFacts;
  readonly #clock: Clock;
  readonly #collector: Collector;
  readonly #sender: Sender;
  readonly #traces = new CallerTraces();
  #lines: LogLine[] = [];
  #chars = 0;
  #records: InvocationRecord[] = [];
  #timer: Timer | undefined;
  readonly #metrics: MetricSource;
  readonly #startedAt: number;
  #minutely: Timer | undefined;

  constructor({ target, server, sums, clock = systemClock, maxBytes }: ExporterOptions) {
    this.#server = server;
    this.#clock = clock;
    this.#collector = new Collector(target);
    this.#metrics = new MetricSource(sums);
    this.#startedAt = clock.now();
    this.#sender = new Sender({
      ...{ clock, random: Math.random, post: (packet, cut) => this.#collector.post(packet, cut) },
      ...(maxBytes === undefined ? {} : { maxBytes }),
    });
    this.#sendMetricsLater();
  }

  get facts(): ExportFacts {
    return this.#sender.facts;
  }

  addLines(lines: readonly LogLine[]): void {
    for (const line of lines) {
      this.#traces.note(line);
      this.#lines.push(line);
      this.#chars += line.message.length;
      if (this.#lines.length >= MAX_ITEMS || this.#chars >= MAX_CHARS) this.#sendLines();
    }
    this.#sendLater();
  }

  addRecords(records: readonly InvocationRecord[]): void {
    for (const record of records) {
      if (record.isUntraced) continue;
      this.#records.push(record);
      if (this.#records.length >= MAX_ITEMS) this.#sendRecords();
    }
    this.#sendLater();
  }

  addGauges(samples: readonly GaugeSample[]): void {
    this.#metrics.addGauges(samples);
  }

  /** Sends what was gathered, for at most two seconds. */
  async close(): Promise<void> {
    this.#minutely?.cancel();
    this.#sendGathered();
    this.#sendMetrics();
    await this.#sender.stop(LAST_MS);
    this.#collector.close();
  }

  #sendLater(): void {
    this.#timer ??= this.#clock.after(GATHER_MS, () => this.#sendGathered());
  }

  #sendGathered(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#sendLines();
    this.#sendRecords();
  }

  #sendLines(): void {
    const resources = new Resources(this.#server);
    const items = this.#lines.map((line) => logRecordOf(line, resources, this.#traces));
    this.#lines = [];
    this.#chars = 0;
    if (items.length > 0) this.#send('logs', ProtobufLogsSerializer.serializeRequest(items), items.length);
  }

  #sendRecords(): void {
    const resources = new Resources(this.#server);
    const { length } = this.#records;
    const spans = this.#records.flatMap((record) => spansOf(record, resources));
    this.#records = [];
    if (length > 0) this.#send('traces', ProtobufTraceSerializer.serializeRequest(spans), length);
  }

  #sendMetricsLater(): void {
    this.#minutely = this.#clock.after(MINUTE_MS - (this.#clock.now() % MINUTE_MS), () => {
      this.#sendMetrics();
      this.#sendMetricsLater();
    });
  }

  #sendMetrics(): void {
    const states = this.#metrics.take();
    if (states.length === 0) return;
    const body = encodeMetrics(states, { from: this.#startedAt, to: this.#clock.now() }, this.#server);
    this.#send('metrics', body, states.length);
  }

  #send(signal: Signal, body: Uint8Array | undefined, items: number): void {
    if (body !== undefined) this.#sender.push({ signal, body, items });
  }
}
