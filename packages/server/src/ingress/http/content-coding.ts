import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { LIMITS } from '@funcgraph/api';
import { PlatformError } from '../../lib/platform-error.ts';

const unzip = promisify(gunzip);
/** A few bytes become gigabytes: bodies that were compressed may be as large as the largest event. */
const MOST_BYTES = LIMITS.syncEventBytes + LIMITS.sizeToleranceBytes;

/** Whether a body must be decoded. Throws `unsupported_media_type` for a coding that the server does not have. */
export function isCompressed(coding: string | undefined): boolean {
  if (coding === undefined) return false;
  const name = coding.trim().toLowerCase();
  if (name === '' || name === 'identity') return false;
  if (name === 'gzip' || name === 'x-gzip') return true;
  throw new PlatformError('unsupported_media_type', `the Content-Encoding ${name.slice(0, 40)} is not supported`, {
    hint: 'Send the body as it is, or with gzip.',
  });
}

/**
 * The decoded bytes, at most `limitBytes`; off the main thread. Throws `unreadable_body` for bytes that are not gzip,
 * `body_too_large`.
 */
export async function decompressed(body: Buffer, limitBytes: number): Promise<Buffer> {
  if (body.length === 0) return body;
  const most = Math.min(limitBytes, MOST_BYTES);
  try {
    return await unzip(body, { maxOutputLength: most });
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new PlatformError('body_too_large', `the decoded body is over the limit of ${most} bytes`);
    }
    throw new PlatformError('unreadable_body', 'the body is not gzip, as its Content-Encoding says', { cause });
  }
}
