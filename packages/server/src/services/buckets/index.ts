export { BucketStore } from './bucket-store.ts';
export { BucketError } from './errors.ts';
export { openBuckets } from './open-buckets.ts';
export type * from './types.ts';
