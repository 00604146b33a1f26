import type { PackedFile } from './pack-small.ts';

/** A file of an archive, compressed or as it is. */
export interface ZipEntry extends PackedFile {
  readonly path: string;
  readonly mode: number;
}

const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const VERSION = 20;
const UNIX = 3 << 8;
const UTF8_NAMES = 0x800;
const DEFLATE = 8;
/** 1 January 1980, 0:00, in the form of DOS: one date for all, so that the same files make the same bytes. */
const DATE = (1 << 5) | 1;

/** What both headers of an entry have, from `at` on. */
function writeCommon(header: Buffer, at: number, { deflated, crc, data, size }: ZipEntry, nameBytes: number): void {
  header.writeUInt16LE(VERSION, at);
  header.writeUInt16LE(UTF8_NAMES, at + 2);
  header.writeUInt16LE(deflated ? DEFLATE : 0, at + 4);
  header.writeUInt16LE(0, at + 6);
  header.writeUInt16LE(DATE, at + 8);
  header.writeUInt32LE(crc, at + 10);
  header.writeUInt32LE(data.length, at + 14);
  header.writeUInt32LE(size, at + 18);
  header.writeUInt16LE(nameBytes, at + 22);
}

/** A zip archive, written entry by entry. Holds at most 65,535 entries and 4 GB; the limits of code are far below. */
export class ZipArchive {
  readonly #parts: Buffer[] = [];
  readonly #directory: Buffer[] = [];
  #bytes = 0;

  /** Bytes so far, without the directory at the end. */
  get bytes(): number {
    return this.#bytes;
  }

  add(entry: ZipEntry): void {
    const name = Buffer.from(entry.path);
    const local = Buffer.alloc(LOCAL_BYTES);
    local.writeUInt32LE(0x04034b50, 0);
    writeCommon(local, 4, entry, name.length);
    const central = Buffer.alloc(CENTRAL_BYTES);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(UNIX | VERSION, 4);
    writeCommon(central, 6, entry, name.length);
    central.writeUInt32LE((entry.mode << 16) >>> 0, 38);
    central.writeUInt32LE(this.#bytes, 42);
    this.#directory.push(central, name);
    this.#parts.push(local, name, entry.data);
    this.#bytes += LOCAL_BYTES + name.length + entry.data.length;
  }

  finish(): Buffer {
    const directory = Buffer.concat(this.#directory);
    const count = this.#directory.length / 2;
    const end = Buffer.alloc(END_BYTES);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(count, 8);
    end.writeUInt16LE(count, 10);
    end.writeUInt32LE(directory.length, 12);
    end.writeUInt32LE(this.#bytes, 16);
    return Buffer.concat([...this.#parts, directory, end]);
  }
}
