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
}

/** Work that one server does for all. */
export interface LeaseTable {
  name: string;
  /** Id of a server; without a row in `server` the lease is free. */
  owner: string;
  /** Grows with each owner. */
  epoch: number;
}

export interface ClusterSchema {
  server: ServerTable;
  lease: LeaseTable;
}
