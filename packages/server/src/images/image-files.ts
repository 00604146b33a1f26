import { createHash, randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CachedItem } from '../lib/byte-cache.ts';
import { CachedFolder, isJustUsed, noteUse } from '../lib/cached-folder.ts';
import { KeyLock } from '../lib/key-lock.ts';
import type { MayRemove } from '../lib/leftovers.ts';
import { Uses } from '../lib/uses.ts';
import { BlobStore, type StoredBlob } from './blob-store.ts';
import { isDigest } from './document.ts';
import { ImageError } from './errors.ts';
import { parseImageConfig } from './image-config.ts';
import type { ImageLimits } from './image-limits.ts';
import type { FoundImage, LayerSource, OnProgress } from './image-source.ts';
import type { Image, ImageLayer, SharedLayers } from './types.ts';
import type { UnpackOptions } from './unpack/unpack-image.ts';

/** Unpacks layers into a folder: `unpackInThread`, or `unpackImage` itself. */
export type Unpack = (options: UnpackOptions) => Promise<number>;

/**
 * Images on disk: `blobs/` holds layers as received, `rootfs/<id>/` the folders that sandboxes see. A file or folder
 * under its final name is complete; a crash leaves files in `incoming/` only. The owner must serialize changes.
 */
export class ImageFiles {
  readonly #dir: string;
  readonly #limits: ImageLimits;
  readonly #unpackImage: Unpack;
  readonly #blobs: BlobStore;
  readonly #shared: SharedLayers | undefined;
  /** Names of files that this process stored or that the database had. */
  readonly #known = new Set<string>();
  /** Layers that are being unpacked, or stored for an image. */
  readonly #layerUses = new Uses();
  /** One fetch of a layer at a time. */
  readonly #fetches = new KeyLock();
  readonly #cached: { readonly blobs: CachedFolder; readonly rootfs: CachedFolder };
  #onFetched = (): void => {};

  constructor(options: {
    readonly dir: string;
    readonly limits: ImageLimits;
    readonly unpack: Unpack;
    readonly shared: SharedLayers | undefined;
  }) {
    const { dir } = options;
    this.#cached = { blobs: new CachedFolder(join(dir, 'blobs')), rootfs: new CachedFolder(join(dir, 'rootfs')) };
    this.#dir = dir;
    this.#limits = options.limits;
    this.#unpackImage = options.unpack;
    this.#shared = options.shared;
    this.#blobs = new BlobStore(join(dir, 'blobs'), join(dir, 'incoming'));
  }

