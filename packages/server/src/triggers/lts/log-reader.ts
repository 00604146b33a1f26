export interface StoredLine {
  /** Position in the file of its day. */
  readonly seq: number;
  readonly uid: string;
  readonly time: number;
  readonly version: string;
  readonly requestId: string;
  readonly instanceId: string;
  readonly level: string;
  readonly message: string;
  /** Functions that ran one after another until the request that wrote it. */
  readonly depth: number;
}

/** By day, the last line that was read. */
export type Positions = ReadonlyMap<string, number>;

export interface NewLines {
  readonly day: string;
  /** In the order in which they were written; empty when there are none for now. */
  readonly lines: readonly StoredLine[];
  /** Positions behind which there is no line of the function, in days before this one and in it. */
  readonly passed: Positions;
}

/** The logs in the folder of this server. */
export interface LogReader {
  /** Names the folder, also after restarts. */
  readonly folder: string;
  flush(): Promise<void>;
  /** Calls back when lines of a function arrive, until the returned function is called. */
  onLines(functionKey: string, callback: () => void): () => void;
  /** The next lines of a function that are not older than `from`, of the first day from `firstDay` that has some. */
  linesAfter(query: {
    readonly functionKey: string;
    readonly from: number;
    readonly firstDay: string;
    readonly after: Positions;
    readonly limit: number;
  }): Promise<NewLines>;
  /** How many of them there are; of very many, only the first ones count. */
  countAfter(query: {
    readonly functionKey: string;
    readonly from: number;
    readonly firstDay: string;
    readonly after: Positions;
  }): Promise<number>;
}
