import { constants, crc32, deflateRawSync } from 'node:zlib';

/** The contents of a file as an archive has them. */
export interface PackedFile {
  readonly data: Buffer;
  readonly deflated: boolean;
  readonly crc: number;
  /** Bytes before compression. */
  readonly size: number;
}

export const storedFile = (data: Buffer): PackedFile => ({
  data,
  deflated: false,
  crc: crc32(data),
  size: data.length,
});

/** Compressed, unless it would become larger. */
export function packSmall(content: Buffer, level = constants.Z_DEFAULT_COMPRESSION): PackedFile {
  // without a size Node.js makes a buffer of 16 KB for each
  const data = deflateRawSync(content, { level, chunkSize: content.length + constants.Z_MIN_CHUNK });
  const stored = storedFile(content);
  return data.length < content.length ? { ...stored, data, deflated: true } : stored;
}
