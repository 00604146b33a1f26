import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import {
  HttpMeter,
  type ScrapeDeps,
  type StatisticsDeps,
  scrapeHandlers,
  statisticsHandlers,
} from '../ingress/index.ts';
import type { Pool } from '../instances/index.ts';
import type { Clock } from '../lib/clock.ts';
import { GaugeSampler, RunningCalls, type Telemetry } from '../telemetry/index.ts';
import { storageFacts, watchProcess } from './process-facts.ts';

export interface MeasuringOptions {
  readonly telemetry: Telemetry;
  readonly pool: Pick<Pool, 'census'>;
  readonly config: Pick<Config, 'dataDir' | 'region' | 'logRetainDays' | 'metricsToken'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Counters beside the records of invocations, and the pages that show them. */
export interface Measuring {
  readonly running: RunningCalls;
  readonly meter: HttpMeter;
  readonly handlers: (
    deps: Pick<StatisticsDeps, 'functionKey' | 'iam'> &
      Omit<ScrapeDeps, 'telemetry' | 'meter' | 'process' | 'storage' | 'token'>,
  ) => ReturnType<typeof statisticsHandlers> & ReturnType<typeof scrapeHandlers>;
  /** Resolves when the last sample is written. */
  stop(): Promise<void>;
}

export function startMeasuring(options: MeasuringOptions): Measuring {
  const { telemetry, pool, config, clock, log } = options;
  const token = config.metricsToken?.reveal();
  const running = new RunningCalls();
  const meter = new HttpMeter();
  const watch = watchProcess();
  const sampler = new GaugeSampler({
    running,
    metrics: telemetry.metrics,
    instances: () => pool.census(),
    clock,
    onError: (error) => log.error({ err: error }, 'gauges could not be written'),
  });
  sampler.start();
  return {
    running,
    meter,
    handlers: ({ functionKey, iam, ...parts }) => ({
      ...statisticsHandlers({
        iam,
        telemetry,
        sample: () => sampler.sample(),
        clock,
        region: config.region,
        retainDays: config.logRetainDays,
        functionKey,
      }),
      ...scrapeHandlers({
        ...parts,
        telemetry,
        meter,
        process: () => watch.read(),
        storage: () => storageFacts(config.dataDir),
        token,
      }),
    }),
    async stop() {
      watch.stop();
      await sampler.stop();
    },
  };
}
