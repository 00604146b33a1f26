/** A server that uses the database. Its id is new with each membership; times are those of the database's clock, in ms. */
export interface ServerTable {
  id: string;
  /** Its data directory: at most one process works on it. */
  home: string;
  /** For people. */
  name: string;
  version: string;
  joined_at: number;
  /** From this time on another server may remove the row. */
  expires_at: number;
  /** `host:port` of its listener for the others; null without one. A server of an older version has null in all of these. */
  address: string | null;
  /** Names of its runtimes, as JSON. */
  runtimes: string | null;
  /** For functions. */
  memory_mb: number | null;
  processors: number | null;
  /** 1 while it takes no new work. */
  draining: number | null;
  /** Name of its database sessions in `pg_stat_activity`; null on SQLite, and for a server of an older version. */
  sessions: string | null;
  /** Where its data directory is; null on SQLite, and for a server of an older version. */
  place: string | null;
}

/** Work that one server does for all. */
export interface LeaseTable {
  name: string;
  /** Id of a server; without a row in `server` the lease is free. */
  owner: string;
  /** Grows with each owner. */
  epoch: number;
}

/** At most one row, with the id 1. */
export interface ClusterAuthorityTable {
  id: number;
  /** Private key and certificate of the authority, as sealed JSON: a certificate that was replaced does not open. */
  sealed: string;
}

/** Lets one new server join. */
export interface JoinTokenTable {
  id: string;
  /** SHA-256, hexadecimal. */
  secret_hash: string;
  /** By the clock of the database. */
  expires_at: number;
  /** SHA-256 of the secret of the server that joined with it; null until then. */
  claim_hash: string | null;
}

export interface ClusterSchema {
  cluster_authority: ClusterAuthorityTable;
  join_token: JoinTokenTable;
  server: ServerTable;
  lease: LeaseTable;
}
