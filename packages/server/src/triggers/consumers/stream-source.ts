import type { ReadTrigger } from './source-trigger.ts';

/** Positions after the last finished batch, by shard; a shard without one is read from where the trigger says. */
export type Positions = ReadonlyMap<string, string>;

/** Records that are one event. */
export interface SourceBatch {
  readonly shard: string;
  readonly event: Buffer;
  /** Names the records: the same ones have the same id. */
  readonly id: string;
  /** The position after them. */
  readonly next: string;
}

/** A stream or a broker that keeps its records until their trigger is done with them. */
export interface StreamSource<T extends ReadTrigger = ReadTrigger> {
  /** Each is read in its order, one batch at a time. Undefined while the stream does not exist. */
  shards(trigger: T): Promise<readonly string[] | undefined>;
  /** Whether all shards together have one batch at a time. */
  isSerial(trigger: T): boolean;
  /** Pause in ms when there was nothing to read. */
  pauseMs(trigger: T): number;
  /** Memory that a batch takes at most. */
  batchBytes(trigger: T): number;
  /** The next records of one of the shards; undefined for none now. */
  read(trigger: T, shards: readonly string[], positions: Positions): Promise<SourceBatch | undefined>;
  /** Records of all shards behind the positions. Undefined while the stream does not exist. */
  lag(trigger: T, positions: Positions): Promise<number | undefined>;
}
