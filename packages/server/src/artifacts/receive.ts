import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { ArtifactError } from './errors.ts';

/** Bytes of an upload, in memory or as a stream. */
export type UploadBytes = Uint8Array | AsyncIterable<Uint8Array>;

export interface Received {
  readonly sha256: string;
  readonly sha512: string;
  readonly sizeBytes: number;
}

/**
 * Writes an upload to a new file at `path` and makes it durable. Throws `ArtifactError` `too-large` at the first byte
 * over `maxBytes`; the caller removes the file.
 */
export async function receive(bytes: UploadBytes, path: string, maxBytes: number): Promise<Received> {
  const file = await open(path, 'wx', 0o644);
  try {
    const sha256 = createHash('sha256');
    const sha512 = createHash('sha512');
    let sizeBytes = 0;
    const take = async (chunk: Uint8Array): Promise<void> => {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw new ArtifactError('too-large', `the code is larger than ${maxBytes} bytes`);
      sha256.update(chunk);
      sha512.update(chunk);
      await writeAll(file, chunk);
    };
    if (bytes instanceof Uint8Array) await take(bytes);
    else for await (const chunk of bytes) await take(chunk);
    if (sizeBytes === 0) throw new ArtifactError('empty', 'the code is empty');
    await file.chmod(0o644);
    await file.sync();
    return { sha256: sha256.digest('hex'), sha512: sha512.digest('hex'), sizeBytes };
  } finally {
    await file.close();
  }
}

/** Repeats `write`, which may write less than its argument. */
export async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, done);
    done += bytesWritten;
  }
}
