import { ProtobufLogsSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { type Clock, systemClock, type Timer } from '../../lib/clock.ts';
import type { InvocationRecord, LogLine } from '../types.ts';
import { Collector } from './collector.ts';
import { CallerTraces, logRecordOf } from './log-records.ts';
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
  readonly clock?: Clock;
  readonly maxBytes?: number;
}

/** Sends log lines and invocations to an OpenTelemetry collector. In the telemetry thread; it never throws. */
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

  constructor({ target, server, clock = systemClock, maxBytes }: ExporterOptions) {
    this.#server = server;
    this.#clock = clock;
    this.#collector = new Collector(target);
    this.#sender = new Sender({
      ...{ clock, random: Math.random, post: (packet, cut) => this.#collector.post(packet, cut) },
      ...(maxBytes === undefined ? {} : { maxBytes }),
    });
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
      this.#records.push(record);
      if (this.#records.length >= MAX_ITEMS) this.#sendRecords();
    }
    this.#sendLater();
  }

  /** Sends what was gathered, for at most two seconds. */
  async close(): Promise<void> {
    this.#sendGathered();
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

  #send(signal: Signal, body: Uint8Array | undefined, items: number): void {
    if (body !== undefined) this.#sender.push({ signal, body, items });
  }
}
