import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ClusterNode, Nodes } from '../../cluster/index.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import { WorkerThread } from '../../lib/worker-thread.ts';
import { type Day, dayOf, oldestDay } from '../day.ts';
import type { NodeAnswers, NodeCall } from '../nodes/node-calls.ts';
import type { Telemetry } from '../open.ts';
import type { CopyCall, CopyPlace, CopyResult, CopyThreadData } from './copy-calls.ts';
import type { CopiedServer } from './copy-names.ts';
import { daysFor } from './restored-servers.ts';

const COPY_EVERY_MS = 60_000;
const SWEEP_EVERY_MS = 60 * 60_000;
/** A server that is gone for longer than that is known to be. */
const SERVERS_FRESH_MS = 5_000;
/** As long as another server is waited for. Copies that take longer to read are there for a later query. */
const ASK_MS = 5_000;
/** When the server stops, at most. */
const LAST_COPY_MS = 5_000;

export interface TelemetryCopiesOptions {
  readonly telemetry: Pick<Telemetry, 'flush' | 'copying'>;
  readonly place: CopyPlace;
  /** The data directory. */
  readonly dir: string;
  readonly nodes: Nodes;
  readonly retainDays: number;
  /** Of the files that are made from copies. */
  readonly maxBytes: number;
  readonly clock: Clock;
  /** Whether the disk has space for files of other servers. */
  readonly mayRead: () => boolean;
  readonly onError: (error: unknown) => void;
}

/** What the copies of a server say. */
export interface CopiedAnswer<Answer> {
  readonly answer: Answer;
  /** False when some of its copies cannot be read. */
  readonly complete: boolean;
}

/** Servers that are gone and have copies for a call. */
export interface GoneServers {
  readonly servers: readonly CopiedServer[];
  /** True when it is not known which servers are gone. */
  readonly unknown: boolean;
}

/**
 * Copies of logs, records and metrics in the place that servers share. Each minute this server stores there what it wrote;
 * what servers wrote that are gone is read from there. All of it happens in a thread of its own.
 */
export class TelemetryCopies {
  readonly #options: TelemetryCopiesOptions;
  readonly #thread: WorkerThread<CopyCall, CopyResult>;
  /** Names the place in the files of days. */
  readonly #place: string;
  #timer: Timer | undefined;
  #copying: Promise<void> | undefined;
  #stopped = false;
  #usageOn: Day | undefined;
  #sweptAt: number | undefined;
  #servers: { readonly at: number; readonly list: Promise<readonly CopiedServer[]> } | undefined;

  private constructor(options: TelemetryCopiesOptions, thread: WorkerThread<CopyCall, CopyResult>) {
    this.#options = options;
    this.#thread = thread;
    const { place } = options;
    const where = place.kind === 'folder' ? place.folder : `${place.endpoint}/${place.bucket}/${place.prefix}`;
    this.#place = createHash('sha256').update(where).digest('hex');
    this.#later();
  }

  static async start(options: TelemetryCopiesOptions): Promise<TelemetryCopies> {
    const { place, dir, nodes, maxBytes } = options;
    const { home, name } = nodes.self;
    const data: CopyThreadData = { place, home, name, dir: join(dir, 'log-copies'), maxBytes };
    const thread = await WorkerThread.start<CopyCall, CopyResult>({
      from: import.meta.url,
      entry: './copy-thread',
      name: 'telemetry-copies',
      data,
      maxPending: 200,
      onDeath: options.onError,
    });
    return new TelemetryCopies(options, thread);
  }

