import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import { ImageError } from '../errors.ts';
import type { ImageLimits } from '../image-limits.ts';
import { StreamSource } from '../tar/byte-source.ts';
import { LayerUnpacker } from './apply-layer.ts';
import { compressionOf, decompressed, isDecompressionError } from './decompress.ts';
import { lookAt } from './image-tree.ts';
import { makeMountPoints } from './mount-points.ts';

export interface StoredLayer {
  /** A file whose own digest is checked already. */
  readonly path: string;
  /** `sha256:` of its uncompressed content, from the configuration of the image. */
  readonly diffId: string;
}

export interface UnpackOptions {
  readonly layers: readonly StoredLayer[];
  /** Must not exist. */
  readonly target: string;
  readonly limits: ImageLimits;
  /** Called before each layer, counted from 1. */
  readonly onLayer?: (number: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Creates the root folder of an image from its layers, on disk when it resolves. Throws `ImageError`; the caller then
 * removes the folder. Returns the bytes of all files.
 */
export async function unpackImage({ layers, target, limits, onLayer, signal }: UnpackOptions): Promise<number> {
  mkdirSync(target, { mode: 0o755 });
  const unpacker = new LayerUnpacker(target, limits);
  const stream = new StreamBudget(limits);
  for (const [index, layer] of layers.entries()) {
    onLayer?.(index + 1);
    await applyLayer(unpacker, layer, { stream, signal });
  }
  // The folder has no other writer, and no path in the list contains a link.
  for (const [path, mode] of unpacker.folderModes()) {
    if (lookAt(path)?.isDirectory() === true) chmodSync(path, mode);
  }
  makeMountPoints(target);
  chmodSync(target, 0o755);
  await flush(target);
  return unpacker.unpackedBytes;
}

interface Around {
  readonly stream: StreamBudget;
  readonly signal: AbortSignal;
}

async function applyLayer(
  unpacker: LayerUnpacker,
  { path, diffId }: StoredLayer,
  { stream, signal }: Around,
): Promise<void> {
  const hash = createHash('sha256');
  const bytes = addAbortSignal(signal, decompressed(path, await compressionOf(path)));
  try {
    const source = new StreamSource(read(bytes, hash, stream));
    await unpacker.apply(source);
    await source.drain();
  } catch (error) {
    if (!isDecompressionError(error)) throw error;
    throw new ImageError('compression', `a layer cannot be decompressed: ${error.message}`, { cause: error });
  } finally {
    bytes.destroy();
  }
  if (`sha256:${hash.digest('hex')}` !== diffId) {
    throw new ImageError('layer-mismatch', `a layer does not match the digest in the configuration (${diffId})`);
  }
}

async function* read(
  bytes: AsyncIterable<Buffer>,
  hash: ReturnType<typeof createHash>,
  stream: StreamBudget,
): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    stream.spend(chunk.length);
    hash.update(chunk);
    yield chunk;
  }
}

/** Heads of an entry, with its extended ones as image builders write them, and the padding of its content. */
const ENTRY_BYTES = 4096;

/** What all layers may have when they are decompressed: also what no file gets, such as bytes behind the last entry. */
class StreamBudget {
  readonly #bytes: number;
  #spent = 0;

  constructor({ unpackedBytes, entries }: ImageLimits) {
    this.#bytes = unpackedBytes + entries * ENTRY_BYTES;
  }

  spend(bytes: number): void {
    this.#spent += bytes;
    if (this.#spent <= this.#bytes) return;
    throw new ImageError('unpacked-too-large', `decompressed, the layers are over ${this.#bytes} bytes`);
  }
}

/**
 * One call for the file system instead of one for each file; without that program the kernel writes in its own time.
 */
function flush(folder: string): Promise<void> {
  return new Promise((resolve) => execFile('sync', ['-f', folder], () => resolve()));
}
