import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { crc32c } from '../../lib/crc32c.ts';
import { BucketError } from './errors.ts';
import type { Body, Checksum, ChecksumAlgorithm } from './types.ts';

/** Bytes of the value of a checksum. */
const LENGTHS: Readonly<Record<ChecksumAlgorithm, number>> = { CRC32: 4, CRC32C: 4, SHA1: 20, SHA256: 32 };

interface Running {
  update(bytes: Uint8Array): void;
  digest(): Buffer;
}

/** What is known of bytes when all were seen. */
export interface Digested {
  /** MD5 in hex. */
  readonly md5: string;
  readonly checksum: Checksum | undefined;
}

/** The digests that a body needs, updated with its bytes. */
export class Digests {
  readonly #md5 = createHash('md5');
  readonly #sha256: Hash | undefined;
  readonly #checksum: Running | undefined;
  readonly #expected: Pick<Body, 'md5' | 'sha256' | 'checksum'>;

  /** Throws `InvalidDigest` when an expected digest has not the form of one. */
  constructor(expected: Pick<Body, 'md5' | 'sha256' | 'checksum'>) {
    const { md5, sha256, checksum } = expected;
    if (md5 !== undefined && !isBase64(md5, 16)) throw invalid('MD5');
    if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) throw invalid('SHA-256');
    this.#expected = expected;
    this.#sha256 = sha256 === undefined ? undefined : createHash('sha256');
    this.#checksum = checksum === undefined ? undefined : startChecksum(checksum.algorithm);
  }

  update(bytes: Uint8Array): void {
    this.#md5.update(bytes);
    this.#sha256?.update(bytes);
    this.#checksum?.update(bytes);
  }

  /** Throws `BadDigest` when the bytes are others than expected. Call once, after the last byte. */
  finish(): Digested {
    const { md5: expectedMd5, sha256: expectedSha256, checksum: kind } = this.#expected;
    const md5 = this.#md5.digest();
    if (expectedMd5 !== undefined && md5.toString('base64') !== expectedMd5) throw bad('MD5');
    if (this.#sha256 !== undefined && this.#sha256.digest('hex') !== expectedSha256) throw bad('SHA-256');
    if (kind === undefined || this.#checksum === undefined) return { md5: md5.toString('hex'), checksum: undefined };
    const { algorithm } = kind;
    const value = this.#checksum.digest().toString('base64');
    const expected = kind.expected();
    if (expected !== undefined && !isBase64(expected, LENGTHS[algorithm])) throw invalid(algorithm);
    if (expected !== undefined && expected !== value) throw bad(algorithm);
    return { md5: md5.toString('hex'), checksum: { algorithm, value } };
  }
}

/** Pure: the etag of an object of parts from theirs, MD5 in hex. */
export function etagOfParts(etags: readonly string[]): string {
  const hash = createHash('md5');
  for (const etag of etags) hash.update(Buffer.from(etag, 'hex'));
  return `${hash.digest('hex')}-${etags.length}`;
}

/** Pure: the checksum of an object of parts from theirs. */
export function checksumOfParts(algorithm: ChecksumAlgorithm, values: readonly string[]): Checksum {
  const running = startChecksum(algorithm);
  for (const value of values) running.update(Buffer.from(value, 'base64'));
  return { algorithm, value: `${running.digest().toString('base64')}-${values.length}` };
}

function startChecksum(algorithm: ChecksumAlgorithm): Running {
  if (algorithm === 'SHA1' || algorithm === 'SHA256') return createHash(algorithm.toLowerCase());
  const next = algorithm === 'CRC32' ? crc32 : crc32c;
  let value = 0;
  return {
    update: (bytes) => {
      value = next(bytes, value);
    },
    digest: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    },
  };
}

function isBase64(text: string, bytes: number): boolean {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && Buffer.from(text, 'base64').toString('base64') === text
    ? Buffer.from(text, 'base64').length === bytes
    : false;
}

function invalid(name: string): BucketError {
  return new BucketError('InvalidDigest', `The ${name} of the request does not have the form of one.`);
}

function bad(name: string): BucketError {
  return new BucketError('BadDigest', `The ${name} of the received bytes is not that of the request.`);
}
