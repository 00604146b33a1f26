import { serveCalls } from '../lib/worker-thread.ts';
import { TelemetryEngine } from './telemetry-engine.ts';
import type { TelemetryCall, TelemetryResult, TelemetryThreadData } from './thread-calls.ts';

serveCalls<TelemetryCall, TelemetryResult>((data) => new TelemetryEngine(data as TelemetryThreadData));
