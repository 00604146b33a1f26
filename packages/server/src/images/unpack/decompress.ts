import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Duplex, pipeline, type Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { ImageError } from '../errors.ts';

const GZIP = Buffer.from([0x1f, 0x8b]);
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

const PIECE = 256 << 10;

export type Compression = 'none' | 'gzip' | 'zstd';

/** What a file is, by its first bytes: what a manifest says about it proves nothing. */
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

/** The bytes of a file as they were before it was compressed. Throws `compression` for what this Node.js cannot read. */
export function decompressed(path: string, compression: Compression): Readable {
  const unzip = decoder(compression);
  const file = createReadStream(path, { highWaterMark: PIECE });
  // Errors of one end the other, and reach whoever reads.
  return unzip === undefined ? file : pipeline(file, unzip, () => {});
}

function decoder(compression: Compression): Duplex | undefined {
  switch (compression) {
    case 'none':
      return undefined;
    case 'gzip':
      return zlib.createGunzip({ chunkSize: PIECE });
    case 'zstd': {
      const create: unknown = Reflect.get(zlib, 'createZstdDecompress');
      if (typeof create === 'function') return create() as Duplex;
      throw new ImageError(
        'compression',
        `a layer is compressed with zstd, which Node.js ${process.version} cannot read`,
        { hint: 'Run the server with Node.js 22.15 or later, or build the image with gzip layers.' },
      );
    }
  }
}

/** Whether data was damaged, as the decompressor found out. */
export function isDecompressionError(error: unknown): error is Error {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && /^(?:Z_|ZSTD_)/.test(error.code)
  );
}
