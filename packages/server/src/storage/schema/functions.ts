export interface FunctionTable {
  id: string;
  project_id: string;
  package: string;
  name: string;
  runtime: string;
  /** 1 when a user marked it to stand first in lists. */
  collected: number;
  created_at: number;
  /** Sealed keys of tracing; empty when it was switched off, null when it never was set. */
  sealed_tracing: string | null;
}

/** One editable or published state of a function: code and configuration together. Times are ms since the epoch. */
export interface FunctionVersionTable {
  function_id: string;
  version: string;
  /** Counts changes of this version from 1. */
  revision: number;
  /** JSON: everything a user set except secrets. */
  config: string;
  /** Sealed JSON object of the encrypted variables; null when there are none. */
  sealed_env: string | null;
  artifact_sha256: string;
  artifact_sha512: string;
  artifact_kind: string;
  /** Name of a jar or inline file inside the code folder; null for archives. */
  artifact_file: string | null;
  artifact_bytes: number;
  modified_at: number;
  /** Description that was given at publication. */
  description: string;
  /** The container image that replaces the code; null for functions with code. */
  image_id: string | null;
}

/** A pointer to a version, with a second version for part of the requests. Times are ms since the epoch. */
export interface FunctionAliasTable {
  function_id: string;
  name: string;
  version: string;
  /** JSON: the second version and which requests it gets; null without one. */
  additional: string | null;
  description: string;
  created_at: number;
  modified_at: number;
}

export interface AsyncConfigTable {
  function_id: string;
  /** `latest`, a version, or `!alias`. */
  qualifier: string;
  max_age_seconds: number;
  max_retries: number;
  /** JSON of the other settings in the API: destinations, status log. */
  settings: string;
  created_at: number;
  modified_at: number;
}

/** Projects that have a log of the status of asynchronous invocations. */
export interface AsyncStatusLogTable {
  project_id: string;
  enabled_at: number;
}

export interface FunctionsSchema {
  function: FunctionTable;
  function_version: FunctionVersionTable;
  function_alias: FunctionAliasTable;
  async_config: AsyncConfigTable;
  async_status_log: AsyncStatusLogTable;
}