  /** Stores all that was written before. Rejects when the place cannot be reached. */
  copy(): Promise<void> {
    this.#copying ??= this.#copy().finally(() => {
      this.#copying = undefined;
    });
    return this.#copying;
  }

  /** Servers that send no heartbeats, with copies that the call needs. */
  async goneFor(call: NodeCall): Promise<GoneServers> {
    try {
      const servers = (await this.#known()).filter(({ home }) => !this.#isLive(home));
      const needed = servers.filter((server) => call.op === 'months' || daysFor(call, server).length > 0);
      return { servers: needed, unknown: false };
    } catch (error) {
      this.#options.onError(error);
      return { servers: [], unknown: true };
    }
  }

  /** Undefined when its copies cannot be read now. Throws what is wrong with the query. */
  async ask<Op extends NodeCall['op']>(
    server: CopiedServer,
    call: NodeCall & { readonly op: Op },
  ): Promise<CopiedAnswer<NodeAnswers[Op]> | undefined> {
    if (!this.#options.mayRead()) return undefined;
    try {
      const result = await this.#within(ASK_MS, this.#thread.call({ op: 'ask', server, call }));
      if (result.op !== 'ask') throw new Error(`unexpected answer ${result.op}`);
      return { answer: result.answer as NodeAnswers[Op], complete: result.complete };
    } catch (error) {
      const { code } = error as { readonly code?: unknown };
      if (code === 'telemetry.cursor' || code === 'telemetry.query') throw error;
      this.#options.onError(error);
      return undefined;
    }
  }

  /** Stores what is left, for a few seconds at most. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    const { telemetry, onError } = this.#options;
    const last = async (): Promise<void> => {
      await this.#copying?.catch(() => {});
      await telemetry.flush();
      await this.copy();
    };
    await this.#within(LAST_COPY_MS, last()).catch(onError);
    await this.#within(LAST_COPY_MS, this.#thread.close()).catch(onError);
  }

  #later(): void {
    const { clock, onError } = this.#options;
    this.#timer = clock.after(COPY_EVERY_MS, () => {
      this.copy()
        .then(() => this.#sweep())
        .catch(onError)
        .finally(() => {
          if (!this.#stopped) this.#later();
        });
    });
  }

  async #copy(): Promise<void> {
    const { telemetry, clock } = this.#options;
    const { copying } = telemetry;
    const place = this.#place;
    for (;;) {
      const piece = await copying.next(place, clock.now());
      if (piece === undefined) break;
      await this.#thread.call({ op: 'store', piece });
      await copying.note(place, piece);
    }
    const today = dayOf(clock.now());
    if (this.#usageOn === today) return;
    await this.#thread.call({ op: 'store-usage', usage: await copying.usage(), now: clock.now() });
    this.#usageOn = today;
  }

  async #sweep(): Promise<void> {
    const { telemetry, clock, retainDays, nodes } = this.#options;
    const removed = telemetry.copying.takeRemoved();
    const isDue = this.#sweptAt === undefined || clock.monotonic() - this.#sweptAt > SWEEP_EVERY_MS;
    if (!isDue && removed.length === 0) return;
    const now = clock.now();
    const live = [nodes.self, ...nodes.others].map(({ home }) => home);
    await this.#thread.call({ op: 'sweep', oldest: oldestDay(now, retainDays), now, removed, live });
    this.#sweptAt = clock.monotonic();
  }

  #isLive(home: string): boolean {
    const { self, others } = this.#options.nodes;
    return self.home === home || others.some((node: ClusterNode) => node.home === home);
  }

  #known(): Promise<readonly CopiedServer[]> {
    const now = this.#options.clock.monotonic();
    if (this.#servers === undefined || now - this.#servers.at > SERVERS_FRESH_MS) {
      const list = this.#within(ASK_MS, this.#thread.call({ op: 'servers' })).then((result) => {
        if (result.op !== 'servers') throw new Error(`unexpected answer ${result.op}`);
        return result.servers;
      });
      this.#servers = { at: now, list };
    }
    return this.#servers.list;
  }

  /** Rejects when it takes longer. */
  #within<T>(ms: number, work: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const timer = this.#options.clock.after(ms, () => late.reject(new Error('reading or storing copies takes long')));
    return Promise.race([work, late.promise]).finally(() => timer.cancel());
  }
}
