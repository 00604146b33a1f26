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
 * The decoded body, in pieces and once. It throws in place of the end when the body is not what its head, its chunks or
 * its trailer say: a reader that stores nothing before the end stores no wrong body. Reads nothing from a source that is
 * too long.
 */
export class DecodedPayload implements AsyncIterable<Buffer> {
  readonly #source: AsyncIterable<Buffer>;
  readonly #plan: PayloadPlan;
  readonly #limitBytes: number;
  readonly #decoder: ChunkDecoder | undefined;

  constructor(source: AsyncIterable<Buffer>, plan: PayloadPlan, { limitBytes, signing }: PayloadOptions) {
    this.#source = source;
    this.#plan = plan;
    this.#limitBytes = limitBytes;
    const { chunks, bytes = 0 } = plan;
    this.#decoder =
      chunks === undefined
        ? undefined
        : new ChunkDecoder({
            decodedBytes: bytes,
            signing: chunks.signed ? signing : undefined,
            trailer: chunks.trailer,
          });
  }

  /** The value of the trailing header, after the last byte. */
  get trailer(): string | undefined {
    return this.#decoder?.trailer;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    const declared = this.#plan.bytes;
    const limit = this.#limitBytes;
    if ((declared ?? 0) > limit) throw tooLarge(limit);
    const checks = checksOf(this.#plan);
    let bytes = 0;
    for await (const raw of this.#source) {
      for (const piece of this.#decoder?.push(raw) ?? [raw]) {
        bytes += piece.length;
        if (bytes > limit) throw tooLarge(limit);
        for (const { hash } of checks) hash.update(piece);
        yield piece;
      }
    }
    this.#decoder?.end();
    if (declared !== undefined && bytes !== declared) {
      throw new StorageError('IncompleteBody', 'The body is shorter than its declared length.');
    }
    for (const check of checks) check.finish(this.trailer);
  }
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
