import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import type { CompressionCodecs, CompressionTypes } from 'kafkajs';
import { unlz4 } from './lz4.ts';
import { unsnappy } from './snappy.ts';

/** Of a batch of records. A broker accepts batches of about 1 MB as they are sent: compressed. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Of those that the main thread decodes: less, since it does nothing else meanwhile. */
const MOST_ON_MAIN_BYTES = 16 * 1024 * 1024;
const GZIP = 1;
const SNAPPY = 2;
const LZ4 = 3;
const ZSTD = 4;

const unzip = promisify(gunzip);
const unzstd = promisify(zstdDecompress);

/** Bounds what compressed records become, and adds the codecs that the library has not. */
export function boundCodecs(codecs: typeof CompressionCodecs): void {
  codecs[GZIP as CompressionTypes.GZIP] = () => reading((bytes) => unzip(bytes, { maxOutputLength: MOST_BYTES }));
  codecs[SNAPPY as CompressionTypes.Snappy] = () => reading(async (bytes) => unsnappy(bytes, MOST_ON_MAIN_BYTES));
  codecs[LZ4 as CompressionTypes.LZ4] = () => reading(async (bytes) => unlz4(bytes, MOST_ON_MAIN_BYTES));
  codecs[ZSTD as CompressionTypes.ZSTD] = () => reading((bytes) => unzstd(bytes, { maxOutputLength: MOST_BYTES }));
}

function reading(decompress: (bytes: Buffer) => Promise<Buffer>) {
  return { decompress, compress: () => Promise.reject(new Error('nothing is sent')) };
}
