import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import type { CompressionCodecs, CompressionTypes } from 'kafkajs';

/** Of a batch of records. A broker accepts batches of about 1 MB as they are sent: compressed. */
const MOST_BYTES = 64 * 1024 * 1024;
const GZIP = 1;
const ZSTD = 4;

const unzip = promisify(gunzip);
const unzstd = promisify(zstdDecompress);

/** Bounds what compressed records become, and adds Zstandard to the codecs of the library. Snappy and LZ4 are missing. */
export function boundCodecs(codecs: typeof CompressionCodecs): void {
  codecs[GZIP as CompressionTypes.GZIP] = () => reading((bytes) => unzip(bytes, { maxOutputLength: MOST_BYTES }));
  codecs[ZSTD as CompressionTypes.ZSTD] = () => reading((bytes) => unzstd(bytes, { maxOutputLength: MOST_BYTES }));
}

function reading(decompress: (bytes: Buffer) => Promise<Buffer>) {
  return { decompress, compress: () => Promise.reject(new Error('nothing is sent')) };
}