  /** Creates the folders and removes leftovers of a crash. */
  async start(): Promise<void> {
    await rm(join(this.#dir, 'incoming'), { recursive: true, force: true });
    for (const part of ['', 'incoming', 'rootfs']) {
      await mkdir(join(this.#dir, part), { recursive: true });
      // Sandbox users need to traverse these folders to the files of their image.
      await chmod(join(this.#dir, part), 0o711);
    }
    await this.#blobs.start();
  }

  rootfs(id: string): string {
    return join(this.#dir, 'rootfs', id.replace(/^sha256:/, ''));
  }

  async has(id: string): Promise<boolean> {
    return stat(this.rootfs(id)).then(
      () => true,
      () => false,
    );
  }

  /** Stores and unpacks an image. Parts that are stored already are not read again. Throws `ImageError`. */
  async add(found: FoundImage, now: number, onProgress: OnProgress, signal: AbortSignal): Promise<Image> {
    const config = parseImageConfig(found.config, this.#limits);
    if (config.diffIds.length !== found.layers.length) {
      throw new ImageError('malformed-manifest', 'the manifest and the configuration differ in their number of layers');
    }
    const id = `sha256:${createHash('sha256').update(found.config).digest('hex')}`;
    const layers: ImageLayer[] = [];
    let left = this.#limits.imageBytes;
    for (const [index, source] of found.layers.entries()) {
      const diffId = config.diffIds[index] ?? '';
      onProgress(`layer ${index + 1} of ${found.layers.length}${sizeText(source.size)}`);
      const blob = await this.#store(source, diffId, left, signal);
      left -= blob.size;
      layers.push({ ...blob, diffId });
    }
    for (const { digest } of layers) await this.#shared?.put(hexOf(digest), this.#blobs.path(digest));
    const unpackedBytes = await this.unpack(id, layers, onProgress, signal);
    const { entrypoint, command, env, workingDir, user, createdAt } = config;
    const sizeBytes = this.#limits.imageBytes - left;
    const run = { entrypoint, command, env, workingDir, user };
    return { id, ...run, layers, sizeBytes, unpackedBytes, createdAt, loadedAt: now };
  }

  /** Creates the root folder from stored or shared layers unless it exists. Returns the bytes of its files. */
  async unpack(
    id: string,
    layers: readonly ImageLayer[],
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<number> {
    const target = this.rootfs(id);
    const staging = join(this.#dir, 'incoming', randomUUID());
    const uses = layers.map(({ digest }) => this.#layerUses.hold(digest));
    try {
      for (const { digest } of layers) await this.#fetchMissing(digest);
      const bytes = await this.#unpackImage({
        layers: layers.map(({ digest, diffId }) => ({ path: this.#blobs.path(digest), diffId })),
        target: staging,
        limits: this.#limits,
        onLayer: (number) => onProgress(`unpacking layer ${number} of ${layers.length}`),
        signal,
      });
      this.#known.add(basename(target));
      if (!(await this.has(id))) await rename(staging, target);
      this.#onFetched();
      return bytes;
    } finally {
      for (const release of uses) release();
      await rm(staging, { recursive: true, force: true });
    }
  }

  /** `listener` is called when an image was unpacked. */
  onFetched(listener: () => void): void {
    this.#onFetched = listener;
  }

  /** Layers that can be fetched again: nothing where none are shared. */
  async cachedLayers(): Promise<readonly CachedItem[]> {
    if (this.#shared === undefined) return [];
    return (await this.#cached.blobs.list()).map(({ name, ...item }) => ({
      ...item,
      remove: () => this.#evictLayer(`sha256:${name}`),
    }));
  }

  /** Folders that can be made again, with what removes one that is not in use. */
  async cachedFolders(evict: (path: string) => Promise<boolean>): Promise<readonly CachedItem[]> {
    if (this.#shared === undefined) return [];
    return (await this.#cached.rootfs.list()).map(({ path, ...item }) => ({ ...item, remove: () => evict(path) }));
  }

  noteUse(id: string): Promise<void> {
    return noteUse(this.rootfs(id));
  }

  /** At once; what was a part of it is removed afterwards. */
  async removeFolder(path: string): Promise<void> {
    const doomed = join(this.#dir, 'incoming', randomUUID());
    await rename(path, doomed);
    await rm(doomed, { recursive: true, force: true });
  }

  #evictLayer(digest: string): Promise<boolean> {
    if (!isDigest(digest)) return Promise.resolve(false);
    return this.#fetches.run(digest, async () => {
      const path = this.#blobs.path(digest);
      if (this.#layerUses.has(digest) || (await isJustUsed(path))) return false;
      // what only this server has must not be removed
      const shared = await this.#shared?.share(hexOf(digest), path).then(
        () => true,
        () => false,
      );
      if (shared !== true) return false;
      await rm(path, { force: true });
      return true;
    });
  }

  /** Removes every other image, and layers that only those use; unknown files only if `mayRemove` allows it. */
  async keepOnly(images: readonly Pick<Image, 'id' | 'layers'>[], mayRemove: MayRemove): Promise<void> {
    const ids = new Set(images.map(({ id }) => id.replace(/^sha256:/, '')));
    const allowed: MayRemove = async (path) => this.#known.has(basename(path)) || mayRemove(path);
    for (const name of await readdir(join(this.#dir, 'rootfs'))) {
      if (ids.has(name) || !(await allowed(join(this.#dir, 'rootfs', name)))) continue;
      const doomed = join(this.#dir, 'incoming', randomUUID());
      await rename(join(this.#dir, 'rootfs', name), doomed);
      await rm(doomed, { recursive: true, force: true });
    }
    const digests = new Set(images.flatMap(({ layers }) => layers.map(({ digest }) => digest)));
    await this.#blobs.sweep((digest) => digests.has(digest), allowed);
  }

  /** Marks images of the database as known, so that their files may be removed when the database no longer has them. */
  know(images: readonly Pick<Image, 'id' | 'layers'>[]): void {
    for (const { id, layers } of images) {
      for (const digest of [id, ...layers.map((layer) => layer.digest)])
        this.#known.add(digest.replace(/^sha256:/, ''));
    }
  }

  /** Gives other servers the layers of stored images that this one has. */
  async share(layers: readonly ImageLayer[]): Promise<void> {
    if (this.#shared === undefined) return;
    for (const { digest } of layers) {
      if (await this.#blobs.has(digest)) await this.#shared.share(hexOf(digest), this.#blobs.path(digest));
    }
  }

  async #fetchMissing(digest: string): Promise<void> {
    const shared = this.#shared;
    if (shared === undefined) return;
    await this.#fetches.run(digest, async () => {
      if (await this.#blobs.has(digest)) return;
      const incoming = join(this.#dir, 'incoming', randomUUID());
      // a layer that is missing is reported by the unpacking
      if (await shared.fetch(hexOf(digest), incoming)) await rename(incoming, this.#blobs.path(digest));
    });
  }

  async #store(source: LayerSource, diffId: string, left: number, signal: AbortSignal): Promise<StoredBlob> {
    // A stored layer was checked when it was stored. Without a digest, a layer with the requested content is used.
    const known = source.digest ?? diffId;
    if (await this.#blobs.has(known)) {
      await noteUse(this.#blobs.path(known));
      const { size } = await stat(this.#blobs.path(known));
      if (size > left) throw new ImageError('too-large', `the image is larger than ${this.#limits.imageBytes} bytes`);
      return { digest: known, size };
    }
    const wish = { digest: source.digest, size: source.size, maxBytes: left };
    const stored = await this.#blobs.put(source.open(signal), wish);
    this.#known.add(stored.digest.replace(/^sha256:/, ''));
    return stored;
  }
}

function hexOf(digest: string): string {
  return digest.replace(/^sha256:/, '');
}

function sizeText(size: number | undefined): string {
  return size === undefined ? '' : `, ${(size / 2 ** 20).toFixed(1)} MB`;
}
