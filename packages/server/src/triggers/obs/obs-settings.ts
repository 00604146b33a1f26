import { randomBytes } from 'node:crypto';
import type { TriggerFields } from '@funcgraph/api';
import { PlatformError } from '../../lib/platform-error.ts';
import type { ObjectEvent } from '../../services/index.ts';
import { eventsOf } from './object-events.ts';

export interface ObsSettings {
  readonly kind: 'OBS';
  readonly name: string;
  readonly bucket: string;
  /** As written. */
  readonly events: readonly string[];
  /** Empty for every key. */
  readonly prefix: string;
  readonly suffix: string;
}

/** What decides which objects it gets. */
export type ObjectFilter = Pick<ObsSettings, 'events' | 'prefix' | 'suffix'>;

const CODE = 'invalid_obs_trigger';
const MAX_BUCKET_CHARS = 64;
const MAX_KEY_BYTES = 1024;

/** Reads them from decoded `event_data`. */
export function readObs(data: TriggerFields<'OBS'>): ObsSettings {
  const { bucket = '', events = [], prefix = '', suffix = '' } = data;
  // without a name, the service names it by an id
  const name = data.name || `obs-${randomBytes(4).toString('hex')}`;
  return { kind: 'OBS', name, bucket, events, prefix, suffix };
}

export function obsData({ name, bucket, events, prefix, suffix }: ObsSettings) {
  return { name, bucket, events: [...events], prefix, suffix };
}

/** Throws `invalid_obs_trigger`. */
export function checkObs({ bucket, events, prefix, suffix }: ObsSettings): void {
  if (bucket === '' || bucket.length > MAX_BUCKET_CHARS) {
    const what = bucket === '' ? 'is missing' : `has more than ${MAX_BUCKET_CHARS} characters`;
    throw new PlatformError(CODE, `bucket ${what}`, { hint: 'The name of a bucket of the project.' });
  }
  if (events.length === 0) {
    throw new PlatformError(CODE, 'events is missing', { hint: 'For example ["ObjectCreated"].' });
  }
  const unknown = events.find((event) => eventsOf(event) === undefined);
  if (unknown !== undefined) {
    throw new PlatformError(CODE, `events: ${JSON.stringify(unknown.slice(0, 64))} is no event of objects`, {
      hint: 'ObjectCreated, Put, Post, Copy, CompleteMultipartUpload, ObjectRemoved, Delete; or s3:ObjectCreated:Put.',
    });
  }
  if (objectEvents({ events }).size === 0) {
    throw new PlatformError(CODE, 'events: buckets have no versions, so DeleteMarkerCreated never happens', {
      hint: 'Use Delete.',
    });
  }
  for (const [field, text] of Object.entries({ prefix, suffix })) {
    if (!text.isWellFormed() || Buffer.byteLength(text) > MAX_KEY_BYTES) {
      throw new PlatformError(CODE, `${field} is no text of at most ${MAX_KEY_BYTES} bytes of UTF-8`);
    }
  }
}

/** The events that the names stand for. */
export function objectEvents({ events }: Pick<ObjectFilter, 'events'>): ReadonlySet<ObjectEvent> {
  return new Set(events.flatMap((event) => eventsOf(event) ?? []));
}

export function matches(filter: ObjectFilter, { event, key }: { readonly event: ObjectEvent; readonly key: string }) {
  return objectEvents(filter).has(event) && key.startsWith(filter.prefix) && key.endsWith(filter.suffix);
}

/** Whether an object may exist of which both get the same event: buckets refuse such rules. */
export function overlap(one: ObjectFilter, other: ObjectFilter): boolean {
  const [prefixes, suffixes] = [
    [one.prefix, other.prefix],
    [one.suffix, other.suffix],
  ] as const;
  return (
    [...objectEvents(one)].some((event) => objectEvents(other).has(event)) &&
    (prefixes[0].startsWith(prefixes[1]) || prefixes[1].startsWith(prefixes[0])) &&
    (suffixes[0].endsWith(suffixes[1]) || suffixes[1].endsWith(suffixes[0]))
  );
}
