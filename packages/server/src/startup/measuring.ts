import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import { type ApiParts, HttpMeter } from '../ingress/index.ts';
import type { Pool } from '../instances/index.ts';
import type { Clock } from '../lib/clock.ts';
import { GaugeSampler, type Peak, RunningCalls, type Telemetry } from '../telemetry/index.ts';
import { storageFacts, watchProcess } from './process-facts.ts';

export interface MeasuringOptions {
  readonly telemetry: Telemetry;
  readonly pool: Pick<Pool, 'census'>;
  readonly config: Pick<Config, 'dataDir'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Counters beside the records of invocations. */
export interface Measuring extends Pick<ApiParts, 'running' | 'meter' | 'sample' | 'processFacts' | 'storageFacts'> {
  readonly running: RunningCalls;
  /** The listener gets the most calls at once about every ten seconds. */
  onPeaks(listener: (peaks: readonly Peak[]) => void): void;
  /** Resolves when the last sample is written. */
  stop(): Promise<void>;
}

export function startMeasuring(options: MeasuringOptions): Measuring {
  const { telemetry, pool, config, clock, log } = options;
  const running = new RunningCalls();
  const meter = new HttpMeter();
  const watch = watchProcess();
  const listeners: Array<(peaks: readonly Peak[]) => void> = [];
  const sampler = new GaugeSampler({
    running,
    metrics: telemetry.metrics,
    instances: () => pool.census(),
    onPeaks: (peaks) => {
      for (const listener of listeners) listener(peaks);
    },
    clock,
    onError: (error) => log.error({ err: error }, 'gauges could not be written'),
  });
  sampler.start();
  return {
    running,
    meter,
    onPeaks: (listener) => void listeners.push(listener),
    sample: () => sampler.sample(),
    processFacts: () => watch.read(),
    storageFacts: () => storageFacts(config.dataDir),
    async stop() {
      watch.stop();
      await sampler.stop();
    },
  };
}
