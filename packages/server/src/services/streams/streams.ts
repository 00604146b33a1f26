import { randomBytes } from 'node:crypto';
import { LIMITS } from '@funcgraph/api';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { StreamStore } from './stream-store.ts';
import { DATA_TYPES, STREAM_TYPES, type Stream, type StreamUsage } from './types.ts';

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const HOUR_MS = 3_600_000;

export interface NewStream {
  readonly name: string;
  readonly type: string;
  readonly dataType: string;
  readonly shards: number;
  readonly retentionHours: number;
}

interface StreamsOptions {
  readonly store: StreamStore;
  /** Of a project. */
  readonly quota: number;
  readonly clock: Clock;
  /** Reports a deleted stream. */
  readonly onRemoved: () => void;
}

/** Streams of projects. A change is durable when its promise resolves. */
export class Streams {
  readonly #options: StreamsOptions;

  constructor(options: StreamsOptions) {
    this.#options = options;
  }

  /** Throws `stream_not_found`. */
  async find(projectId: string, name: string): Promise<Stream> {
    const stream = await this.#options.store.find(projectId, name);
    if (stream === undefined) throw streamNotFound(name);
    return stream;
  }

  /** Undefined when it does not exist. */
  lookup(projectId: string, name: string): Promise<Stream | undefined> {
    return this.#options.store.find(projectId, name);
  }

  /** Undefined when it was deleted. */
  byId(id: string): Promise<Stream | undefined> {
    return this.#options.store.byId(id);
  }

  /** By name. */
  list(projectId: string): Promise<Stream[]> {
    return this.#options.store.list(projectId);
  }

  usage(projectId: string): Promise<StreamUsage> {
    return this.#options.store.usage(projectId);
  }

  /** Throws `invalid_stream`, `stream_exists`, `stream_quota`. */
  async create(projectId: string, requested: NewStream): Promise<Stream> {
    const { store, quota, clock } = this.#options;
    const { name } = requested;
    const stream: Stream = {
      id: randomBytes(16).toString('hex'),
      projectId,
      ...checked(requested),
      createdAt: clock.now(),
    };
    switch (await store.insert(stream, quota)) {
      case 'added':
        return stream;
      case 'exists':
        throw new PlatformError('stream_exists', `the project has a stream ${name}`);
      case 'quota':
        throw new PlatformError('stream_quota', `the project has ${quota} streams, as many as it may have`, {
          hint: 'Delete streams that are not needed, or raise quota_streams.',
        });
    }
  }

  /** With its records. Throws `stream_not_found`. */
  async delete(stream: Stream): Promise<void> {
    if (!(await this.#options.store.remove(stream))) throw streamNotFound(stream.name);
    this.#options.onRemoved();
  }
}

export function streamNotFound(name: string): PlatformError {
  return new PlatformError('stream_not_found', `the project has no stream ${name.slice(0, 64)}`);
}

function checked({ name, type, dataType, shards, retentionHours }: NewStream) {
  if (!NAME.test(name)) {
    throw invalid(`stream_name: ${JSON.stringify(name.slice(0, 80))} is not a name for a stream`, {
      hint: '1 to 64 letters, digits, _ and -.',
    });
  }
  const streamType = STREAM_TYPES.find((known) => known === type);
  if (streamType === undefined) throw invalid('stream_type must be COMMON or ADVANCED');
  const streamDataType = DATA_TYPES.find((known) => known === dataType);
  if (streamDataType === undefined) throw invalid('data_type must be BLOB, JSON or CSV');
  const { max: mostShards } = LIMITS.streamShards;
  if (shards < 1 || shards > mostShards) throw invalid(`partition_count must be 1 to ${mostShards}`);
  const { min, max } = LIMITS.streamRetentionHours;
  if (retentionHours < min || retentionHours > max) throw invalid(`data_duration must be ${min} to ${max} hours`);
  return { name, type: streamType, dataType: streamDataType, shards, retentionMs: retentionHours * HOUR_MS };
}

function invalid(message: string, extra: { readonly hint?: string } = {}): PlatformError {
  return new PlatformError('invalid_stream', message, extra);
}
