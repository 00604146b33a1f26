import { StorageError } from '../errors.ts';
import type { Head } from '../head.ts';
import type { Claim } from '../signatures/claim.ts';
import { CHECKSUM_BYTES, CHECKSUMS, type ChecksumName } from './checksums.ts';

/** What the head of a request says about its body, checked before a byte of the body is read. */
export interface PayloadPlan {
  /** Length of the decoded body; undefined when the client declares none. */
  readonly bytes: number | undefined;
  /** Undefined for a body that is sent as it is. */
  readonly chunks: { readonly signed: boolean; readonly trailer: string | undefined } | undefined;
  readonly md5: Buffer | undefined;
  readonly sha256: Buffer | undefined;
  readonly checksum: { readonly name: ChecksumName; readonly value: Buffer | 'in the trailer' } | undefined;
}

const CHECKSUM_HEADER = /^x-amz-checksum-(?!algorithm$|type$|mode$)(.*)$/;

/** Throws `StorageError` for a head with which no body can be valid. */
export function planPayload({ headers }: Head, { payload }: Pick<Claim, 'payload'>): PayloadPlan {
  const declared = lengthOf(headers, 'content-length');
  const isChunked = payload.kind === 'chunked';
  const decoded = lengthOf(headers, 'x-amz-decoded-content-length');
  if (isChunked && decoded === undefined) {
    throw new StorageError('MissingContentLength', 'A body in chunks needs the header x-amz-decoded-content-length.');
  }
  const trailer = trailerOf(headers, isChunked && payload.trailer);
  return {
    bytes: isChunked ? decoded : declared,
    chunks: isChunked ? { signed: payload.signed, trailer } : undefined,
    md5: digestOf(headers, 'content-md5', 16),
    sha256: isChunked || payload.sha256 === undefined ? undefined : Buffer.from(payload.sha256, 'hex'),
    checksum: checksumOf(headers, trailer),
  };
}

function lengthOf(headers: ReadonlyMap<string, string>, name: string): number | undefined {
  const text = headers.get(name);
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new StorageError('InvalidArgument', `The header ${name} is not a number of bytes.`);
}

function digestOf(headers: ReadonlyMap<string, string>, name: string, bytes: number): Buffer | undefined {
  const text = headers.get(name);
  return text === undefined ? undefined : decodeDigest(text, name, bytes);
}

/** Throws `InvalidDigest` for text that is not as many bytes in base64. */
export function decodeDigest(text: string, name: string, bytes: number): Buffer {
  const digest = Buffer.from(text, 'base64');
  if (digest.length === bytes && digest.toString('base64') === text) return digest;
  throw new StorageError('InvalidDigest', `The value of ${name} is not ${bytes} bytes in base64.`);
}

function trailerOf(headers: ReadonlyMap<string, string>, isAllowed: boolean): string | undefined {
  const name = headers.get('x-amz-trailer')?.trim().toLowerCase();
  if (name === undefined) return undefined;
  if (!isAllowed || checksumName(name) === undefined) {
    throw new StorageError('InvalidRequest', 'The header x-amz-trailer must name one checksum of a body in chunks.');
  }
  return name;
}

function checksumName(header: string): ChecksumName | undefined {
  const name = CHECKSUM_HEADER.exec(header)?.[1];
  return CHECKSUMS.find((known) => known === name);
}

function checksumOf(headers: ReadonlyMap<string, string>, trailer: string | undefined): PayloadPlan['checksum'] {
  const given = [...headers.keys(), ...(trailer === undefined ? [] : [trailer])].filter((name) =>
    CHECKSUM_HEADER.test(name),
  );
  const [header] = given;
  if (header === undefined) return undefined;
  if (given.length > 1) throw new StorageError('InvalidRequest', 'A request may have one checksum only.');
  const name = checksumName(header);
  if (name === undefined) {
    throw new StorageError('NotImplemented', `The checksum of ${header.slice(0, 100)} is not implemented.`, {
      hint: `Implemented are ${CHECKSUMS.join(', ')}.`,
    });
  }
  const value = headers.get(header);
  return {
    name,
    value: value === undefined ? 'in the trailer' : decodeDigest(value, header, CHECKSUM_BYTES[name]),
  };
}
