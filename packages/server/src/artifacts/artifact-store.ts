import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { CachedItem } from '../lib/byte-cache.ts';
import { CachedFolder, isJustUsed, noteUse } from '../lib/cached-folder.ts';
import { KeyLock } from '../lib/key-lock.ts';
import type { MayRemove } from '../lib/leftovers.ts';
import { PlatformError } from '../lib/platform-error.ts';
import { Uses } from '../lib/uses.ts';
import { ArchiveReader } from './archive-reader.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits, UPLOAD_LIMITS } from './artifact-limits.ts';
import { entryPath } from './entry-path.ts';
import { ArtifactError } from './errors.ts';
import { MergedTrees } from './merged-trees.ts';
import { pathExists as exists } from './path-exists.ts';
import { receive, type UploadBytes } from './receive.ts';
import { digestOf, type SharedBlobs } from './shared/shared-blobs.ts';
import type { Artifact, ArtifactKind, ArtifactPin, PutOptions } from './types.ts';
import { extractZip, sealFolder } from './zip-extract.ts';
import { readZipTrailer } from './zip-trailer.ts';

/** Whether a version still uses these bytes. Called only while no concurrent put or keep of them can run. */
export type IsReferenced = (sha256: string) => Promise<boolean>;

export interface ArtifactStoreOptions {
  readonly dir: string;
  readonly limits?: ArchiveLimits;
  /** The bytes of all servers; what this store lacks comes from there. */
  readonly shared?: SharedBlobs | undefined;
}

const SHA256 = /^[0-9a-f]{64}$/;

/**
 * Code bundles by their SHA-256: `blobs/<sha256>` holds the original bytes, `trees/<id>/` the folder that instances
 * see. A blob or tree is visible only when it is complete and on disk; a crash leaves files in `incoming/` only, which
 * `start` removes. Only one server may use a folder; several share bytes by `shared`.
 */
export class ArtifactStore {
  /** Code folders merged from several artifacts. */
  readonly merged: MergedTrees;
  readonly #dir: string;
  readonly #limits: ArchiveLimits;
  readonly #shared: SharedBlobs | undefined;
  readonly #locks = new KeyLock();
  readonly #pins = new Map<string, number>();
  /** Collections of pinned artifacts, repeated when the last pin is released. */
  readonly #postponed = new Map<string, IsReferenced>();
  readonly #uses = new Uses();
  #onFetched = (): void => {};
  readonly #cached: { readonly blobs: CachedFolder; readonly trees: CachedFolder; readonly merged: CachedFolder };
  readonly #background = new Set<Promise<unknown>>();

