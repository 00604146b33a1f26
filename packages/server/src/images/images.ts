import { basename } from 'node:path';
import type { Logger } from 'pino';
import type { CachedItem } from '../lib/byte-cache.ts';
import type { Clock } from '../lib/clock.ts';
import { GraceCollector } from '../lib/grace-collector.ts';
import { KeyLock } from '../lib/key-lock.ts';
import type { MayRemove } from '../lib/leftovers.ts';
import { PlatformError } from '../lib/platform-error.ts';
import { Uses } from '../lib/uses.ts';
import { ArchiveFiles } from './archive/archive-files.ts';
import { findImages } from './archive/find-images.ts';
import { ImageError } from './errors.ts';
import { ImageFiles, type Unpack } from './image-files.ts';
import type { ImageLimits } from './image-limits.ts';
import type { FoundImage, OnProgress } from './image-source.ts';
import type { ImageStore } from './image-store.ts';
import { parseReference, withoutTag } from './reference.ts';
import { findInRegistry } from './registry/pull-image.ts';
import type { RegistryAccess } from './registry/registry-client.ts';
import type { Image, ListedImage, NamedImage, SharedLayers } from './types.ts';
import { unpackInThread } from './unpack/unpack-in-thread.ts';

export interface ImagesOptions {
  readonly store: ImageStore;
  readonly dir: string;
  readonly limits: ImageLimits;
  readonly clock: Clock;
  readonly log: Logger;
  /** Rule for files that are not in the database. */
  readonly mayRemove: MayRemove;
  /** Default: a thread for each image. */
  readonly unpack?: Unpack;
  /** The layers of all servers; an image that another one loaded is unpacked from there. */
  readonly shared?: SharedLayers | undefined;
}

/** An image that is not removed before its release. */
export interface HeldImage {
  readonly image: Image;
  release(): void;
}

const CHANGES = 'changes';
const PREFETCH = 'prefetch';

/**
 * The container images of this machine. A name refers to one image at a time; a function version keeps the image that
 * it was created with. An image without a name and without versions is removed. Throws `PlatformError`:
 * `invalid_image`,
 * `image_not_found`, `image_registry`.
 */
export class Images {
  readonly #options: ImagesOptions;
  readonly #files: ImageFiles;
  readonly #locks = new KeyLock();
  readonly #held = new Map<string, number>();
  readonly #uses = new Uses();
  /** Folders that were seen; the others are looked for. */
  readonly #ready = new Set<string>();
  /** Images that lost a version: an instance of it may still run from them. */
  readonly #waiting: GraceCollector;
  readonly #stopping = new AbortController();
  #collecting: Promise<void> = Promise.resolve();

  constructor(options: ImagesOptions) {
    this.#options = options;
    this.#waiting = new GraceCollector(options.clock, () => this.#collect());
    const { dir, limits, unpack = unpackInThread, shared } = options;
    this.#files = new ImageFiles({ dir, limits, unpack, shared });
  }

