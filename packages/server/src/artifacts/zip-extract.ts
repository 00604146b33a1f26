import { type FileHandle, mkdir, open, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { ArchiveReader } from './archive-reader.ts';
import type { ArchiveLimits } from './artifact-limits.ts';
import { type EarlierFile, EarlierFiles } from './earlier-files.ts';
import { hasControlCharacter } from './entry-path.ts';
import { ArtifactError } from './errors.ts';
import { checkLinks } from './link-check.ts';
import { writeAll } from './receive.ts';
import { type PlannedEntry, planZip } from './zip-index.ts';

const FILES_AT_ONCE = 4;
const READ_BYTES = 64 * 1024;
const SMALL_BYTES = 64 * 1024;
/** Each piece of a file costs several turns of the threads that read and write. */
const INFLATED_BYTES = 256 * 1024;
/** After so many linked files, about a millisecond, others get their turn. */
const LINKED_AT_ONCE = 16;

/**
 * Unpacks an archive into `target`, an existing empty folder without other writers. Files become 0644 or 0755, folders
 * 0755, for any modes in the archive. Throws `ArtifactError` and may leave a part of the tree: the caller removes the
 * folder. Sizes are counted from real bytes; memory does not grow with the contents. Everything is on disk afterwards.
 * Files that are the same in `earlierTree`, code of the same function, are linked to it: their contents are read and
 * compared as all others are checked.
 */
export async function extractZip(
  file: FileHandle,
  target: string,
  limits: ArchiveLimits,
  earlierTree?: string,
): Promise<void> {
  const archive = await ArchiveReader.of(file);
  const plan = await planZip(archive, limits);
  const budget = new UnpackBudget(limits, archive.bytes);
  const earlier = earlierTree === undefined ? undefined : await EarlierFiles.of(earlierTree);
  for (const folder of plan.folders) await mkdir(join(target, folder), { mode: 0o755 });

  const queue = plan.entries.filter((planned) => planned.type === 'file').values();
  let stop = false;
  let linked = 0;
  const worker = async (): Promise<void> => {
    for (const planned of queue) {
      if (stop) return;
      const isLinked = await placeEntry(archive, planned, { path: join(target, planned.path), budget, earlier }).catch(
        (error: unknown) => {
          stop = true;
          throw error;
        },
      );
      if (!isLinked) continue;
      linked += 1;
      if (linked % LINKED_AT_ONCE === 0) await breathe();
    }
  };
  const results = await Promise.allSettled(Array.from({ length: FILES_AT_ONCE }, worker));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;

  // last, so that no file is written through a link of the archive
  const links = new Map<string, string>();
  for (const planned of plan.entries) {
    if (planned.type === 'link') links.set(planned.path, await linkTarget(archive, planned, budget, limits));
  }
  checkLinks(links);
  for (const [path, to] of links) await symlink(to, join(target, path));
  for (const folder of [...plan.folders].reverse()) await sealFolder(join(target, folder));
  await sealFolder(target);
}

/** Gives a folder its final mode, for any umask of this process, and makes its list of names durable. */
export async function sealFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.chmod(0o755);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

interface Place {
  readonly path: string;
  readonly budget: UnpackBudget;
  readonly earlier: EarlierFiles | undefined;
}

/** Whether it was linked. */
async function placeEntry(archive: ArchiveReader, planned: PlannedEntry, place: Place): Promise<boolean> {
  if (isSmall(planned)) return placeSmall(archive, planned, place);
  await placeLarge(archive, planned, place);
  return false;
}

const isSmall = ({ packedBytes, unpackedBytes }: PlannedEntry): boolean =>
  Math.max(packedBytes, unpackedBytes) <= SMALL_BYTES;

const modeOf = ({ executable }: PlannedEntry, head: Buffer): number =>
  (executable ?? looksExecutable(head)) ? 0o755 : 0o644;

async function placeSmall(
  archive: ArchiveReader,
  planned: PlannedEntry,
  { path, budget, earlier }: Place,
): Promise<boolean> {
  const chunks: Buffer[] = [];
  await contents(archive, planned, budget, async (chunk) => void chunks.push(chunk));
  const content = Buffer.concat(chunks);
  const mode = modeOf(planned, content.subarray(0, 4));
  if (earlier?.linkIfSame(planned.path, path, content, mode)) return true;
  await using written = new NewFile(path, undefined);
  await written.add(content);
  await written.finish(mode);
  return false;
}

async function placeLarge(
  archive: ArchiveReader,
  planned: PlannedEntry,
  { path, budget, earlier }: Place,
): Promise<void> {
  await using same = await earlier?.open(planned.path, planned.unpackedBytes);
  await using written = new NewFile(path, same);
  let head = Buffer.alloc(0);
  await contents(archive, planned, budget, async (chunk) => {
    if (head.length < 4) head = Buffer.concat([head, chunk.subarray(0, 4 - head.length)]);
    await written.add(chunk);
  });
  await written.finish(modeOf(planned, head));
}

/** A file that is not written as long as it is the same as an earlier one. */
class NewFile implements AsyncDisposable {
  readonly #path: string;
  readonly #earlier: EarlierFile | undefined;
  #handle: FileHandle | undefined;

  constructor(path: string, earlier: EarlierFile | undefined) {
    this.#path = path;
    this.#earlier = earlier;
  }

  async add(chunk: Buffer): Promise<void> {
    if (this.#handle === undefined && (await this.#earlier?.continuesWith(chunk))) return;
    await writeAll(await this.#opened(), chunk);
  }

  /** All of it was added. It is on disk afterwards. */
  async finish(mode: number): Promise<void> {
    const isSame = this.#handle === undefined && this.#earlier?.mode === mode;
    if (isSame && (await this.#earlier?.linkTo(this.#path))) return;
    const handle = await this.#opened();
    await handle.chmod(mode);
    await handle.sync();
  }

  async #opened(): Promise<FileHandle> {
    if (this.#handle !== undefined) return this.#handle;
    this.#handle = await open(this.#path, 'wx', 0o644);
    await this.#earlier?.copyTo(this.#handle);
    return this.#handle;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle?.close();
  }
}

/** Archives from systems without modes cannot mark `bootstrap` as a program; its first bytes show it. */
function looksExecutable(head: Buffer): boolean {
  return head.toString('latin1') === '\x7fELF' || head.toString('latin1', 0, 2) === '#!';
}

async function linkTarget(
  archive: ArchiveReader,
  planned: PlannedEntry,
  budget: UnpackBudget,
  limits: ArchiveLimits,
): Promise<string> {
  if (planned.unpackedBytes > limits.linkTargetBytes) {
    throw new ArtifactError('link-target', 'the target of a symbolic link is too long', { entry: planned.path });
  }
  const chunks: Buffer[] = [];
  await contents(archive, planned, budget, async (chunk) => void chunks.push(chunk));
  const bytes = Buffer.concat(chunks);
  const text = bytes.toString('utf8');
  if (text === '' || !Buffer.from(text).equals(bytes) || hasControlCharacter(text) || text.includes('\\')) {
    throw new ArtifactError('link-target', 'a symbolic link has no usable target', { entry: planned.path });
  }
  return text;
}

/** Streams the real bytes of one entry to `sink`, then checks size and CRC against the directory. */
async function contents(
  archive: ArchiveReader,
  planned: PlannedEntry,
  budget: UnpackBudget,
  sink: (chunk: Buffer) => Promise<void>,
): Promise<void> {
  const { path, packedBytes, unpackedBytes } = planned;
  let bytes = 0;
  let crc = 0;
  const consume = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > unpackedBytes) {
        throw new ArtifactError('size-mismatch', 'an entry is larger than its header says', { entry: path });
      }
      budget.spend(chunk.length);
      crc = crc32(chunk, crc);
      await sink(chunk);
    }
  };
  let used = packedBytes;
  if (isSmall(planned)) await consume(smallContents(archive, planned));
  else if (planned.deflated) used = await inflate(rawBytes(archive, planned), path, consume);
  else await consume(rawBytes(archive, planned));
  if (bytes !== unpackedBytes || used !== packedBytes) {
    throw new ArtifactError('size-mismatch', 'the size of an entry differs from its header', { entry: path });
  }
  if (crc !== planned.crc32) throw new ArtifactError('crc', 'the checksum of an entry is wrong', { entry: path });
}

/** The packed bytes, read in pieces. */
async function* rawBytes(archive: ArchiveReader, { dataStart, packedBytes }: PlannedEntry): AsyncGenerator<Buffer> {
  for (let done = 0; done < packedBytes; ) {
    const chunk = Buffer.allocUnsafe(Math.min(READ_BYTES, packedBytes - done));
    await archive.readFully(chunk, dataStart + done);
    done += chunk.length;
    yield chunk;
  }
}

type Consume = (source: AsyncIterable<Buffer>) => Promise<void>;

/** Thousands of small files are the usual case, and a stream for each would cost more than its contents. */
async function* smallContents(archive: ArchiveReader, planned: PlannedEntry): AsyncGenerator<Buffer> {
  const packed = Buffer.allocUnsafe(planned.packedBytes);
  await archive.readFully(packed, planned.dataStart);
  if (!planned.deflated) {
    yield packed;
    return;
  }
  const options = { maxOutputLength: planned.unpackedBytes + 1, info: true };
  let result: { buffer: Buffer; engine: { bytesWritten: number } };
  try {
    result = inflateRawSync(packed, options) as unknown as typeof result;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const larger = code === 'ERR_BUFFER_TOO_LARGE';
    throw new ArtifactError(
      larger ? 'size-mismatch' : 'corrupt-data',
      larger ? 'an entry is larger than its header says' : 'the contents of an entry cannot be unpacked',
      { entry: planned.path, cause },
    );
  }
  if (result.engine.bytesWritten !== planned.packedBytes) {
    throw new ArtifactError('size-mismatch', 'the size of an entry differs from its header', { entry: planned.path });
  }
  yield result.buffer;
}

async function inflate(raw: AsyncIterable<Buffer>, path: string, consume: Consume): Promise<number> {
  const inflater = createInflateRaw({ chunkSize: INFLATED_BYTES });
  let refusal: unknown;
  try {
    await pipeline(raw, inflater, (source: AsyncIterable<Buffer>) =>
      consume(source).catch((error: unknown) => {
        refusal = error;
        throw error;
      }),
    );
  } catch (cause) {
    // a pipeline stopped at its end reports the abort of its middle, not the cause
    if (refusal instanceof ArtifactError) throw refusal;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (code.startsWith('Z_')) {
      throw new ArtifactError('corrupt-data', 'the contents of an entry cannot be unpacked', { entry: path, cause });
    }
    throw refusal ?? cause;
  }
  return inflater.bytesWritten;
}

/** Counts the real output of the archive, over all entries. */
class UnpackBudget {
  readonly #limits: ArchiveLimits;
  readonly #archiveBytes: number;
  #spent = 0;

  constructor(limits: ArchiveLimits, archiveBytes: number) {
    this.#limits = limits;
    this.#archiveBytes = archiveBytes;
  }

  spend(bytes: number): void {
    this.#spent += bytes;
    if (this.#spent > this.#limits.unpackedBytes) {
      throw new ArtifactError(
        'unpacked-too-large',
        `the archive unpacks to more than ${this.#limits.unpackedBytes} bytes`,
      );
    }
    if (this.#spent > this.#limits.ratioFreeBytes && this.#spent > this.#limits.ratio * this.#archiveBytes) {
      throw new ArtifactError('ratio', `the archive grows by more than ${this.#limits.ratio} times when unpacked`, {
        hint: 'Create large empty files when the function starts instead of shipping them.',
      });
    }
  }
}
