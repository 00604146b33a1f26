import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Duplex, pipeline, type Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';

const GZIP = Buffer.from([0x1f, 0x8b]);
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

const PIECE = 256 << 10;

export type Compression = 'none' | 'gzip' | 'zstd';

/** Detects the compression by the first bytes: the media type of a manifest is not trusted. */
export async function compressionOf(path: string): Promise<Compression> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(4);
    await file.read(head, 0, 4, 0);
    if (head.subarray(0, 2).equals(GZIP)) return 'gzip';
    return head.equals(ZSTD) ? 'zstd' : 'none';
  } finally {
    await file.close();
  }
}

/** The decompressed bytes of a file. */
export function decompressed(path: string, compression: Compression): Readable {
  const unzip = decoder(compression);
  const file = createReadStream(path, { highWaterMark: PIECE });
  // Errors of one stream end the other, and reach the reader.
  return unzip === undefined ? file : pipeline(file, unzip, () => {});
}

function decoder(compression: Compression): Duplex | undefined {
  switch (compression) {
    case 'none':
      return undefined;
    case 'gzip':
      return createGunzip({ chunkSize: PIECE });
    case 'zstd':
      return createZstdDecompress();
  }
}

/** Whether the error is the decompressor's report of damaged data. */
export function isDecompressionError(error: unknown): error is Error {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && /^(?:Z_|ZSTD_)/.test(error.code)
  );
}