  /**
   * Removes unused images and unpacks missing ones again, or with shared layers when they are needed. Call once, before
   * all other methods.
   */
  async start(): Promise<void> {
    const { store, log, shared } = this.#options;
    await this.#files.start();
    await shared?.start();
    await this.#collect();
    for (const { id, layers } of await store.all()) {
      await this.#files.share(layers);
      if (shared !== undefined || (await this.#files.has(id))) continue;
      await this.#files
        .unpack(id, layers, () => {}, this.#stopping.signal)
        .catch((error: unknown) => log.error({ image: id, err: error }, 'an image cannot be unpacked again'));
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the server is stopping'));
    await this.#waiting.stop();
    await this.#locks.run(CHANGES, async () => {});
    await this.#collecting;
  }

  /** The folder that sandboxes use as their root. */
  rootfs(id: string): string {
    return this.#files.rootfs(id);
  }

  /** Resolves when the folder of an image exists, which another server may have loaded. Rejects when it cannot. */
  async ready(rootfs: string): Promise<void> {
    const { shared, store } = this.#options;
    if (shared === undefined || this.#ready.has(rootfs)) return;
    await this.#locks.run(rootfs, async () => {
      const id = `sha256:${basename(rootfs)}`;
      const image = (await this.#files.has(id)) ? undefined : await store.find(id);
      await this.#files.noteUse(id);
      if (image !== undefined) await this.#files.unpack(id, image.layers, () => {}, this.#stopping.signal);
      this.#ready.add(rootfs);
    });
  }

  /** `listener` is called when an image was unpacked. */
  onFetched(listener: () => void): void {
    this.#files.onFetched(listener);
  }

  /** Keeps the folder of an image, whether it exists yet or not, from being removed as one that can be made again. */
  use(rootfs: string): () => void {
    return this.#uses.hold(rootfs);
  }

  /** What can be fetched and unpacked again: nothing where no layers are shared. */
  async cached(): Promise<readonly CachedItem[]> {
    return [...(await this.#files.cachedLayers()), ...(await this.#files.cachedFolders((path) => this.#evict(path)))];
  }

  #evict(rootfs: string): Promise<boolean> {
    return this.#locks.run(rootfs, async () => {
      if (this.#uses.has(rootfs)) return false;
      this.#ready.delete(rootfs);
      await this.#files.removeFolder(rootfs);
      return true;
    });
  }

  /** Like `ready`, one image after another: no instance waits for it yet. */
  prefetch(rootfs: string): Promise<void> {
    return this.#locks.run(PREFETCH, () => this.ready(rootfs));
  }

  /** Removes shared layers that no image has. One server does this for all. */
  async sweepShared(): Promise<void> {
    const { shared, store } = this.#options;
    if (shared === undefined) return;
    const digests = new Set((await store.all()).flatMap(({ layers }) => layers.map(({ digest }) => digest)));
    await shared.sweep(async (sha256) => digests.has(`sha256:${sha256}`));
  }

  list(): Promise<ListedImage[]> {
    return this.#options.store.all();
  }

  /** By name or id. Throws `image_not_found`. */
  async show(reference: string): Promise<ListedImage> {
    const { id } = await this.#find(reference);
    const found = (await this.list()).find((each) => each.id === id);
    if (found === undefined) throw notFound(reference);
    return found;
  }

  /**
   * The image of a new function version; release it when the row of the function is stored or refused. `mayUse` is
   * called with names without their tag; one allowed name is enough. Throws `image_not_found`, also when none is
   * allowed.
   */
  async hold(reference: string, mayUse: (repository: string) => boolean): Promise<HeldImage> {
    const image = await this.#find(reference);
    const names = isId(reference) ? (await this.show(reference)).names : [readName(reference)];
    if (!names.some((name) => mayUse(withoutTag(name)))) throw notFound(reference);
    const { id } = image;
    this.#held.set(id, (this.#held.get(id) ?? 0) + 1);
    const release = once(() => {
      const left = (this.#held.get(id) ?? 1) - 1;
      if (left > 0) this.#held.set(id, left);
      else this.#held.delete(id);
    });
    // It may have been removed since the lookup.
    if ((await this.#options.store.find(id)) !== undefined) return { image, release };
    release();
    throw notFound(reference);
  }

  /** Loads every image of an archive on this machine. `name` replaces the names of an archive with one image. */
  load(path: string, name: string | undefined, onProgress: OnProgress, gone: AbortSignal): Promise<NamedImage[]> {
    return this.#change(onProgress, gone, async (signal) => {
      const { limits } = this.#options;
      await using files = await ArchiveFiles.open(path, limits);
      const found = await findImages(files, limits);
      if (name !== undefined && found.length > 1) {
        throw new ImageError('no-name', `the archive has ${found.length} images, which cannot have one name`);
      }
      const named = found.map((image) => ({ image, names: namesFor(image, name) }));
      const images: NamedImage[] = [];
      for (const { image, names } of named) images.push(await this.#add(image, names, onProgress, signal));
      return images;
    });
  }

  /** Fetches an image from its registry; layers that are stored already are not fetched. */
  pull(text: string, access: RegistryAccess, onProgress: OnProgress, gone: AbortSignal): Promise<NamedImage> {
    return this.#change(onProgress, gone, async (signal) => {
      const reference = parseReference(text);
      onProgress(`looking up ${reference.name}`);
      const found = await findInRegistry(reference, access, this.#options.limits, signal);
      return this.#add(found, [reference.name], onProgress, signal);
    });
  }

  /**
   * Removes a name, or with an id all names. The image itself is removed when no version uses it; returns how many do.
   */
  async remove(reference: string): Promise<{ readonly versions: number }> {
    const { store } = this.#options;
    const { id, versions } = await this.show(reference);
    if (reference === id) await store.removeNamesOf(id);
    else await store.removeName(readName(reference));
    await this.#collect();
    return { versions };
  }

  /** A version of this image was deleted; its instances may take a while to end. */
  retire(id: string): void {
    this.#waiting.later(id);
  }

  async #add(
    found: FoundImage,
    names: readonly string[],
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<NamedImage> {
    const { store, clock } = this.#options;
    const image = await this.#files.add(found, clock.now(), onProgress, signal);
    await store.put(image, names);
    return { ...image, names };
  }

  /** One change of the files at a time, so that no sweep removes files that another change has just stored. */
  async #change<T>(onProgress: OnProgress, gone: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const signal = AbortSignal.any([gone, this.#stopping.signal]);
    onProgress('waiting for other images');
    try {
      return await this.#locks.run(CHANGES, async () => {
        signal.throwIfAborted();
        return work(signal);
      });
    } catch (error) {
      // The client gets no details: a full disk, for example, is a matter of the operator.
      if (!isForCaller(error) && !signal.aborted)
        this.#options.log.error({ err: error }, 'an image could not be stored');
      throw toPlatformError(error);
    } finally {
      // Images that lost their name to the new one, and leftovers of a failed change.
      void this.#collect();
    }
  }

  /** Removes images without names and versions, and files without an image. */
  sweep(): Promise<void> {
    return this.#collect();
  }

  #collect(): Promise<void> {
    this.#collecting = this.#locks
      .run(CHANGES, async () => {
        const { store } = this.#options;
        const before = await store.all();
        this.#files.know(before);
        for (const { id, names, versions } of before) {
          if (names.length > 0 || versions > 0 || this.#held.has(id) || this.#waiting.waitsFor(id)) continue;
          await store.removeUnused(id);
        }
        this.#ready.clear();
        await this.#files.keepOnly(await store.all(), this.#options.mayRemove);
      })
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'images could not be collected'));
    return this.#collecting;
  }

