import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import type { CompressionCodecs, CompressionTypes } from 'kafkajs';
import { unlz4 } from './lz4.ts';
import { unpack } from './response-memory.ts';
import { unsnappy } from './snappy.ts';

/** Of a batch of records. A broker accepts batches of about 1 MB as they are sent: compressed. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Of those that our own code decodes: less, since the thread of all brokers does nothing else meanwhile. */
const MOST_AT_ONCE_BYTES = 16 * 1024 * 1024;
const GZIP = 1;
const SNAPPY = 2;
const LZ4 = 3;
const ZSTD = 4;

const unzip = promisify(gunzip);
const unzstd = promisify(zstdDecompress);

/** Bounds what compressed records become, and adds the codecs that the library has not. */
export function boundCodecs(codecs: typeof CompressionCodecs): void {
  codecs[GZIP as CompressionTypes.GZIP] = () =>
    reading(MOST_BYTES, (bytes, maxOutputLength) => unzip(bytes, { maxOutputLength }));
  codecs[SNAPPY as CompressionTypes.Snappy] = () =>
    reading(MOST_AT_ONCE_BYTES, async (bytes, most) => unsnappy(bytes, most));
  codecs[LZ4 as CompressionTypes.LZ4] = () => reading(MOST_AT_ONCE_BYTES, async (bytes, most) => unlz4(bytes, most));
  codecs[ZSTD as CompressionTypes.ZSTD] = () =>
    reading(MOST_BYTES, (bytes, maxOutputLength) => unzstd(bytes, { maxOutputLength }));
}

function reading(most: number, decompress: (bytes: Buffer, most: number) => Promise<Buffer>) {
  return {
    // zlib takes no bound of 0
    decompress: (bytes: Buffer) => unpack(most, (bound) => decompress(bytes, Math.max(1, bound))),
    compress: () => Promise.reject(new Error('nothing is sent')),
  };
}
