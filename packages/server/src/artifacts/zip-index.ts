import { constants } from 'node:fs';
import { type Entry, fromRandomAccessReaderPromise, type ZipFile } from 'yauzl';
import { type ArchiveReader, YauzlReader } from './archive-reader.ts';
import type { ArchiveLimits } from './artifact-limits.ts';
import { entryPath } from './entry-path.ts';
import { ArtifactError } from './errors.ts';
import { readZipTrailer } from './zip-trailer.ts';

/** One checked entry to write. `path` is relative with forward slashes, without `.` or `..`. */
export interface PlannedEntry {
  readonly path: string;
  readonly type: 'file' | 'link';
  /** Undefined when the archive comes from a system without file modes. */
  readonly executable: boolean | undefined;
  readonly deflated: boolean;
  readonly dataStart: number;
  readonly packedBytes: number;
  /** Size in the directory; `extractZip` checks the contents against it. */
  readonly unpackedBytes: number;
  readonly crc32: number;
}

export interface ZipPlan {
  readonly entries: readonly PlannedEntry[];
  /** Every folder, parents before children. */
  readonly folders: readonly string[];
}

/**
 * Reads and checks the whole directory of an archive before anything is written. Throws `ArtifactError` with the first
 * rule that is broken. Memory grows with the number of entries and their names, both bounded, never with the contents.
 */
export async function planZip(archive: ArchiveReader, limits: ArchiveLimits): Promise<ZipPlan> {
  const trailer = await readZipTrailer(archive, limits);
  const zip = await fromRandomAccessReaderPromise(new YauzlReader(archive), archive.bytes, {
    autoClose: false,
    lazyEntries: true,
    decodeStrings: false,
    validateEntrySizes: false,
  });
  const names = new NameTable(limits);
  const entries: PlannedEntry[] = [];
  const extents: Extent[] = [];
  let declaredBytes = 0;
  let directoryBytes = 0;
  for await (const entry of readable(zip)) {
    const name = entryPath(entry.fileNameRaw, limits);
    const shown = name.components.join('/');
    checkFormat(entry, shown);
    declaredBytes += entry.uncompressedSize;
    directoryBytes += 46 + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
    if (declaredBytes > limits.unpackedBytes) {
      throw new ArtifactError('unpacked-too-large', `the archive unpacks to more than ${limits.unpackedBytes} bytes`);
    }
    const dataStart = await localDataStart(zip, entry, shown);
    extents.push({ from: entry.relativeOffsetOfLocalHeader, to: dataStart + entry.compressedSize });
    const mode = unixMode(entry);
    const type = entryType(mode, name.folder, entry, shown);
    if (type === 'folder') {
      names.addFolder(name.components);
      continue;
    }
    names.addFile(name.components);
    entries.push({
      path: shown,
      type,
      executable: mode === undefined ? undefined : (mode & 0o100) !== 0,
      deflated: entry.compressionMethod === 8,
      dataStart,
      packedBytes: entry.compressedSize,
      unpackedBytes: entry.uncompressedSize,
      crc32: entry.crc32,
    });
  }
  if (directoryBytes !== trailer.directoryBytes) {
    throw new ArtifactError('malformed', 'the size of the archive directory differs from the one in its header');
  }
  if (entries.length === 0) throw new ArtifactError('empty', 'the archive holds no file');
  checkExtents(extents, trailer.directoryOffset);
  return { entries, folders: names.folders() };
}

async function* readable(zip: ZipFile): AsyncGenerator<Entry> {
  try {
    yield* zip.eachEntry();
  } catch (cause) {
    if (cause instanceof ArtifactError) throw cause;
    // yauzl has no error codes; a directory that cannot be parsed is the archive's fault, for any error text
    if (cause instanceof Error && !('code' in cause)) {
      const reason = cause.message.includes('strong encryption') ? 'encrypted' : 'malformed';
      throw new ArtifactError(reason, `the directory of the archive cannot be read: ${cause.message}`, { cause });
    }
    throw cause;
  }
}

function checkFormat(entry: Entry, shown: string): void {
  if ((entry.generalPurposeBitFlag & 0x2041) !== 0) {
    throw new ArtifactError('encrypted', 'the archive is encrypted', { entry: shown });
  }
  if (entry.extraFields.some((field) => field.id === 0x0001)) {
    throw new ArtifactError('zip64', 'the archive uses the zip64 format', { entry: shown });
  }
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    throw new ArtifactError('compression-method', `compression method ${entry.compressionMethod} is not supported`, {
      entry: shown,
      hint: 'Use stored or deflate, the methods every zip tool writes by default.',
    });
  }
  if (entry.compressionMethod === 0 && entry.compressedSize !== entry.uncompressedSize) {
    throw new ArtifactError('size-mismatch', 'a stored entry has two sizes', { entry: shown });
  }
}

