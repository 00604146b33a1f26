/** A server of the cluster, as the others know it. */
export interface ClusterNode {
  /** New with each membership; owner of leases. */
  readonly id: string;
  /** Its data directory: stays the same over restarts. Its certificate is for this name. */
  readonly home: string;
  /** For people. */
  readonly name: string;
  readonly version: string;
  /** `host:port` of its internal listener; undefined for a node without one, which calls cannot be forwarded to. */
  readonly address: string | undefined;
  /** Names of the runtimes that it can start. */
  readonly runtimes: readonly string[];
  /** Memory for functions. */
  readonly memoryMb: number;
  readonly processors: number;
  /** Takes no new work: it is going to stop. */
  readonly draining: boolean;
}

/** The servers of the cluster. All in memory, at most a heartbeat old; on SQLite the only server is `self`. */
export interface Nodes {
  readonly self: ClusterNode;
  /** Those that send heartbeats, in the order of their homes. The same array until one of them changes. */
  readonly others: readonly ClusterNode[];
  /** Calls back when a node came, left or changed, this one too. Returns what ends it. */
  onChange(listener: () => void): () => void;
}
