import type { Clock, Timer } from '../../lib/clock.ts';
import type { ExportFacts, Packet, Signal, Verdict } from './types.ts';

/** Requests that wait for the collector. */
const MAX_BYTES = 16 * 1024 * 1024;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

export interface SenderOptions {
  readonly post: (packet: Packet, cut: AbortSignal) => Promise<Verdict>;
  readonly clock: Clock;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
  readonly maxBytes?: number;
}

/**
 * Sends requests one at a time and in order. While the collector does not answer, they wait up to a number of bytes;
 * above it the oldest are dropped.
 */
export class Sender {
  readonly #options: SenderOptions;
  readonly #maxBytes: number;
  readonly #waiting: Packet[] = [];
  readonly #dropped: Record<Signal, number> = { logs: 0, traces: 0, metrics: 0 };
  readonly #cut = new AbortController();
  #bytes = 0;
  #failures = 0;
  #failure: string | undefined;
  #running: Promise<void> | undefined;
  #pause: { readonly timer: Timer; readonly end: () => void } | undefined;
  #isStopping = false;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
  }

  get facts(): ExportFacts {
    return { dropped: { ...this.#dropped }, bufferedBytes: this.#bytes, failure: this.#failure };
  }

  push(packet: Packet): void {
    this.#waiting.push(packet);
    this.#bytes += packet.body.length;
    // the first one may be under way
    while (this.#bytes > this.#maxBytes && this.#waiting.length > 1) this.#drop(this.#waiting.splice(1, 1)[0]);
    this.#running ??= this.#run();
  }

  /** Sends what waits, for at most `ms`. A collector that does not take a request gets no further one. */
  async stop(ms: number): Promise<void> {
    this.#isStopping = true;
    this.#pause?.end();
    const timer = this.#options.clock.after(ms, () => this.#cut.abort());
    await this.#running;
    timer.cancel();
    for (const packet of this.#waiting.splice(0)) this.#drop(packet);
  }

  async #run(): Promise<void> {
    for (let packet = this.#waiting[0]; packet !== undefined; packet = this.#waiting[0]) {
      const verdict = await this.#options.post(packet, this.#cut.signal);
      this.#failure = verdict.kind === 'taken' ? undefined : verdict.reason;
      if (verdict.kind === 'later') {
        if (this.#isStopping) break;
        await this.#wait(verdict.waitMs);
        continue;
      }
      this.#failures = 0;
      this.#waiting.shift();
      if (verdict.kind === 'refused') this.#drop(packet);
      else {
        this.#bytes -= packet.body.length;
        this.#dropped[packet.signal] += Math.min(verdict.rejected, packet.items);
      }
    }
    this.#running = undefined;
  }

  #wait(ms: number | undefined): Promise<void> {
    const { clock, random } = this.#options;
    const longest = Math.min(FIRST_WAIT_MS * 2 ** this.#failures, LONGEST_WAIT_MS);
    this.#failures += 1;
    return new Promise((resolve) => {
      const timer = clock.after(ms ?? longest * (0.5 + random() / 2), () => this.#pause?.end());
      const end = (): void => {
        timer.cancel();
        this.#pause = undefined;
        resolve();
      };
      this.#pause = { timer, end };
    });
  }

  #drop(packet: Packet | undefined): void {
    if (packet === undefined) return;
    this.#bytes -= packet.body.length;
    this.#dropped[packet.signal] += packet.items;
  }
}
