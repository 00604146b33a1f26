import { crc32, deflateRawSync } from 'node:zlib';

/** One entry of an archive built byte by byte. Absent fields get the values of a correct archive. */
export interface FakeEntry {
  readonly name: string | Uint8Array;
  readonly data?: Uint8Array | string;
  readonly stored?: boolean;
  readonly method?: number;
  readonly flags?: number;
  /** Unix mode with format bits; 3 is the host that has modes. */
  readonly mode?: number;
  readonly host?: number;
  readonly crc?: number;
  /** Wrong sizes in both headers. */
  readonly unpackedBytes?: number;
  readonly packedBytes?: number;
  readonly packed?: Uint8Array;
  /** A different name in the local header. */
  readonly localName?: string;
  /** Points to the bytes of another entry instead of writing its own. */
  readonly at?: number;
  readonly extra?: Uint8Array;
}

export interface FakeTrailer {
  readonly entries?: number;
  readonly disk?: number;
  readonly directoryOffset?: number;
  readonly directoryBytes?: number;
  readonly comment?: string;
  readonly suffix?: Uint8Array;
  readonly zip64Locator?: boolean;
}

/** Builds invalid archives. For tests only. */
export function fakeZip(entries: readonly FakeEntry[], trailer: FakeTrailer = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const data = Buffer.from(entry.data ?? '');
    const method = entry.method ?? (entry.stored ? 0 : 8);
    const packed = Buffer.from(entry.packed ?? (method === 8 ? deflateRawSync(data) : data));
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(entry.flags ?? 0x800, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(entry.crc ?? crc32(data), 10);
    common.writeUInt32LE(entry.packedBytes ?? packed.length, 14);
    common.writeUInt32LE(entry.unpackedBytes ?? data.length, 18);
    const extra = Buffer.from(entry.extra ?? '');
    const localName = Buffer.from(entry.localName ?? name);
    const at = entry.at ?? offset;
    if (entry.at === undefined) {
      const local = Buffer.from(common);
      local.writeUInt16LE(localName.length, 22);
      const bytes = Buffer.concat([signature(0x04034b50), local, localName, packed]);
      parts.push(bytes);
      offset += bytes.length;
    }
    const head = Buffer.from(common);
    head.writeUInt16LE(name.length, 22);
    head.writeUInt16LE(extra.length, 24);
    const attributes = Buffer.alloc(14);
    attributes.writeUInt32LE(((entry.mode ?? 0) * 0x10000) >>> 0, 6);
    attributes.writeUInt32LE(at, 10);
    const madeBy = Buffer.from([20, entry.host ?? 3]);
    directory.push(Buffer.concat([signature(0x02014b50), madeBy, head, attributes, name, extra]));
  }
  const listing = Buffer.concat(directory);
  const comment = Buffer.from(trailer.comment ?? '');
  const end = Buffer.alloc(18);
  end.writeUInt16LE(trailer.disk ?? 0, 0);
  end.writeUInt16LE(trailer.entries ?? entries.length, 4);
  end.writeUInt16LE(trailer.entries ?? entries.length, 6);
  end.writeUInt32LE(trailer.directoryBytes ?? listing.length, 8);
  end.writeUInt32LE(trailer.directoryOffset ?? offset, 12);
  end.writeUInt16LE(comment.length, 16);
  const locator = trailer.zip64Locator ? Buffer.concat([signature(0x07064b50), Buffer.alloc(16)]) : Buffer.alloc(0);
  return Buffer.concat([
    ...parts,
    listing,
    locator,
    signature(0x06054b50),
    end,
    comment,
    Buffer.from(trailer.suffix ?? ''),
  ]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
