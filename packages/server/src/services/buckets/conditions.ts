import { BucketError } from './errors.ts';
import type { ByteRange, ObjectHead, ReadConditions, WriteConditions } from './types.ts';

/** Pure. Throws `PreconditionFailed` or `NotModified`, as RFC 9110 (section 13.2.2) orders the checks. */
export function checkRead(head: ObjectHead, conditions: ReadConditions = {}): void {
  const { ifMatch, ifUnmodifiedSince, ifNoneMatch, ifModifiedSince } = conditions;
  if (ifMatch !== undefined ? !names(ifMatch, head.etag) : head.modifiedAt > (ifUnmodifiedSince ?? head.modifiedAt)) {
    throw preconditionFailed();
  }
  const isKnown =
    ifNoneMatch !== undefined
      ? names(ifNoneMatch, head.etag)
      : ifModifiedSince !== undefined && head.modifiedAt <= ifModifiedSince;
  if (isKnown) throw new BucketError('NotModified', 'The object has not changed.', { head });
}

/** Pure. `etag` is that of the object that the write replaces. Throws `PreconditionFailed` or `NoSuchKey`. */
export function checkWrite(etag: string | undefined, { ifMatch, ifNoneMatch }: WriteConditions = {}): void {
  if (ifMatch !== undefined) {
    if (etag === undefined) throw new BucketError('NoSuchKey', 'No object has this key, so its etag cannot match.');
    if (!names(ifMatch, etag)) throw preconditionFailed();
  }
  if (ifNoneMatch !== undefined && etag !== undefined && names(ifNoneMatch, etag)) throw preconditionFailed();
}

/** Pure: the bytes of an object of this size; both ends inclusive. Throws `InvalidRange` when there are none. */
export function resolveRange(range: ByteRange, size: number): { readonly first: number; readonly last: number } {
  const first = 'suffix' in range ? Math.max(0, size - range.suffix) : range.first;
  const last = 'suffix' in range ? size - 1 : Math.min(range.last ?? size - 1, size - 1);
  if (first < size && first <= last) return { first, last };
  throw new BucketError('InvalidRange', `The object has ${size} bytes, none of them in this range.`);
}

function names(etags: readonly string[], etag: string): boolean {
  return etags.includes('*') || etags.includes(etag);
}

function preconditionFailed(): BucketError {
  return new BucketError('PreconditionFailed', 'A condition of the request does not hold for the present object.');
}
