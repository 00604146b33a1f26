import { createReadStream, readFileSync } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';
import { constants, crc32, createDeflateRaw } from 'node:zlib';
import { LIMITS } from '@funcgraph/api';
import { systemCode } from '../framework/index.ts';
import { type Collected, codeError, collectEntries, type Entry, type FileEntry, FolderChanged } from './collect.ts';
import { DeflateThreads } from './deflate-threads.ts';
import type { KeptFiles } from './kept-files.ts';
import { type PackedFile, packSmall, storedFile } from './pack-small.ts';
import { ZipArchive, type ZipEntry } from './zip-archive.ts';

/** Larger files are compressed as streams: the memory never holds one of them whole. */
const LARGE_BYTES = 4 * 1024 * 1024;
/** After so many bytes a Ctrl-C gets its turn. */
const BREATH_BYTES = 2 * 1024 * 1024;

interface Packed {
  readonly zip: Buffer;
  readonly files: number;
}

const tooLarge = () =>
  codeError('the zipped code is over 50 MB', 'List unneeded files in .fgsignore, or move them into a dependency.');

async function packLarge(source: string): Promise<PackedFile> {
  const deflate = createDeflateRaw();
  let crc = 0;
  let size = 0;
  const input = createReadStream(source, { highWaterMark: 1024 * 1024 });
  input.on('error', (error) => deflate.destroy(error));
  input.on('data', (chunk) => {
    crc = crc32(chunk, crc);
    size += chunk.length;
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of input.pipe(deflate)) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes > LIMITS.codeZipBytes) throw tooLarge();
    }
  } finally {
    input.destroy();
  }
  return { data: Buffer.concat(chunks), deflated: true, crc, size };
}

type Pack = (entry: FileEntry) => PackedFile | Promise<PackedFile>;

// a bundle of libraries is sent at each save: a quarter of the time for a quarter more bytes
const packMade = (content: Buffer): PackedFile => packSmall(content, constants.Z_BEST_SPEED);

async function entryOf(entry: Entry, pack: Pack, kept: KeptFiles | undefined): Promise<ZipEntry> {
  const { path } = entry;
  if (entry.kind === 'link') return { path, mode: 0o120777, ...storedFile(Buffer.from(entry.target)) };
  if (entry.kind === 'made') {
    const { content } = entry;
    return { path, mode: 0o100644, ...(kept?.packedOfContent(content, () => packMade(content)) ?? packMade(content)) };
  }
  const mode = entry.executable ? 0o100755 : 0o100644;
  try {
    return { path, mode, ...(await pack(entry)) };
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'CliError') throw cause;
    if (systemCode(cause) === 'ENOENT') throw new FolderChanged(path, cause);
    throw codeError(`cannot read ${path}: ${String(cause)}`, 'Did it change while it was read?', cause);
  }
}

/** Reads and compresses on the main thread: for few small files that takes less time than to send each to another. */
function packFile({ source, size }: FileEntry): PackedFile | Promise<PackedFile> {
  return size > LARGE_BYTES ? packLarge(source) : packSmall(readFileSync(source));
}

const isForThread = (entry: Entry, kept: KeptFiles | undefined): entry is FileEntry =>
  entry.kind === 'file' && entry.size <= LARGE_BYTES && kept?.hasPacked(entry) !== true;

/**
 * Zips collected entries: sorted, one date for all, modes reduced to the executable bit, so that an unchanged folder is
 * unchanged code for the server. Throws CliError for an archive over 50 MB. `kept` holds what was compressed before.
 */
export async function packEntries(entries: readonly Entry[], kept?: KeptFiles): Promise<Buffer> {
  const archive = new ZipArchive();
  await using threads = DeflateThreads.of(entries.filter((entry) => isForThread(entry, kept)));
  // an error of a thread may be that of another file
  const make = (entry: FileEntry) => threads?.packed(entry)?.catch(() => packFile(entry)) ?? packFile(entry);
  const pack: Pack = kept === undefined ? make : (entry) => kept.packedOf(entry, () => make(entry));
  let since = 0;
  for (const entry of entries) {
    archive.add(await entryOf(entry, pack, kept));
    if (archive.bytes > LIMITS.codeZipBytes) throw tooLarge();
    since += entry.kind === 'file' ? entry.size : 0;
    if (since < BREATH_BYTES) continue;
    since = 0;
    await breathe();
  }
  return archive.finish();
}

/** Collects and zips a folder. Throws CliError for a folder that cannot be a function. */
export async function packFolder(folder: string, kept?: KeptFiles): Promise<Packed & Pick<Collected, 'ignored'>> {
  const { entries, ignored } = await collectEntries(folder);
  return { zip: await packEntries(entries, kept), files: entries.length, ignored };
}
