import { inflateRawSync } from 'node:zlib';
import { LIMITS } from '@funcgraph/api';
import { codeError } from './collect.ts';

export interface UnzippedFile {
  readonly path: string;
  readonly content: Buffer;
  readonly executable: boolean;
  /** Its content is the target. */
  readonly isLink: boolean;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT = 0xffff;
const FILE_TYPE = 0o170000;
const LINK_TYPE = 0o120000;
const UNIX = 3;

const broken = () => codeError('the archive of the code cannot be read');

/** The files of an archive, without folders. Throws a CliError for one that is broken or larger than code may be. */
export function unzip(zip: Buffer): UnzippedFile[] {
  try {
    return filesOf(zip);
  } catch (cause) {
    // reads beyond the end, and data that cannot be inflated
    const isOfData = cause instanceof RangeError || (cause instanceof Error && 'errno' in cause);
    throw isOfData ? codeError('the archive of the code cannot be read', undefined, cause) : cause;
  }
}

function filesOf(zip: Buffer): UnzippedFile[] {
  const end = endOf(zip);
  const count = zip.readUInt16LE(end + 10);
  if (count > LIMITS.codeFiles) throw broken();
  const files: UnzippedFile[] = [];
  let at = zip.readUInt32LE(end + 16);
  let bytes = 0;
  for (let index = 0; index < count; index += 1) {
    if (zip.readUInt32LE(at) !== CENTRAL) throw broken();
    const [name, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const path = zip.toString('utf8', at + CENTRAL_BYTES, at + CENTRAL_BYTES + name);
    bytes += zip.readUInt32LE(at + 24);
    if (bytes > LIMITS.codeUnpackedBytes) throw broken();
    if (!path.endsWith('/')) files.push(fileAt(zip, at, path));
    at += CENTRAL_BYTES + name + extra + comment;
  }
  return files;
}

function endOf(zip: Buffer): number {
  for (let at = zip.length - END_BYTES; at >= Math.max(0, zip.length - END_BYTES - LONGEST_COMMENT); at -= 1) {
    if (zip.readUInt32LE(at) === END) return at;
  }
  throw broken();
}

function fileAt(zip: Buffer, at: number, path: string): UnzippedFile {
  const method = zip.readUInt16LE(at + 10);
  const packed = zip.readUInt32LE(at + 20);
  const size = zip.readUInt32LE(at + 24);
  const mode = zip.readUInt8(at + 5) === UNIX ? zip.readUInt16LE(at + 40) : 0;
  const local = zip.readUInt32LE(at + 42);
  if (zip.readUInt32LE(local) !== LOCAL || (method !== 0 && method !== 8)) throw broken();
  const start = local + LOCAL_BYTES + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const data = zip.subarray(start, start + packed);
  const content = method === 0 || size === 0 ? data.subarray(0, size) : inflateRawSync(data, { maxOutputLength: size });
  if (content.length !== size) throw broken();
  return { path, content, executable: (mode & 0o111) !== 0, isLink: (mode & FILE_TYPE) === LINK_TYPE };
}
