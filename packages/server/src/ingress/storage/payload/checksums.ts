import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { crc32c } from '../../../lib/crc32c.ts';
import { Crc64Nvme } from './crc64-nvme.ts';

/** The checksums that S3 clients send, by the end of their header's name. */
export const CHECKSUMS = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;
export type ChecksumName = (typeof CHECKSUMS)[number];

/** Bytes of each. */
export const CHECKSUM_BYTES: Readonly<Record<ChecksumName, number>> = {
  crc32: 4,
  crc32c: 4,
  crc64nvme: 8,
  sha1: 20,
  sha256: 32,
};

export interface Checksum {
  update(bytes: Buffer): void;
  digest(): Buffer;
}

export function startChecksum(name: ChecksumName): Checksum {
  switch (name) {
    case 'crc32':
      return crcOf(crc32);
    case 'crc32c':
      return crcOf(crc32c);
    case 'crc64nvme':
      return new Crc64Nvme();
    case 'sha1':
    case 'sha256': {
      const hash = createHash(name);
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
    }
  }
}

function crcOf(next: (bytes: Buffer, before: number) => number): Checksum {
  let value = 0;
  return {
    update(bytes) {
      value = next(bytes, value);
    },
    digest() {
      const result = Buffer.alloc(4);
      result.writeUInt32BE(value);
      return result;
    },
  };
}
