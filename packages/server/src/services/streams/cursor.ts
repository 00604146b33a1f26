/** A position in a shard. Holds no right: the stream is looked up and authorized again when records are read. */
export interface Cursor {
  readonly streamId: string;
  readonly shard: number;
  /** Number of the next record. */
  readonly next: number;
}

export function formatCursor({ streamId, shard, next }: Cursor): string {
  return Buffer.from(`${streamId}:${shard}:${next}`).toString('base64url');
}

/** Undefined for text that is not a cursor. */
export function readCursor(text: string): Cursor | undefined {
  const [, streamId, shard, next] =
    /^([0-9a-f]{32}):([0-9]{1,5}):([0-9]{1,15})$/.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  return streamId === undefined ? undefined : { streamId, shard: Number(shard), next: Number(next) };
}
