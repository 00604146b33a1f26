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

/** For a window that holds the whole file, at most. */
function memoryFor(bytes: number): { readonly windowBits: number; readonly memLevel: number } {
  const bits = 32 - Math.clz32(bytes);
  return {
    windowBits: Math.min(constants.Z_MAX_WINDOWBITS, Math.max(9, bits)),
    memLevel: Math.min(8, Math.max(1, bits - 6)),
  };
}

/** Compressed, unless it would become larger. */
export function packSmall(content: Buffer, level = constants.Z_DEFAULT_COMPRESSION): PackedFile {
  const data = deflateRawSync(content, { level, chunkSize: Math.max(64, content.length + 64) });
  const stored = storedFile(content);
  return data.length < content.length ? { ...stored, data, deflated: true } : stored;
}
