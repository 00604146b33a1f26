import { createHash, type Hash, hash, timingSafeEqual } from 'node:crypto';
import { StorageError } from '../errors.ts';
import type { ChunkSigner } from '../signatures/claim.ts';

/** A chunk's size in hex, its signature, and nothing else. */
const MAX_LINE_BYTES = 128;
const CHUNK_LINE = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/;
const MAX_TRAILER_BYTES = 1024;
/** Every chunk but the last one must have as many bytes, as with S3: each costs a hash and a signature. */
const MIN_CHUNK_BYTES = 8 * 1024;

export interface ChunkOptions {
  /** Length of the body itself, which the client declares. */
  readonly decodedBytes: number;
  /** For a body whose chunks are signed; continues the signature of the head. */
  readonly signing: { readonly signer: ChunkSigner; readonly seed: string } | undefined;
  /** The lower-case name of the one trailing header that the client declares. */
  readonly trailer: string | undefined;
}

type State = 'size' | 'data' | 'data end' | 'trailer' | 'done';

/**
 * Decodes the chunked form that S3 clients put a body in. Takes the body in pieces of any size and holds none of it
 * back: the content of a chunk is passed on before its signature is known, so it must not be used before `end` has
 * returned.
 */
export class ChunkDecoder {
  readonly #options: ChunkOptions;
  #state: State = 'size';
  #line = '';
  /** Bytes of the present chunk that have not arrived. */
  #left = 0;
  #decoded = 0;
  #wasSmall = false;
  #signature: string;
  #given = '';
  #hash: Hash | undefined;
  #trailerBytes = 0;
  #trailerLine = '';
  #trailerValue: string | undefined;
  #trailerSignature: string | undefined;

  constructor(options: ChunkOptions) {
    this.#options = options;
    this.#signature = options.signing?.seed ?? '';
  }

  /** The value of the declared trailing header, once `end` has returned. */
  get trailer(): string | undefined {
    return this.#trailerValue;
  }

  /** The decoded content of the next bytes. Throws `StorageError` for anything but valid chunks. */
  *push(bytes: Buffer): Generator<Buffer> {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === 'data') {
        const piece = bytes.subarray(at, at + this.#left);
        at += piece.length;
        this.#left -= piece.length;
        this.#hash?.update(piece);
        if (this.#left === 0) this.#state = 'data end';
        yield piece;
      } else at = this.#takeLine(bytes, at);
    }
  }

  /** Throws `IncompleteBody` unless everything has arrived. */
  end(): void {
    if (this.#state === 'done') return;
    throw new StorageError('IncompleteBody', 'The body ended before its last chunk.');
  }

  #takeLine(bytes: Buffer, from: number): number {
    const newline = bytes.indexOf(10, from);
    const end = newline < 0 ? bytes.length : newline + 1;
    const limit = this.#state === 'trailer' ? MAX_TRAILER_BYTES : MAX_LINE_BYTES;
    if (this.#line.length + end - from > limit) throw invalid('a line between the chunks is too long');
    this.#line += bytes.toString('latin1', from, end);
    if (newline < 0) return end;
    if (!this.#line.endsWith('\r\n')) throw invalid('a line between the chunks does not end with CR LF');
    const line = this.#line.slice(0, -2);
    this.#line = '';
    this.#onLine(line);
    return end;
  }

  #onLine(line: string): void {
    switch (this.#state) {
      case 'size':
        this.#beginChunk(line);
        return;
      case 'data end':
        if (line !== '') throw invalid('a chunk has more bytes than its size');
        this.#checkSignature();
        this.#state = 'size';
        return;
      case 'trailer':
        this.#trailer(line);
        return;
      default:
        throw invalid('bytes follow the last chunk');
    }
  }

  #beginChunk(line: string): void {
    const { signing, decodedBytes } = this.#options;
    const [, digits, signature] = CHUNK_LINE.exec(line) ?? [];
    if (digits === undefined || (signature !== undefined) !== (signing !== undefined)) {
      throw invalid('the line before a chunk has not the declared form');
    }
    const size = Number.parseInt(digits, 16);
    this.#given = signature ?? '';
    if (signing !== undefined) this.#hash = createHash('sha256');
    if (size === 0) {
      if (this.#decoded !== decodedBytes) throw wrongLength();
      this.#checkSignature();
      this.#state = 'trailer';
      return;
    }
    if (this.#wasSmall) {
      throw new StorageError('InvalidChunkSizeError', `Only the last chunk may be under ${MIN_CHUNK_BYTES} bytes.`, {
        hint: 'Buffer the source of the body; the AWS SDK for JavaScript does it with requestStreamBufferSize.',
      });
    }
    this.#wasSmall = size < MIN_CHUNK_BYTES;
    this.#decoded += size;
    if (this.#decoded > decodedBytes) throw wrongLength();
    this.#left = size;
    this.#state = 'data';
  }

  #checkSignature(): void {
    const { signing } = this.#options;
    if (signing === undefined || this.#hash === undefined) return;
    this.#signature = checked(signing.signer.chunk(this.#signature, this.#hash.digest('hex')), this.#given);
  }

  #trailer(line: string): void {
    this.#trailerBytes += line.length + 2;
    if (this.#trailerBytes > MAX_TRAILER_BYTES) throw invalidTrailer('The trailer is too long.');
    if (line === '') {
      this.#endTrailer();
      this.#state = 'done';
      return;
    }
    const [, name = '', value = ''] = /^([A-Za-z0-9-]+):[ \t]*(\S*)[ \t]*$/.exec(line) ?? [];
    const lower = name.toLowerCase();
    const { trailer, signing } = this.#options;
    if (lower === 'x-amz-trailer-signature' && signing !== undefined && this.#trailerSignature === undefined) {
      this.#trailerSignature = value;
    } else if (trailer !== undefined && lower === trailer && this.#trailerValue === undefined) {
      this.#trailerValue = value;
      this.#trailerLine = `${lower}:${value}\n`;
    } else throw invalidTrailer('The trailer has a header that x-amz-trailer does not declare.');
  }

  #endTrailer(): void {
    const { trailer, signing } = this.#options;
    if (trailer !== undefined && this.#trailerValue === undefined) {
      throw invalidTrailer('The trailer lacks the header that x-amz-trailer declares.');
    }
    if (signing === undefined) return;
    if ((trailer === undefined) !== (this.#trailerSignature === undefined)) {
      throw invalidTrailer('The trailer must be signed.');
    }
    if (this.#trailerSignature === undefined) return;
    checked(signing.signer.trailer(this.#signature, hash('sha256', this.#trailerLine, 'hex')), this.#trailerSignature);
  }
}

function checked(expected: string, given: string): string {
  if (given.length === expected.length && timingSafeEqual(Buffer.from(expected), Buffer.from(given, 'latin1'))) {
    return expected;
  }
  throw new StorageError('SignatureDoesNotMatch', 'The signature of a chunk does not match its content.');
}

function invalid(what: string): StorageError {
  return new StorageError('InvalidRequest', `The chunks of the body are not valid: ${what}.`);
}

function invalidTrailer(message: string): StorageError {
  return new StorageError('MalformedTrailerError', message);
}

function wrongLength(): StorageError {
  return new StorageError('IncompleteBody', 'The body has not the length that x-amz-decoded-content-length declares.');
}
