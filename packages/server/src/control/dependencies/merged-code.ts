import { languageOf } from '@funcgraph/runtimes';
import type { Artifact, ArtifactStore, TreeParts } from '../../artifacts/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { GraceCollector } from '../../lib/grace-collector.ts';
import type { MayRemove } from '../../lib/leftovers.ts';
import type { Catalog, VersionSnapshot } from '../catalog.ts';
import type { DependencyVersion } from './types.ts';

/** Code folders of versions that have dependencies: put together when a version is stored, removed after the last use. */
export class MergedCode {
  readonly #artifacts: ArtifactStore;
  readonly #catalog: Catalog;
  readonly #waiting: GraceCollector;

  constructor(artifacts: ArtifactStore, catalog: Catalog, clock: Clock) {
    this.#artifacts = artifacts;
    this.#catalog = catalog;
    this.#waiting = new GraceCollector(clock, (path) => artifacts.merged.remove(path, () => this.#isUsed(path)));
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

  stop(): Promise<void> {
    return this.#waiting.stop();
  }

  #isUsed(path: string): boolean {
    for (const { artifact } of this.#catalog.snapshots()) if (artifact.treePath === path) return true;
    return this.#waiting.waitsFor(path);
  }

  #later(snapshot: VersionSnapshot | undefined): void {
    if (snapshot === undefined || (snapshot.dependencies ?? []).length === 0) return;
    this.#waiting.later(snapshot.artifact.treePath);
  }
}

function partsOf(code: Artifact, runtime: string, dependencies: readonly DependencyVersion[]): TreeParts {
  return {
    base: code.treePath,
    layers: dependencies.map(({ artifact }) => artifact.treePath),
    nodePackages: languageOf(runtime)?.id === 'nodejs',
  };
}
