import type { Artifact } from '../../artifacts/index.ts';

/** The owner of packages that every project may use and none may change. It is no project, so no request can name it. */
export const PUBLIC = '*';

/** One upload of a package; it never changes. */
export interface DependencyVersion {
  /** The version that functions refer to. */
  readonly id: string;
  /** Of the package that all its versions share. */
  readonly dependencyId: string;
  /** `PUBLIC` or the project it belongs to. */
  readonly projectId: string;
  readonly name: string;
  readonly runtime: string;
  /** From 1; numbers of deleted versions are not reused. */
  readonly version: number;
  readonly description: string;
  /** Where it was fetched from; empty for an upload. */
  readonly link: string;
  readonly fileName: string;
  readonly artifact: Artifact;
  /** Ms since the epoch. */
  readonly createdAt: number;
}

/** An upload: the archive itself, or where it is. */
export interface NewDependency {
  readonly name: string;
  readonly runtime: string;
  readonly description: string;
  readonly source:
    | { readonly bytes: Uint8Array }
    /** `linked`: the bytes behind the link, when this server has them. */
    | { readonly link: string; readonly linked?: AsyncIterable<Uint8Array> | undefined };
}

/** A new version whose archive is stored. */
export interface NewDependencyVersion {
  readonly projectId: string;
  readonly name: string;
  readonly runtime: string;
  readonly description: string;
  readonly link: string;
  readonly fileName: string;
  readonly artifact: Artifact;
}

/** Prevents the deletion of dependency versions while a function gets them. */
export interface DependencyHold {
  readonly versions: readonly DependencyVersion[];
  release(): void;
}
