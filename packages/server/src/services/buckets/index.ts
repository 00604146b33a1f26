export { type BucketsOptions, openBuckets } from './open-buckets.ts';
export type * from './types.ts';
