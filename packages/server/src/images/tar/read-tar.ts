import { ImageError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';
import { BLOCK, malformed, parseTarHeader, type TarHeader } from './tar-header.ts';

/** One member of an archive. Names are text; the reader must check that they stay inside a folder. */
export interface TarEntry {
  readonly name: string;
  readonly linkName: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Offset of its bytes in the source. */
  readonly offset: number;
  /** Its bytes, once; unread bytes are skipped before the next entry. */
  content(): AsyncGenerator<Buffer, void>;
}

export interface TarLimits {
  readonly entries: number;
  readonly extendedBytes: number;
}

/** Fields of extended headers for the next entry. */
interface Extension {
  name?: string;
  linkName?: string;
  size?: number;
  uid?: number;
  gid?: number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The entries of a tar file (ustar, PAX, GNU long names). Throws `ImageError` for malformed archives and exceeded
 * limits; the two closing blocks may be missing.
 */
export async function* readTar(source: ByteSource, limits: TarLimits): AsyncGenerator<TarEntry, void> {
  let extension: Extension = {};
  for (let count = 0; ; count++) {
    // Extended headers count, too: otherwise a file of extended headers only would be read for ever.
    if (count > limits.entries * 3) throw tooMany(limits);
    const block = await source.take(BLOCK);
    const header = block === undefined ? undefined : parseTarHeader(block);
    if (header === undefined) return;
    if (header.type === 'x' || header.type === 'L' || header.type === 'K') {
      extension = { ...extension, ...(await readExtension(header, source, limits)) };
      continue;
    }
    if (header.type === 'g') {
      await source.skip(padded(header.size));
      continue;
    }
    const entry = apply(header, extension, source);
    extension = {};
    const end = source.position + padded(entry.size);
    yield entry;
    if (source.position > end) throw malformed('a read went past the end of an entry');
    await source.skip(end - source.position);
  }
}

function apply(header: TarHeader, extension: Extension, source: ByteSource): TarEntry {
  // Only files have bytes; some writers put the target's size into the header of a link.
  const size = header.type === '0' || header.type > '6' ? (extension.size ?? header.size) : 0;
  let isRead = false;
  return {
    name: extension.name ?? decode(header.name),
    linkName: extension.linkName ?? decode(header.linkName),
    type: header.type,
    mode: header.mode,
    uid: extension.uid ?? header.uid,
    gid: extension.gid ?? header.gid,
    size,
    offset: source.position,
    content: () => {
      if (isRead) throw new Error('an entry is read once');
      isRead = true;
      return source.chunks(size);
    },
  };
}

async function readExtension(header: TarHeader, source: ByteSource, limits: TarLimits): Promise<Extension> {
  if (header.size > limits.extendedBytes) throw malformed(`an extended header is over ${limits.extendedBytes} bytes`);
  const bytes = header.size === 0 ? Buffer.alloc(0) : await source.take(header.size);
  if (bytes === undefined) throw new ImageError('truncated', 'the archive ends in the middle of a header');
  await source.skip(padded(header.size) - header.size);
  if (header.type === 'x') return parsePax(bytes);
  const end = bytes.indexOf(0);
  const name = decode(end < 0 ? bytes : bytes.subarray(0, end));
  return header.type === 'L' ? { name } : { linkName: name };
}

/** Records of the form `<length> <key>=<value>\n`. */
function parsePax(bytes: Buffer): Extension {
  const extension: Extension = {};
  for (let at = 0; at < bytes.length && bytes[at] !== 0; ) {
    const space = bytes.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : Number(bytes.toString('latin1', at, space));
    const end = at + length;
    if (!Number.isSafeInteger(length) || end <= space + 1 || end > bytes.length || bytes[end - 1] !== 0x0a) {
      throw malformed('an extended header cannot be read');
    }
    const equals = bytes.indexOf(0x3d, space);
    if (equals < 0 || equals >= end) throw malformed('an extended header has a record without a value');
    const key = bytes.toString('latin1', space + 1, equals);
    const value = bytes.subarray(equals + 1, end - 1);
    if (key === 'path') extension.name = decode(value);
    if (key === 'linkpath') extension.linkName = decode(value);
    if (key === 'size') extension.size = whole(value);
    if (key === 'uid') extension.uid = whole(value);
    if (key === 'gid') extension.gid = whole(value);
    if (key.startsWith('GNU.sparse.')) throw new ImageError('entry-type', 'sparse files are not supported');
    at = end;
  }
  return extension;
}

function whole(value: Buffer): number {
  const number = Number(value.toString('latin1'));
  if (value.length === 0 || !Number.isSafeInteger(number) || number < 0) {
    throw malformed('an extended header has an invalid number');
  }
  return number;
}

function decode(bytes: Buffer): string {
  let name: string;
  try {
    name = utf8.decode(bytes);
  } catch (cause) {
    const shown = bytes.toString('latin1').replaceAll(/[^\x20-\x7e]/g, '?');
    throw new ImageError('name-encoding', `the name ${shown.slice(0, 200)} is not UTF-8`, { cause });
  }
  if (name.includes('\0')) throw malformed('a name contains NUL');
  return name;
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

function tooMany({ entries }: TarLimits): ImageError {
  return new ImageError('too-many-entries', `there are more than ${entries} entries`);
}
