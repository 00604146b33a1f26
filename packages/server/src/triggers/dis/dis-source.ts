import {
  readShardId,
  type StoredRecord,
  type Stream,
  type StreamRecords,
  type Streams,
  shardId,
} from '../../services/index.ts';
import type { ReadTrigger } from '../consumers/source-trigger.ts';
import type { Positions, SourceBatch, StreamSource } from '../consumers/stream-source.ts';
import { disEvent, fitting } from './dis-event.ts';
import type { DisSettings } from './dis-settings.ts';

export interface DisSourceDeps {
  readonly streams: Pick<Streams, 'lookup'>;
  readonly records: Pick<StreamRecords, 'read' | 'since' | 'behindMs' | 'waiting'>;
}

type DisTrigger = ReadTrigger<DisSettings>;

interface Start {
  readonly shard: number;
  /** Number of the next record. */
  readonly next: number;
}

/** Data as Base64 in an event, and its copies on the way to the instance. */
const MEMORY_FACTOR = 4;

/** Reads streams of this server. A position is the id of the stream and the number of the next record. */
export class DisSource implements StreamSource<DisTrigger> {
  readonly #deps: DisSourceDeps;

  constructor(deps: DisSourceDeps) {
    this.#deps = deps;
  }

  async shards(trigger: DisTrigger): Promise<readonly string[] | undefined> {
    const stream = await this.#stream(trigger);
    return stream && Array.from({ length: stream.shards }, (_, shard) => shardId(shard));
  }

  isSerial({ settings }: DisTrigger): boolean {
    return settings.serial === 'true';
  }

  pauseMs({ settings: { interval, unit } }: DisTrigger): number {
    return unit === 's' ? interval * 1_000 : interval;
  }

  batchBytes({ settings }: DisTrigger): number {
    return settings.fetchBytes * MEMORY_FACTOR;
  }

  async read(trigger: DisTrigger, shards: readonly string[], positions: Positions): Promise<SourceBatch | undefined> {
    const stream = await this.#stream(trigger);
    if (stream === undefined) return undefined;
    const starts: Start[] = [];
    for (const id of shards) {
      const shard = readShardId(id, stream.shards);
      const next = shard === undefined ? undefined : await this.#next(trigger, stream, shard, positions.get(id));
      if (shard !== undefined && next !== undefined) starts.push({ shard, next });
    }
    const found = await (starts.length === 1
      ? this.#page(trigger, stream, starts[0])
      : this.#oldest(trigger, stream, starts));
    if (found === undefined) return undefined;
    const { shard, records } = found;
    const [first, last] = [records[0], records.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const next = last.sequence + 1;
    const behindMs = await this.#deps.records.behindMs(stream, shard, { records, next });
    const { id: streamId, name: streamName } = stream;
    return {
      shard: shardId(shard),
      event: disEvent({ streamId, streamName, shard, records, behindMs, tag: trigger.qualifier.replace(/^!/, '') }),
      id: `${streamId} ${shard} ${first.sequence}`,
      next: `${streamId}:${next}`,
    };
  }

  async lag(trigger: DisTrigger, positions: Positions): Promise<number | undefined> {
    const stream = await this.#stream(trigger);
    if (stream === undefined) return undefined;
    return this.#deps.records.waiting(stream, (shard) =>
      this.#next(trigger, stream, shard, positions.get(shardId(shard))),
    );
  }

  #stream({ fn, settings }: DisTrigger): Promise<Stream | undefined> {
    return this.#deps.streams.lookup(fn.projectId, settings.streamName);
  }

  /** Undefined when no record is to be read yet. */
  async #next(
    { settings, createdAt }: DisTrigger,
    { id }: Stream,
    shard: number,
    position: string | undefined,
  ): Promise<number | undefined> {
    const [streamId, next] = position?.split(':') ?? [];
    // a new stream of the same name is read from its beginning
    if (streamId === id) return Number(next);
    return settings.start === 'LATEST' ? this.#deps.records.since(id, shard, createdAt) : 0;
  }

  async #page({ settings }: DisTrigger, stream: Stream, start: Start | undefined) {
    if (start === undefined) return undefined;
    const limits = { records: settings.batchSize, bytes: settings.fetchBytes };
    const { records } = await this.#deps.records.read({ streamId: stream.id, ...start }, limits);
    return { shard: start.shard, records: fitting(records) };
  }

  /** Records of the shard with the oldest one, up to the oldest of another shard. */
  async #oldest(trigger: DisTrigger, stream: Stream, starts: readonly Start[]) {
    const heads: { readonly start: Start; readonly record: StoredRecord }[] = [];
    for (const start of starts) {
      const { records } = await this.#deps.records.read({ streamId: stream.id, ...start }, { records: 1, bytes: 0 });
      if (records[0] !== undefined) heads.push({ start, record: records[0] });
    }
    heads.sort((a, b) => a.record.putAt - b.record.putAt || a.start.shard - b.start.shard);
    const [oldest, other] = heads;
    const page = await this.#page(trigger, stream, oldest?.start);
    const until = other?.record.putAt ?? Number.POSITIVE_INFINITY;
    return page && { ...page, records: page.records.filter(({ putAt }) => putAt <= until) };
  }
}
