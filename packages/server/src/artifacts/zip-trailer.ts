import type { ArchiveReader } from './archive-reader.ts';
import type { ArchiveLimits } from './artifact-limits.ts';
import { ArtifactError } from './errors.ts';

const TRAILER_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const TRAILER_SIGNATURE = 0x06054b50;
const ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
const ZIP64_LOCATOR_BYTES = 20;

/** Position of the central directory of an archive. Offsets in bytes from the start of the file. */
export interface ZipTrailer {
  readonly entries: number;
  readonly directoryOffset: number;
  readonly directoryBytes: number;
}

/**
 * Reads the end-of-central-directory record. Refuses ambiguous archives before any entry is read: bytes after the
 * archive, a directory that does not end where the record starts, several disks, zip64.
 */
export async function readZipTrailer(archive: ArchiveReader, limits: ArchiveLimits): Promise<ZipTrailer> {
  const fileBytes = archive.bytes;
  const span = Math.min(fileBytes, TRAILER_BYTES + MAX_COMMENT_BYTES + ZIP64_LOCATOR_BYTES);
  const tail = Buffer.alloc(span);
  await archive.readFully(tail, fileBytes - span);
  const at = findTrailer(tail);
  if (at === undefined) throw await noTrailer(archive);
  if (at >= ZIP64_LOCATOR_BYTES && tail.readUInt32LE(at - ZIP64_LOCATOR_BYTES) === ZIP64_LOCATOR_SIGNATURE) {
    throw zip64();
  }
  const disks = [tail.readUInt16LE(at + 4), tail.readUInt16LE(at + 6)];
  if (disks.some((disk) => disk !== 0))
    throw new ArtifactError('multi-disk', 'the archive is split into several parts');
  const here = tail.readUInt16LE(at + 8);
  const entries = tail.readUInt16LE(at + 10);
  const directoryBytes = tail.readUInt32LE(at + 12);
  const directoryOffset = tail.readUInt32LE(at + 16);
  if (entries === 0xffff || directoryBytes === 0xffffffff || directoryOffset === 0xffffffff) throw zip64();
  if (here !== entries) throw new ArtifactError('multi-disk', 'the archive is split into several parts');
  if (entries > limits.entries) {
    throw new ArtifactError('too-many-entries', `the archive has more than ${limits.entries} entries`);
  }
  if (entries === 0) throw new ArtifactError('empty', 'the archive holds no file');
  if (directoryOffset + directoryBytes !== fileBytes - span + at) {
    throw new ArtifactError('malformed', 'the archive directory does not end at the place in its header');
  }
  return { entries, directoryOffset, directoryBytes };
}

/** The last record whose comment ends exactly at the end of the file. */
function findTrailer(tail: Buffer): number | undefined {
  for (let at = tail.length - TRAILER_BYTES; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== TRAILER_SIGNATURE) continue;
    if (at + TRAILER_BYTES + tail.readUInt16LE(at + 20) === tail.length) return at;
  }
  return undefined;
}

async function noTrailer(archive: ArchiveReader): Promise<ArtifactError> {
  const head = Buffer.alloc(Math.min(4, archive.bytes));
  await archive.readFully(head, 0);
  if (head.length === 4 && head.readUInt32LE(0) === 0x04034b50) {
    return new ArtifactError('truncated', 'the archive ends before its directory, or has bytes behind it');
  }
  return new ArtifactError('not-a-zip', 'the code is not a zip archive', {
    hint: 'Send the archive itself, Base64 encoded once; check code_type.',
  });
}

function zip64(): ArtifactError {
  return new ArtifactError('zip64', 'the archive uses the zip64 format', {
    hint: 'Archives of this size do not need zip64; pack the folder again from a file system, not from a pipe.',
  });
}
