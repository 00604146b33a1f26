import type { Transferable } from 'node:worker_threads';
import { StorageError } from './errors.ts';

/** Values that a database takes. */
export type SqlValue = null | number | bigint | string | Uint8Array;

/** Blobs of at least this size are moved to the other thread instead of being copied a second time. */
const moveFrom = 16 * 1024;

/**
 * Statement parameters as the databases take them: booleans become 0 and 1, blobs are copied (the caller may reuse its
 * buffer). Throws `storage.parameter` for anything else, so that one bad value cannot spoil the message it travels in.
 */
export function encodeParameters(values: readonly unknown[], transfer: Transferable[]): SqlValue[] {
  return values.map((value, index) => {
    if (value === null || typeof value === 'string' || typeof value === 'bigint') return value;
    if (typeof value === 'number') return value;
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (value instanceof Uint8Array) {
      // A clone of a view takes its whole buffer along, and small Buffers share one of 8 KiB.
      const copy = new Uint8Array(value);
      if (copy.byteLength >= moveFrom) transfer.push(copy.buffer);
      return copy;
    }
    throw new StorageError('storage.parameter', `parameter ${index + 1} is a ${typeof value}, which cannot be stored`, {
      hint: 'Pass null, a number, a bigint, a string, a boolean or a Uint8Array; encode objects as JSON text.',
    });
  });
}
