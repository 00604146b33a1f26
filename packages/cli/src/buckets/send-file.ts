import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { CliError, systemCode, usageError } from '../framework/index.ts';
import { type StorageBody, type StorageClient, textBody } from './storage-client.ts';
import { textOf } from './xml.ts';

const MB = 2 ** 20;
/** A larger file is sent in parts of at least this size. */
const PART_BYTES = 16 * MB;
/** S3 has no more for one object. */
const MAX_PARTS = 10_000;

export interface SendFile {
  readonly bucket: string;
  readonly key: string;
  readonly file: string;
  readonly contentType: string | undefined;
  readonly signal: AbortSignal;
  /** Gets how many bytes of the file the server has after each part. */
  readonly onSent: (bytes: number, size: number) => void;
}

export interface SentFile {
  readonly size: number;
  readonly etag: string;
}

/**
 * Stores a file as an object, which exists as a whole or not at all. Each part is read twice, so that the server refuses one
 * that has changed on its way. An upload that fails is aborted.
 */
export async function sendFile(client: StorageClient, request: SendFile): Promise<SentFile> {
  const { bucket, key, file, contentType, signal } = request;
  const size = await sizeOf(file);
  const headers = contentType === undefined ? {} : { 'content-type': contentType };
  if (size <= PART_BYTES) {
    const body = await slice(file, 0, size, signal);
    const answer = await client.headers({ method: 'PUT', bucket, key, headers, body, signal });
    return { size, etag: unquoted(answer.etag) };
  }
  const created = await client.document({ method: 'POST', bucket, key, query: { uploads: '' }, headers, signal });
  const uploadId = textOf(created, 'UploadId');
  if (uploadId === '') throw new CliError('the server named no upload', { code: 'CLI.PROTOCOL' });
  const upload = { bucket, key, query: { uploadId } };
  try {
    return { size, etag: await sendParts(client, request, size, uploadId) };
  } catch (error) {
    // also after an interruption; what remains is removed by the server after a week
    await client.headers({ method: 'DELETE', ...upload }).catch(() => undefined);
    throw error;
  }
}

/** How large the parts of a file are: whole megabytes, and not more than S3 allows. */
export function partBytes(size: number): number {
  return Math.max(PART_BYTES, Math.ceil(size / MAX_PARTS / MB) * MB);
}

async function sendParts(client: StorageClient, request: SendFile, size: number, uploadId: string): Promise<string> {
  const { bucket, key, file, signal, onSent } = request;
  const step = partBytes(size);
  const parts: string[] = [];
  for (let from = 0; from < size; from += step) {
    const to = Math.min(from + step, size);
    const query = { partNumber: String(parts.length + 1), uploadId };
    const body = await slice(file, from, to, signal);
    const { etag } = await client.headers({ method: 'PUT', bucket, key, query, body, signal });
    parts.push(`<Part><PartNumber>${query.partNumber}</PartNumber><ETag>${unquoted(etag)}</ETag></Part>`);
    onSent(to, size);
  }
  const body = textBody(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`);
  const done = await client.document({ method: 'POST', bucket, key, query: { uploadId }, body, signal });
  return unquoted(textOf(done, 'ETag'));
}

async function sizeOf(file: string): Promise<number> {
  try {
    const found = await stat(file);
    if (found.isFile()) return found.size;
  } catch (cause) {
    throw usageError(`cannot read ${file}: ${systemCode(cause) ?? 'unknown reason'}`);
  }
  throw usageError(`${file} is not a file`);
}

/** The bytes of a file from one place to before another. */
async function slice(file: string, from: number, to: number, signal: AbortSignal): Promise<StorageBody> {
  const digest = createHash('sha256');
  for await (const piece of bytesOf(file, from, to)) {
    signal.throwIfAborted();
    digest.update(piece);
  }
  return { size: to - from, sha256: digest.digest('hex'), open: () => Readable.from(bytesOf(file, from, to)) };
}

async function* bytesOf(file: string, from: number, to: number): AsyncGenerator<Buffer> {
  let missing = to - from;
  if (missing === 0) return;
  for await (const piece of createReadStream(file, { start: from, end: to - 1, highWaterMark: MB / 4 })) {
    missing -= (piece as Buffer).length;
    yield piece as Buffer;
  }
  if (missing > 0) throw new CliError(`${file} became shorter while it was sent`, { code: 'CLI.FILE_CHANGED' });
}

function unquoted(etag: string | undefined): string {
  return etag?.replaceAll('"', '') ?? '';
}
