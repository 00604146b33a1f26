import type { TriggerFields } from '@funcgraph/api';
import type { TriggerSources } from '../../control/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';

export interface DisSettings {
  readonly kind: 'DIS';
  readonly name: string;
  readonly streamName: string;
  readonly start: string;
  /** Most records of an event. */
  readonly batchSize: number;
  /** Most bytes of them. */
  readonly fetchBytes: number;
  readonly interval: number;
  readonly unit: string;
  /** As written: `true` or `false`. */
  readonly serial: string;
}

const MAX_BATCH = 10_000;
const MAX_FETCH_BYTES = 4 * 1024 * 1024;
const INTERVALS: Readonly<Record<string, readonly [number, number]>> = { s: [1, 60], ms: [100, 60_000] };

/** Reads them from decoded `event_data`. */
export function readDis(data: TriggerFields<'DIS'>): DisSettings {
  const { name, stream_name: streamName = '' } = data;
  return {
    kind: 'DIS',
    name: name || `dis-${streamName.slice(0, 60)}`,
    streamName,
    start: data.sharditerator_type || 'TRIM_HORIZON',
    batchSize: data.batch_size ?? 100,
    fetchBytes: data.max_fetch_bytes ?? 1024 * 1024,
    interval: data.polling_interval ?? (data.polling_unit === 'ms' ? 1_000 : 1),
    unit: data.polling_unit || 's',
    serial: data.is_serial || 'false',
  };
}

/** The settings as `event_data`. */
export function disData(settings: DisSettings): TriggerFields<'DIS'> {
  return {
    name: settings.name,
    stream_name: settings.streamName,
    sharditerator_type: settings.start,
    batch_size: settings.batchSize,
    max_fetch_bytes: settings.fetchBytes,
    polling_interval: settings.interval,
    polling_unit: settings.unit,
    is_serial: settings.serial,
  };
}

/** Throws `invalid_dis_trigger`. */
export function checkDis({ streamName, start, batchSize, fetchBytes, interval, unit, serial }: DisSettings): void {
  if (streamName === '') throw invalid('stream_name is missing');
  if (start !== 'TRIM_HORIZON' && start !== 'LATEST')
    throw invalid('sharditerator_type must be TRIM_HORIZON or LATEST');
  if (batchSize < 1 || batchSize > MAX_BATCH) throw invalid(`batch_size must be 1 to ${MAX_BATCH}`);
  if (fetchBytes < 1 || fetchBytes > MAX_FETCH_BYTES) throw invalid(`max_fetch_bytes must be 1 to ${MAX_FETCH_BYTES}`);
  const range = INTERVALS[unit];
  if (range === undefined) throw invalid('polling_unit must be s or ms');
  const [least, most] = range;
  if (interval < least || interval > most) throw invalid(`polling_interval must be ${least} to ${most} ${unit}`);
  if (serial !== 'true' && serial !== 'false') throw invalid('is_serial must be true or false');
}

/** Throws `trigger_stream_not_found`. */
export async function checkStream(
  { streamName }: DisSettings,
  projectId: string,
  sources: TriggerSources,
): Promise<void> {
  if (await sources.stream(projectId, streamName)) return;
  throw new PlatformError(
    'trigger_stream_not_found',
    `stream_name: the project has no stream ${streamName.slice(0, 64)}`,
    {
      hint: 'Create it first; triggers read streams of their own project.',
    },
  );
}

function invalid(message: string): PlatformError {
  return new PlatformError('invalid_dis_trigger', message);
}
