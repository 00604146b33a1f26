import type { Quotas } from '../../domain/quotas.ts';
import { BucketError } from './errors.ts';
import type { Usage } from './types.ts';

export const NO_USAGE: Usage = { buckets: 0, objects: 0, bytes: 0, uploads: 0, parts: 0 };

export type UsageChange = Partial<Usage>;

/** The most of each that a project may store. */
export type UsageLimits = Pick<Quotas, 'buckets' | 'objects' | 'objectBytes' | 'uploads' | 'uploadParts'>;

/** The fields of usage with their limits and the words for people. */
export const FIELDS = [
  ['buckets', 'buckets', 'buckets'],
  ['objects', 'objects', 'objects'],
  ['bytes', 'objectBytes', 'bytes in objects and unfinished uploads'],
  ['uploads', 'uploads', 'unfinished uploads'],
  ['parts', 'uploadParts', 'parts of unfinished uploads'],
] as const satisfies readonly (readonly [keyof Usage, keyof UsageLimits, string])[];

/** Pure. Throws `QuotaExceeded` or `TooManyBuckets` for growth beyond a limit; what does not grow is always possible. */
export function checkUsage(usage: Usage, change: UsageChange, limits: UsageLimits): void {
  for (const [field, limit, words] of FIELDS) {
    const growth = change[field] ?? 0;
    if (growth <= 0 || usage[field] + growth <= limits[limit]) continue;
    const code = field === 'buckets' ? 'TooManyBuckets' : 'QuotaExceeded';
    throw new BucketError(
      code,
      `The project stores ${usage[field]} ${words}, and may store ${limits[limit]}; this needs ${growth} more.`,
    );
  }
}

/** Pure: the sum of changes. */
export function sumOf(changes: readonly UsageChange[]): UsageChange {
  return Object.fromEntries(
    FIELDS.map(([field]) => [field, changes.reduce((sum, change) => sum + (change[field] ?? 0), 0)]),
  );
}
