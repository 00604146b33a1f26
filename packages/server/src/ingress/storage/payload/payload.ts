import { createHash } from 'node:crypto';
import { StorageError } from '../errors.ts';
import type { ChunkSigner } from '../signatures/claim.ts';
import { CHECKSUM_BYTES, startChecksum } from './checksums.ts';
import { ChunkDecoder } from './chunk-decoder.ts';
import { decodeDigest, type PayloadPlan } from './plan.ts';

export interface PayloadOptions {
  /** Most bytes of the decoded body. */
  readonly limitBytes: number;
  /** For a body in signed chunks. */
  readonly signing: { readonly signer: ChunkSigner; readonly seed: string } | undefined;
}

/**
 * The decoded body, in pieces. It throws in place of the end when the body is not what its head, its chunks or its
 * trailer say: a reader that stores nothing before the end stores no wrong body. Reads nothing from a source that is
 * too long.
 */
export async function* decodePayload(
  source: AsyncIterable<Buffer>,
  plan: PayloadPlan,
  { limitBytes, signing }: PayloadOptions,
): AsyncGenerator<Buffer, void> {
  if ((plan.bytes ?? 0) > limitBytes) throw tooLarge(limitBytes);
  const { chunks } = plan;
  const decoder =
    chunks === undefined
      ? undefined
      : new ChunkDecoder({
          decodedBytes: plan.bytes ?? 0,
          signing: chunks.signed ? signing : undefined,
          trailer: chunks.trailer,
        });
  const checks = checksOf(plan);
  let bytes = 0;
  for await (const raw of source) {
    for (const piece of decoder?.push(raw) ?? [raw]) {
      bytes += piece.length;
      if (bytes > limitBytes) throw tooLarge(limitBytes);
      for (const { hash } of checks) hash.update(piece);
      yield piece;
    }
  }
  decoder?.end();
  if (plan.bytes !== undefined && bytes !== plan.bytes) {
    throw new StorageError('IncompleteBody', 'The body is shorter than its declared length.');
  }
  for (const check of checks) check.finish(decoder?.trailer);
}

interface Check {
  readonly hash: { update(bytes: Buffer): unknown };
  finish(trailer: string | undefined): void;
}

function checksOf({ md5, sha256, checksum }: PayloadPlan): Check[] {
  const checks: Check[] = [];
  if (md5 !== undefined) {
    const hash = createHash('md5');
    checks.push({ hash, finish: () => refuseUnless(hash.digest().equals(md5), 'BadDigest', 'Content-MD5') });
  }
  if (sha256 !== undefined) {
    const hash = createHash('sha256');
    checks.push({
      hash,
      finish: () => refuseUnless(hash.digest().equals(sha256), 'XAmzContentSHA256Mismatch', 'the signed SHA-256'),
    });
  }
  if (checksum !== undefined) {
    const { name, value } = checksum;
    const header = `x-amz-checksum-${name}`;
    const hash = startChecksum(name);
    checks.push({
      hash,
      finish(trailer) {
        const expected = Buffer.isBuffer(value) ? value : decodeDigest(trailer ?? '', header, CHECKSUM_BYTES[name]);
        refuseUnless(hash.digest().equals(expected), 'BadDigest', header);
      },
    });
  }
  return checks;
}

function refuseUnless(matches: boolean, code: 'BadDigest' | 'XAmzContentSHA256Mismatch', what: string): void {
  if (!matches) throw new StorageError(code, `The body that arrived does not match ${what}.`);
}

function tooLarge(limitBytes: number): StorageError {
  return new StorageError('EntityTooLarge', `The body is over the limit of ${limitBytes} bytes.`, {
    hint: 'Upload a large object in parts.',
    details: { MaxSizeAllowed: String(limitBytes) },
  });
}
