import type { RouteResponse, Routes } from '@funcgraph/api';

export type Stream = RouteResponse<Routes['listStreams']>['stream_info_list'][number];
export type Shard = RouteResponse<Routes['showStream']>['partitions'][number];
export type StreamRecord = RouteResponse<Routes['consumeRecords']>['records'][number];

/** Ids of shards end in their number, with leading zeros. */
export const shardNumber = (id: string): number => Number(/\d+$/.exec(id)?.[0] ?? 0);

/** `[first : next]` as numbers. */
export function recordRange({ sequence_number_range: range }: Pick<Shard, 'sequence_number_range'>) {
  const [first = 0, next = 0] = (range.match(/\d+/g) ?? []).map(Number);
  return { first, next };
}