  async #find(reference: string): Promise<Image> {
    const { store } = this.#options;
    const found = isId(reference) ? await store.find(reference) : await store.named(readName(reference));
    if (found === undefined) throw notFound(reference);
    return found;
  }
}

function isId(reference: string): boolean {
  return reference.startsWith('sha256:');
}

function readName(reference: string): string {
  try {
    return parseReference(reference).name;
  } catch (error) {
    throw toPlatformError(error);
  }
}

/** Incomplete names in an archive, such as a bare tag of an OCI layout, do not count. */
function namesFor(image: FoundImage, requested: string | undefined): string[] {
  if (requested !== undefined) return [parseReference(requested).name];
  const names = image.names.filter((name) => /[/:]/.test(name)).map((name) => parseReference(name).name);
  if (names.length > 0) return names;
  throw new ImageError('no-name', 'the archive has no name for its image', {
    hint: 'Give --name NAME:TAG.',
  });
}

function notFound(reference: string): PlatformError {
  return new PlatformError('image_not_found', `there is no image ${reference.slice(0, 200)} on this machine`, {
    hint: `Load it with: fgs images load FILE --name ${reference.slice(0, 200)}, or: fgs images pull ${reference.slice(0, 200)}`,
  });
}

function isForCaller(error: unknown): boolean {
  return error instanceof ImageError || error instanceof PlatformError;
}

function toPlatformError(error: unknown): unknown {
  if (!(error instanceof ImageError)) return error;
  const { message, hint, reason } = error;
  const code = reason.startsWith('registry') ? 'image_registry' : 'invalid_image';
  return new PlatformError(code, `${message} [${reason}]`, { hint, cause: error });
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    work();
  };
}