  constructor(options: ArtifactStoreOptions) {
    this.#dir = options.dir;
    this.#limits = options.limits ?? ARCHIVE_LIMITS;
    this.#shared = options.shared;
    this.merged = new MergedTrees(options.dir);
    const folder = (part: string): CachedFolder => new CachedFolder(this.#path(part));
    this.#cached = { blobs: folder('blobs'), trees: folder('trees'), merged: folder('merged') };
  }

  /** Creates the folders and removes leftovers of a crash. Call once, before all other methods. */
  async start(): Promise<void> {
    // Function code must not be readable by other users of the machine. Sandboxes get it from the agent.
    await mkdir(this.#dir, { recursive: true });
    await chmod(this.#dir, 0o700);
    await rm(this.#path('incoming'), { recursive: true, force: true });
    for (const part of ['incoming', 'blobs', 'trees']) {
      await mkdir(this.#path(part), { recursive: true });
      await sealFolder(this.#path(part));
    }
    await this.merged.start();
    await this.#shared?.start();
  }

  /** Waits for collections started by a released pin. */
  async stop(): Promise<void> {
    await Promise.allSettled(this.#background);
  }

  /**
   * Checks, stores and unpacks an upload. The artifact cannot be collected until the returned pin is released. Throws
   * `ArtifactError` when the upload is refused; none of it is kept. Code that is unpacked already is not unpacked again;
   * stored bytes that were damaged are replaced.
   */
  async put(bytes: UploadBytes, options: PutOptions): Promise<ArtifactPin> {
    const staging = this.#path('incoming', randomUUID());
    await mkdir(staging);
    try {
      const blob = join(staging, 'blob');
      const received = await receive(bytes, blob, options.maxBytes ?? UPLOAD_LIMITS[options.kind]);
      const artifact = this.describe({ ...received, kind: options.kind, ...named(options) });
      const pin = await this.#locks.run(artifact.sha256, async () => this.#pin(artifact));
      try {
        await this.#publish(artifact, blob, staging, options);
        return pin;
      } catch (error) {
        pin.release();
        throw error;
      }
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  }

  /** Pins a stored artifact, for a new version of the same code or for an instance. Undefined when it is removed. */
  async keep(artifact: Artifact): Promise<ArtifactPin | undefined> {
    return this.#locks.run(artifact.sha256, async () =>
      (await exists(artifact.treePath)) ? this.#pin(artifact) : undefined,
    );
  }

  /**
   * Unpacks an artifact whose tree is missing. False when that is impossible: the bytes, of this server and shared ones,
   * are missing or changed. Bytes that only this server has are shared. Throws `artifacts_unavailable` when the shared
   * ones are needed and cannot be reached.
   */
  async restore(artifact: Artifact, fileName: string | undefined): Promise<boolean> {
    const { sha256, kind, treePath } = artifact;
    return this.#locks.run(sha256, async () => {
      const blob = this.#blob(sha256);
      if (await exists(treePath)) {
        if (this.#shared !== undefined) await noteUse(treePath);
        // what cannot be shared now is shared at the next start
        if (await exists(blob)) await this.#shared?.share(sha256, blob).catch(ignoreUnavailable);
        return true;
      }
      if (!(await this.#haveBlob(sha256))) return false;
      const staging = this.#path('incoming', randomUUID());
      try {
        await mkdir(staging);
        await this.#build(staging, blob, { kind, ...(fileName === undefined ? {} : { fileName }) });
        await renameFolder(staging, treePath);
        await sealFolder(this.#path('trees'));
        this.#onFetched();
        return true;
      } finally {
        await rm(staging, { recursive: true, force: true });
      }
    });
  }

  /** `listener` is called when bytes were fetched, stored or unpacked. */
  onFetched(listener: () => void): void {
    this.#onFetched = listener;
  }

  /** Whether bytes are shared, so that those which are missing here are fetched when they are needed. */
  get isShared(): boolean {
    return this.#shared !== undefined;
  }

  /** Shares the bytes that this server has. What cannot be shared now is shared at the next start. */
  async share({ sha256 }: Pick<Artifact, 'sha256'>): Promise<void> {
    const blob = this.#blob(sha256);
    await this.#locks.run(sha256, async () => {
      if (await exists(blob)) await this.#shared?.share(sha256, blob).catch(ignoreUnavailable);
    });
  }

  /** Keeps a folder, whether it exists yet or not, from being removed as one that can be fetched again. */
  use(path: string): () => void {
    return this.#uses.hold(path);
  }

  /** Whether a folder of code exists; notes that it is used. */
  has(path: string): Promise<boolean> {
    // the lock under which it is removed: what is in use afterwards stays
    if (dirname(path) !== this.#path('trees')) return this.merged.has(path);
    return this.#locks.run(basename(path).slice(0, 64), async () => {
      if (!(await exists(path))) return false;
      await noteUse(path);
      return true;
    });
  }

  /** What can be fetched and unpacked again: nothing where no bytes are shared. */
  async cached(): Promise<readonly CachedItem[]> {
    if (this.#shared === undefined) return [];
    const { blobs, trees, merged } = this.#cached;
    return [
      ...(await blobs.list()).map(({ name, ...item }) => ({ ...item, remove: () => this.#evictBlob(name) })),
      ...(await trees.list()).map(({ name, path, ...item }) => ({
        ...item,
        remove: () => this.#evictTree(name, path),
      })),
      ...(await merged.list()).map(({ path, ...item }) => ({
        ...item,
        remove: () => this.merged.remove(path, () => this.#uses.has(path)),
      })),
    ];
  }

  async #evictBlob(sha256: string): Promise<boolean> {
    if (!SHA256.test(sha256)) return false;
    return this.#locks.run(sha256, async () => {
      const blob = this.#blob(sha256);
      if (this.#pins.has(sha256) || (await isJustUsed(blob)) || !(await this.#isShared(sha256))) return false;
      await rm(blob, { force: true });
      return true;
    });
  }

  async #evictTree(name: string, path: string): Promise<boolean> {
    const sha256 = name.slice(0, 64);
    if (!SHA256.test(sha256)) return false;
    return this.#locks.run(sha256, async () => {
      if (this.#pins.has(sha256) || (await isJustUsed(path)) || !(await this.#isShared(sha256))) return false;
      if (this.#uses.has(path)) return false;
      const doomed = this.#path('incoming', randomUUID());
      await rename(path, doomed);
      await rm(doomed, { recursive: true, force: true });
      return true;
    });
  }

  /** Whether the bytes are those of all servers: what only this one has must not be removed. Under the lock of the digest. */
  async #isShared(sha256: string): Promise<boolean> {
    const blob = this.#blob(sha256);
    // without its bytes a tree was made of fetched ones, or they were shared before they were removed
    if (!(await exists(blob))) return true;
    return (
      this.#shared?.share(sha256, blob).then(
        () => true,
        (error: unknown) => {
          ignoreUnavailable(error);
          return false;
        },
      ) ?? false
    );
  }

  /** Fetches and unpacks shared bytes before a function uses them. */
  async prefetch(artifact: Artifact, fileName?: string): Promise<void> {
    if (this.#shared !== undefined) await this.restore(artifact, fileName);
  }

  /** The artifact as plain data from the fields of a database row; does not check the files. */
  describe(row: Omit<Artifact, 'treePath'> & { readonly fileName?: string }): Artifact {
    const { sha256, sha512, kind, sizeBytes } = row;
    return { sha256, sha512, kind, sizeBytes, treePath: this.#path('trees', treeId(sha256, kind, row.fileName)) };
  }

  /** The stored bytes as a stream. The stream fails when the artifact is removed. */
  read(sha256: string): Readable {
    const blob = this.#blob(sha256);
    if (this.#shared === undefined) return createReadStream(blob);
    const bytes = async function* (fetched: Promise<unknown>): AsyncGenerator<Buffer> {
      await fetched;
      yield* createReadStream(blob);
    };
    return Readable.from(bytes(this.#fetchMissing(sha256)));
  }

  /** The stored bytes in memory: at most the size limit of an upload. */
  async readAll(sha256: string): Promise<Buffer> {
    await this.#fetchMissing(sha256);
    return readFile(this.#blob(sha256));
  }

  /**
   * Removes the artifact unless it is pinned or `isReferenced` returns true. For a pinned one this is repeated after
   * the last pin is released. Returns whether it was removed now.
   */
  async release(sha256: string, isReferenced: IsReferenced): Promise<boolean> {
    return this.#locks.run(sha256, async () => {
      if (this.#pins.has(sha256)) {
        this.#postponed.set(sha256, isReferenced);
        return false;
      }
      if (await isReferenced(sha256)) return false;
      await this.#remove(sha256);
      // what cannot be discarded now is found by a sweep
      await this.#shared?.discard(sha256).catch(ignoreUnavailable);
      return true;
    });
  }

  /** Removes shared bytes without references. One server does this for all. */
  async sweepShared(isReferenced: IsReferenced): Promise<void> {
    await this.#shared?.sweep(isReferenced);
  }

  /** Removes artifacts without references, such as uploads whose function was never committed. */
  async sweep(isReferenced: IsReferenced, mayRemove: MayRemove): Promise<number> {
    const paths = new Map<string, string[]>();
    for (const part of ['blobs', 'trees']) {
      for (const name of await readdir(this.#path(part))) {
        const sha256 = name.slice(0, 64);
        if (!SHA256.test(sha256)) continue;
        paths.set(sha256, [...(paths.get(sha256) ?? []), this.#path(part, name)]);
      }
    }
    let removed = 0;
    for (const [sha256, files] of paths) {
      if (await isReferenced(sha256)) continue;
      const verdicts = await Promise.all(files.map((path) => mayRemove(path)));
      if (verdicts.every(Boolean) && (await this.release(sha256, isReferenced))) removed += 1;
    }
    return removed;
  }

  #pin(artifact: Artifact): ArtifactPin {
    const { sha256 } = artifact;
    this.#pins.set(sha256, (this.#pins.get(sha256) ?? 0) + 1);
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      const left = (this.#pins.get(sha256) ?? 1) - 1;
      if (left > 0) {
        this.#pins.set(sha256, left);
        return;
      }
      this.#pins.delete(sha256);
      const isReferenced = this.#postponed.get(sha256);
      if (isReferenced === undefined) return;
      this.#postponed.delete(sha256);
      // a failure leaves the files to the next sweep
      const retry = this.release(sha256, isReferenced).catch(() => false);
      this.#background.add(retry);
      void retry.finally(() => this.#background.delete(retry));
    };
    return { artifact, release };
  }

  async #publish(artifact: Artifact, blob: string, staging: string, options: PutOptions): Promise<void> {
    if (!(await exists(artifact.treePath))) {
      const tree = join(staging, 'tree');
      await mkdir(tree);
      await this.#build(tree, blob, options);
      await renameFolder(tree, artifact.treePath);
    }
    const target = this.#blob(artifact.sha256);
    // in the place of the same bytes, or of damaged ones
    await rename(blob, target);
    await sealFolder(this.#path('trees'));
    await sealFolder(this.#path('blobs'));
    await this.#shared?.put(artifact.sha256, target);
    this.#onFetched();
  }

  async #fetchMissing(sha256: string): Promise<void> {
    if (this.#shared === undefined) return;
    await this.#locks.run(sha256, async () => {
      const blob = this.#blob(sha256);
      if (await exists(blob)) await noteUse(blob);
      else await this.#haveBlob(sha256);
    });
  }

  /** Whether the bytes are here and unchanged, fetched if need be. Under the lock of the digest. */
  async #haveBlob(sha256: string): Promise<boolean> {
    const blob = this.#blob(sha256);
    if ((await exists(blob)) && (await digestOf(blob)) === sha256) return true;
    if (this.#shared === undefined) return false;
    const incoming = this.#path('incoming', randomUUID());
    if (!(await this.#shared.fetch(sha256, incoming))) return false;
    const file = await open(incoming, 'r');
    try {
      await file.chmod(0o644);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(incoming, blob);
    await sealFolder(this.#path('blobs'));
    this.#onFetched();
    return true;
  }

  async #build(tree: string, blob: string, options: PutOptions): Promise<void> {
    if (options.kind !== 'zip') {
      if (options.kind === 'jar') await this.#checkJar(blob);
      await placeFile(tree, blob, options, this.#limits);
      return;
    }
    const file = await open(blob, 'r');
    try {
      await extractZip(file, tree, this.#limits, options.replaces?.treePath);
    } finally {
      await file.close();
    }
  }

  /** The JVM reads a jar itself; a file that is no archive is refused now and not at the first call. */
  async #checkJar(blob: string): Promise<void> {
    const file = await open(blob, 'r');
    try {
      await readZipTrailer(await ArchiveReader.of(file), this.#limits);
    } finally {
      await file.close();
    }
  }

  async #remove(sha256: string): Promise<void> {
    const doomed = this.#path('incoming', randomUUID());
    await mkdir(doomed);
    for (const name of await readdir(this.#path('trees'))) {
      if (name.startsWith(sha256)) await rename(this.#path('trees', name), join(doomed, name));
    }
    await rm(this.#blob(sha256), { force: true });
    await rm(doomed, { recursive: true, force: true });
  }

  #blob(sha256: string): string {
    if (!SHA256.test(sha256)) throw new Error('not a SHA-256');
    return this.#path('blobs', sha256);
  }

  #path(...parts: string[]): string {
    return join(this.#dir, ...parts);
  }
}

/** For a named single file the tree depends on the name, too, so the name is part of the id. */
function treeId(sha256: string, kind: ArtifactKind, fileName: string | undefined): string {
  if (!SHA256.test(sha256)) throw new Error('not a SHA-256');
  if (kind === 'zip') return sha256;
  const name = createHash('sha256')
    .update(`${kind}\0${fileName ?? ''}`)
    .digest('hex');
  return `${sha256}-${name.slice(0, 16)}`;
}

function named(options: PutOptions): { fileName?: string } {
  return options.fileName === undefined ? {} : { fileName: options.fileName };
}

async function placeFile(tree: string, blob: string, options: PutOptions, limits: ArchiveLimits): Promise<void> {
  const { components, folder } = entryPath(Buffer.from(options.fileName ?? ''), limits);
  if (folder) throw new ArtifactError('name-empty', 'the code has no file name');
  const folders = components.slice(0, -1).map((_, index) => join(tree, ...components.slice(0, index + 1)));
  for (const path of folders) await mkdir(path);
  const path = join(tree, ...components);
  await copyFile(blob, path);
  const file = await open(path, 'r');
  try {
    await file.chmod(components.at(-1) === 'bootstrap' ? 0o755 : 0o644);
    await file.sync();
  } finally {
    await file.close();
  }
  for (const made of folders.reverse()) await sealFolder(made);
  await sealFolder(dirname(path));
}

function ignoreUnavailable(error: unknown): void {
  if (!(error instanceof PlatformError && error.code === 'artifacts_unavailable')) throw error;
}

/** Two uploads of the same bytes may both get here; the first one wins, with the same content. */
async function renameFolder(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!(await exists(to))) throw error;
  }
}