/** Both headers must agree, or two programs would see two different archives. */
async function localDataStart(zip: ZipFile, entry: Entry, shown: string): Promise<number> {
  const local = await zip.readLocalFileHeaderPromise(entry).catch((cause: Error) => {
    const reason = cause.message.includes('overflows') || cause.message.includes('EOF') ? 'truncated' : 'malformed';
    throw new ArtifactError(reason, 'an entry cannot be read', { entry: shown, cause });
  });
  const streamed = (local.generalPurposeBitFlag & 0x8) !== 0;
  const same =
    Buffer.compare(local.fileName, entry.fileNameRaw) === 0 &&
    local.compressionMethod === entry.compressionMethod &&
    (local.generalPurposeBitFlag & 0x1) === 0 &&
    (streamed || (local.compressedSize === entry.compressedSize && local.uncompressedSize === entry.uncompressedSize));
  if (!same) throw new ArtifactError('header-mismatch', 'an entry has two different headers', { entry: shown });
  return local.fileDataStart;
}

/** File mode when a system with modes wrote the entry; others leave arbitrary data in these bits. */
function unixMode(entry: Entry): number | undefined {
  const host = entry.versionMadeBy >>> 8;
  const mode = entry.externalFileAttributes >>> 16;
  return (host === 3 || host === 19) && mode !== 0 ? mode : undefined;
}

function entryType(mode: number | undefined, folder: boolean, entry: Entry, shown: string): 'file' | 'link' | 'folder' {
  const format = mode === undefined ? 0 : mode & constants.S_IFMT;
  if (![0, constants.S_IFREG, constants.S_IFDIR, constants.S_IFLNK].includes(format)) {
    throw new ArtifactError('special-file', 'the archive holds a device, pipe or socket', { entry: shown });
  }
  if (folder !== (format === constants.S_IFDIR) && format !== 0) {
    throw new ArtifactError('file-and-folder', 'an entry is both a file and a folder', { entry: shown });
  }
  if (folder && entry.uncompressedSize !== 0) {
    throw new ArtifactError('file-and-folder', 'a folder has contents of its own', { entry: shown });
  }
  if (folder) return 'folder';
  return format === constants.S_IFLNK ? 'link' : 'file';
}

interface Extent {
  readonly from: number;
  readonly to: number;
}

/** Overlapping entries are how small archives become huge ones. */
function checkExtents(extents: Extent[], directoryOffset: number): void {
  extents.sort((a, b) => a.from - b.from);
  let end = 0;
  for (const { from, to } of extents) {
    if (from < end) throw new ArtifactError('overlap', 'entries of the archive overlap');
    end = to;
  }
  if (end > directoryOffset) throw new ArtifactError('overlap', 'an entry reaches into the directory of the archive');
}

/** Names in use, and their kind. Two names that differ only in case would be one file on many machines. */
class NameTable {
  readonly #taken = new Map<string, { path: string; folder: boolean }>();
  readonly #limits: ArchiveLimits;
  #bytes = 0;

  constructor(limits: ArchiveLimits) {
    this.#limits = limits;
  }

  addFile(components: readonly string[]): void {
    this.addFolder(components.slice(0, -1));
    const path = components.join('/');
    const known = this.#taken.get(fold(path));
    if (known === undefined) {
      this.#take(path, false);
      return;
    }
    if (known.path !== path) throw caseClash(path, known.path);
    if (known.folder) throw fileAndFolder(path);
    throw new ArtifactError('duplicate', 'the archive holds two files of one name', { entry: path });
  }

  addFolder(components: readonly string[]): void {
    let path = '';
    for (const part of components) {
      path = path === '' ? part : `${path}/${part}`;
      const key = fold(path);
      const known = this.#taken.get(key);
      if (known === undefined) this.#take(path, true);
      else if (known.path !== path) throw caseClash(path, known.path);
      else if (!known.folder) throw fileAndFolder(path);
    }
  }

  /** A name of 1000 letters and slashes implies 500 folders: they cost as much as files, so they are counted, too. */
  #take(path: string, folder: boolean): void {
    this.#bytes += path.length;
    if (this.#taken.size >= 2 * this.#limits.entries || this.#bytes > this.#limits.nameBytes) {
      throw new ArtifactError('too-many-entries', 'the archive has too many files and folders');
    }
    this.#taken.set(fold(path), { path, folder });
  }

  /** In order of their first mention, so that parents come before their children. */
  folders(): string[] {
    return [...this.#taken.values()].filter((name) => name.folder).map((name) => name.path);
  }
}

function fold(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

function caseClash(path: string, other: string): ArtifactError {
  return new ArtifactError('case-clash', `a name differs from ${JSON.stringify(other.slice(0, 120))} only in case`, {
    entry: path,
  });
}

function fileAndFolder(path: string): ArtifactError {
  return new ArtifactError('file-and-folder', 'a name is used for a file and for a folder', { entry: path });
}
