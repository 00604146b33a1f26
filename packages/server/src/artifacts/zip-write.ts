import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';
import { ArtifactError } from './errors.ts';

const deflate = promisify(deflateRaw);
const MAX_ENTRIES = 65_000;
/** 1980-01-01, the first day of the format: the same files always produce the same bytes. */
const DOS_DATE = 0x21;
const VERSION = 20;
const UTF8 = 0x800;
const DEFLATED = 8;
const PLAIN_FILE = 0o100644;
const MADE_ON_UNIX = (3 << 8) | VERSION;

/**
 * A zip of the plain files of a folder for which `keep` returns true, sorted by name; links and empty folders are left
 * out. Throws `ArtifactError` `too-large` or `too-many-entries`. The archive is built in memory.
 */
export async function zipFolder(
  folder: string,
  { maxBytes, keep }: { readonly maxBytes: number; readonly keep: (path: string) => boolean },
): Promise<Buffer> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter(keep)
    .sort();
  if (paths.length > MAX_ENTRIES)
    throw new ArtifactError('too-many-entries', `the folder has more than ${MAX_ENTRIES} files`);
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const path of paths) {
    const data = await readFile(join(folder, path));
    const packed = await deflate(data);
    const name = Buffer.from(path);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(VERSION, 0);
    common.writeUInt16LE(UTF8, 2);
    common.writeUInt16LE(DEFLATED, 4);
    common.writeUInt16LE(DOS_DATE, 8);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    parts.push(signature(0x04034b50), common, name, packed);
    const attributes = Buffer.alloc(14);
    attributes.writeUInt32LE(PLAIN_FILE * 0x10000, 6);
    attributes.writeUInt32LE(offset, 10);
    directory.push(signature(0x02014b50), halfWord(MADE_ON_UNIX), common, attributes, name);
    offset += 30 + name.length + packed.length;
    if (offset > maxBytes) throw new ArtifactError('too-large', `the archive is larger than ${maxBytes} bytes`);
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(paths.length, 4);
  end.writeUInt16LE(paths.length, 6);
  end.writeUInt32LE(listing.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, listing, signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function halfWord(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
