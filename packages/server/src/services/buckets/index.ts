export { BUCKET_ERRORS, BucketError, type BucketErrorCode } from './errors.ts';
export type * from './types.ts';
