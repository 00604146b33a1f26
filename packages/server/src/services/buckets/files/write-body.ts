import { type FileHandle, open } from 'node:fs/promises';
import { type Digested, Digests } from '../digests.ts';
import { BucketError } from '../errors.ts';
import type { Body } from '../types.ts';

/** Bytes that are hashed and written in one turn: the event loop is free between them. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Writes a body to a new file, gives it its place when it is whole, and makes it durable. Throws `IncompleteBody`,
 * `InvalidRequest` (more bytes than declared), `InvalidDigest` and `BadDigest`; the caller removes the file.
 */
export async function writeBody(path: string, body: Body, place: () => Promise<unknown>): Promise<Digested> {
  const digests = new Digests(body);
  await using file = await open(path, 'wx', 0o600);
  let size = 0;
  for await (const bytes of body.bytes) {
    size += bytes.length;
    if (size > body.size) throw new BucketError('InvalidRequest', `The body is longer than ${body.size} bytes.`);
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      const chunk = bytes.subarray(at, at + CHUNK_BYTES);
      digests.update(chunk);
      await writeAll(file, chunk);
    }
  }
  if (size < body.size) {
    throw new BucketError('IncompleteBody', `The body ended after ${size} of its ${body.size} bytes.`);
  }
  const digested = digests.finish();
  await place();
  await file.sync();
  return digested;
}

/** Repeats `write`, which may write less than its argument. */
async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length; ) done += (await file.write(chunk, done)).bytesWritten;
}
