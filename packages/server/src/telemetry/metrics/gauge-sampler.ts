import type { Clock, Timer } from '../../lib/clock.ts';
import type { Metrics } from './metrics.ts';
import { type CallTarget, type Peak, qualifiersOf, type RunningCalls } from './running-calls.ts';
import type { GaugeSample } from './types.ts';

/** A divisor of a minute, so that no sample spans two. */
const SAMPLE_MS = 10_000;

export interface GaugeSamplerOptions {
  readonly running: RunningCalls;
  readonly metrics: Pick<Metrics, 'addGauges'>;
  /** Every running instance. */
  readonly instances: () => Iterable<{ readonly spec: CallTarget; readonly reserved: boolean }>;
  /** Called with the most calls at once since the sample before. */
  readonly onPeaks: (peaks: readonly Peak[]) => void;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

type Mutable = { -readonly [K in keyof GaugeSample]: GaugeSample[K] };

/** Records several times a minute the peak number of concurrent calls and the number of instances. */
export class GaugeSampler {
  readonly #options: GaugeSamplerOptions;
  #timer: Timer | undefined;
  /** Start of the current sample. */
  #since: number;

  constructor(options: GaugeSamplerOptions) {
    this.#options = options;
    this.#since = options.clock.now();
  }

  start(): void {
    const { clock, onError } = this.#options;
    const now = clock.now();
    this.#timer = clock.after(SAMPLE_MS - (now % SAMPLE_MS), () => {
      this.sample().catch(onError);
      this.start();
    });
  }

  /** Resolves when the last sample is written. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.sample();
  }

  /** Writes the current sample. */
  async sample(): Promise<void> {
    const { running, metrics, instances, onPeaks, clock } = this.#options;
    const peaks = running.takePeaks();
    const samples = new Map<string, Mutable>();
    const sampleOf = (functionKey: string, qualifier: string): Mutable => {
      const text = `${functionKey}\n${qualifier}`;
      const sample = samples.get(text) ?? { functionKey, qualifier, concurrency: 0, reserved: 0, instances: 0 };
      samples.set(text, sample);
      return sample;
    };
    for (const { functionKey, qualifier, concurrency } of peaks) {
      sampleOf(functionKey, qualifier).concurrency = concurrency;
    }
    for (const { spec, reserved } of instances()) {
      for (const [key, qualifier] of qualifiersOf(spec)) {
        const sample = sampleOf(key, qualifier);
        sample.instances += 1;
        if (reserved) sample.reserved += 1;
      }
    }
    onPeaks(peaks);
    const since = this.#since;
    this.#since = clock.now();
    await metrics.addGauges([...samples.values()], since);
  }
}
