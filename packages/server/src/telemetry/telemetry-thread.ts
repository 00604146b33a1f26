import { workerData } from 'node:worker_threads';
import { serveCalls } from '../lib/worker-thread.ts';
import { SinceStart } from './metrics/since-start.ts';
import { TelemetryEngine } from './telemetry-engine.ts';
import type { TelemetryCall, TelemetryResult, TelemetryThreadData } from './thread-calls.ts';

const data = workerData as TelemetryThreadData;
// the modules of OpenTelemetry cost memory: only a server that exports loads them
const sums = new SinceStart();
const exporter =
  data.export === undefined ? undefined : new (await import('./export/exporter.ts')).Exporter({ ...data.export, sums });

serveCalls<TelemetryCall, TelemetryResult>(() => new TelemetryEngine(data, sums, exporter));
