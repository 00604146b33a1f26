import { languageOf } from '@funcgraph/runtimes';
import type { Artifact, ArtifactStore, TreeParts } from '../../artifacts/index.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { MayRemove } from '../../lib/leftovers.ts';
import type { Catalog, VersionSnapshot } from '../catalog.ts';
import type { DependencyVersion } from './types.ts';

/** Longest call plus time to drain: until then an instance may still load a file of its folder. */
const GRACE_MS = 20 * 60 * 1000;

/** Code folders of versions that have dependencies: put together when a version is stored, removed after the last use. */
export class MergedCode {
  readonly #artifacts: ArtifactStore;
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #timers = new Map<string, Timer>();
  readonly #running = new Set<Promise<unknown>>();

  constructor(artifacts: ArtifactStore, catalog: Catalog, clock: Clock) {
    this.#artifacts = artifacts;
    this.#catalog = catalog;
    this.#clock = clock;
    catalog.facts.on('function.updated', ({ snapshot, previous }) => {
      if (previous?.artifact.treePath !== snapshot.artifact.treePath) this.#later(previous);
    });
    catalog.facts.on('version.deleted', ({ snapshot }) => this.#later(snapshot));
    catalog.facts.on('function.deleted', ({ snapshots }) => {
      for (const snapshot of snapshots) this.#later(snapshot);
    });
  }

  /** The artifact with the folder that instances see. Does not check the files. */
  artifactOf(code: Artifact, runtime: string, dependencies: readonly DependencyVersion[]): Artifact {
    if (dependencies.length === 0) return code;
    return { ...code, treePath: this.#artifacts.merged.pathOf(partsOf(code, runtime, dependencies)) };
  }

  /** Makes the folder and keeps it until `release`. Throws `ArtifactError`. */
  async hold(
    code: Artifact,
    runtime: string,
    dependencies: readonly DependencyVersion[],
  ): Promise<{ release(): void }> {
    if (dependencies.length === 0) return { release: () => {} };
    return this.#artifacts.merged.hold(partsOf(code, runtime, dependencies));
  }

  /** Removes folders that no version has any more. Call when the catalog is complete. */
  sweep(mayRemove: MayRemove): Promise<void> {
    return this.#artifacts.merged.sweep((path) => this.#isUsed(path), mayRemove);
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    await Promise.allSettled(this.#running);
  }

  #isUsed(path: string): boolean {
    for (const { artifact } of this.#catalog.snapshots()) if (artifact.treePath === path) return true;
    // an instance of the old version may still load one of its files
    return this.#timers.has(path);
  }

  #later(snapshot: VersionSnapshot | undefined): void {
    if (snapshot === undefined || (snapshot.dependencies ?? []).length === 0) return;
    const path = snapshot.artifact.treePath;
    this.#timers.get(path)?.cancel();
    const timer = this.#clock.after(GRACE_MS, () => {
      this.#timers.delete(path);
      // a failure leaves the folder to the next sweep
      const run = this.#artifacts.merged.remove(path, () => this.#isUsed(path)).catch(() => false);
      this.#running.add(run);
      void run.finally(() => this.#running.delete(run));
    });
    this.#timers.set(path, timer);
  }
}

function partsOf(code: Artifact, runtime: string, dependencies: readonly DependencyVersion[]): TreeParts {
  return {
    base: code.treePath,
    layers: dependencies.map(({ artifact }) => artifact.treePath),
    nodePackages: languageOf(runtime)?.id === 'nodejs',
  };
}
