import { type FileHandle, mkdir, open, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import type { ArchiveLimits } from './artifact-limits.ts';
import { hasControlCharacter } from './entry-path.ts';
import { ArtifactError } from './errors.ts';
import { checkLinks } from './link-check.ts';
import { writeAll } from './receive.ts';
import { type PlannedEntry, planZip } from './zip-index.ts';
import { readFully } from './zip-trailer.ts';

const FILES_AT_ONCE = 4;
const READ_BYTES = 64 * 1024;
const SMALL_BYTES = 64 * 1024;

/**
 * Unpacks an archive into `target`, an existing empty folder without other writers. Files become 0644 or 0755, folders
 * 0755, for any modes in the archive. Throws `ArtifactError` and may leave a part of the tree: the caller removes the
 * folder. Sizes are counted from real bytes; memory does not grow with the contents. Everything is on disk
 */
export async function extractZip(file: FileHandle, target: string, limits: ArchiveLimits): Promise<void> {
  const { size } = await file.stat();
  const plan = await planZip(file, limits);
  const budget = new UnpackBudget(limits, size);
  for (const folder of plan.folders) await mkdir(join(target, folder), { mode: 0o755 });

  const queue = plan.entries.filter((planned) => planned.type === 'file').values();
  let stop = false;
  const worker = async (): Promise<void> => {
    for (const planned of queue) {
      if (stop) return;
      await writeEntry(file, planned, join(target, planned.path), budget).catch((error: unknown) => {
        stop = true;
        throw error;
      });
    }
  };
  const results = await Promise.allSettled(Array.from({ length: FILES_AT_ONCE }, worker));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;

  // last, so that no file is written through a link of the archive
  const links = new Map<string, string>();
  for (const planned of plan.entries) {
    if (planned.type === 'link') links.set(planned.path, await linkTarget(file, planned, budget, limits));
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

async function writeEntry(file: FileHandle, planned: PlannedEntry, path: string, budget: UnpackBudget): Promise<void> {
  const handle = await open(path, 'wx', 0o644);
  try {
    let head = Buffer.alloc(0);
    await contents(file, planned, budget, async (chunk) => {
      if (head.length < 4) head = Buffer.concat([head, chunk.subarray(0, 4 - head.length)]);
      await writeAll(handle, chunk);
    });
    await handle.chmod((planned.executable ?? looksExecutable(head)) ? 0o755 : 0o644);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Archives from systems without modes cannot mark `bootstrap` as a program; its first bytes show it. */
function looksExecutable(head: Buffer): boolean {
  return head.toString('latin1') === '\x7fELF' || head.toString('latin1', 0, 2) === '#!';
}

async function linkTarget(
  file: FileHandle,
  planned: PlannedEntry,
  budget: UnpackBudget,
  limits: ArchiveLimits,
): Promise<string> {
  if (planned.unpackedBytes > limits.linkTargetBytes) {
    throw new ArtifactError('link-target', 'the target of a symbolic link is too long', { entry: planned.path });
  }
  const chunks: Buffer[] = [];
  await contents(file, planned, budget, async (chunk) => void chunks.push(chunk));
  const bytes = Buffer.concat(chunks);
  const text = bytes.toString('utf8');
  if (text === '' || !Buffer.from(text).equals(bytes) || hasControlCharacter(text) || text.includes('\\')) {
    throw new ArtifactError('link-target', 'a symbolic link has no usable target', { entry: planned.path });
  }
  return text;
}

/** Streams the real bytes of one entry to `sink`, then checks size and CRC against the directory. */
async function contents(
  file: FileHandle,
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
  if (Math.max(packedBytes, unpackedBytes) <= SMALL_BYTES) await consume(smallContents(file, planned));
  else if (planned.deflated) used = await inflate(rawBytes(file, planned), path, consume);
  else await consume(rawBytes(file, planned));
  if (bytes !== unpackedBytes || used !== packedBytes) {
    throw new ArtifactError('size-mismatch', 'the size of an entry differs from its header', { entry: path });
  }
  if (crc !== planned.crc32) throw new ArtifactError('crc', 'the checksum of an entry is wrong', { entry: path });
}

/** The packed bytes, read in pieces from the shared descriptor, which stays open when the reader stops early. */
async function* rawBytes(file: FileHandle, { dataStart, packedBytes }: PlannedEntry): AsyncGenerator<Buffer> {
  for (let done = 0; done < packedBytes; ) {
    const chunk = Buffer.allocUnsafe(Math.min(READ_BYTES, packedBytes - done));
    await readFully(file, chunk, dataStart + done);
    done += chunk.length;
    yield chunk;
  }
}

type Consume = (source: AsyncIterable<Buffer>) => Promise<void>;

/** Thousands of small files are the usual case, and a stream for each would cost more than its contents. */
async function* smallContents(file: FileHandle, planned: PlannedEntry): AsyncGenerator<Buffer> {
  const packed = Buffer.allocUnsafe(planned.packedBytes);
  await readFully(file, packed, planned.dataStart);
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
  const inflater = createInflateRaw();
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
