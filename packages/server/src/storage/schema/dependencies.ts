/** A library package that functions can use. */
export interface DependencyTable {
  id: string;
  /** `*` for packages that every project may use. */
  project_id: string;
  name: string;
  runtime: string;
  /** Number of the next upload; numbers of deleted versions are not reused. */
  next_version: number;
}

/** One upload of a package; it never changes. Times are ms since the epoch. */
export interface DependencyVersionTable {
  id: string;
  dependency_id: string;
  version: number;
  description: string;
  /** Where it was fetched from; empty for an upload. */
  link: string;
  file_name: string;
  artifact_sha256: string;
  artifact_sha512: string;
  artifact_bytes: number;
  created_at: number;
}

export interface DependenciesSchema {
  dependency: DependencyTable;
  dependency_version: DependencyVersionTable;
}
