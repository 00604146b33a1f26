import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Timer } from '../lib/clock.ts';
import { writeDurably } from '../lib/durable-file.ts';
import { WorkerThread } from '../lib/worker-thread.ts';
import type { MadePiece, MadeUsage } from './copies/piece-maker.ts';
import { type ExportLoss, LossWatch } from './export/loss-watch.ts';
import type { ExportFacts } from './export/types.ts';
import { InvocationRecords } from './invocation-records.ts';
import { LogStore } from './log-store.ts';
import { Metrics } from './metrics/metrics.ts';
import type { ExportSettings, LogLimits, TelemetryCall, TelemetryResult, TelemetryThreadData } from './thread-calls.ts';

/** Names the folder: made at first use, and the same wherever the folder is moved to. */
async function folderId(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, 'folder-id');
  const known = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (known.trim() !== '') return known.trim();
  const id = randomUUID();
  await writeDurably(path, `${id}\n`);
  return id;
}

/** Interval between checks of the size limits. */
const LIMIT_EVERY_MS = 60_000;
/** Days that are remembered as removed. */
const MAX_REMOVED = 100;
const NO_LIMITS: LogLimits = { totalBytes: Number.MAX_SAFE_INTEGER, projectBytes: Number.MAX_SAFE_INTEGER };

export interface TelemetryOptions {
  /** The data directory; the files are in `logs/` below it. */
  readonly dir: string;
  /** Days that are kept, today included. */
  readonly retainDays: number;
  /** Bytes on disk of all days, and of the lines of one project. */
  readonly limits?: LogLimits;
  /** Lines are dropped, and counted, while it returns false. */
  readonly mayWriteLogs?: () => boolean;
  readonly clock: Clock;
  /** A collector that gets lines and records, too. */
  readonly exportTo?: ExportSettings | undefined;
  /** What is written is copied to other servers: `copying` makes the files. */
  readonly isCopied?: boolean;
  /** Called once a minute while the collector does not get everything. */
  readonly onExportLoss?: (loss: ExportLoss) => void;
  /** Called for batches that could not be written and for followers that threw. */
  readonly onError: (error: unknown) => void;
  /** Called with each damaged file that was set aside, so that a new one could be created. */
  readonly onSetAside?: (path: string) => void;
  /** Called once if the thread dies. No writes happen from then on, and queries are rejected. */
  readonly onDeath?: (error: Error) => void;
  /** Lines, and records, that wait for writing; above it the oldest are dropped. 50,000 unless set. */
  readonly maxBuffered?: number;
  /** Longest search before it returns the rows found so far. 250 ms unless set. */
  readonly searchBudgetMs?: number;
}

/** Pieces of what is written, as files that a place with copies gets. Only with `isCopied`. */
export interface TelemetryCopying {
  /** The next one that the place does not have; undefined when it has all. */
  next(place: string, now: number): Promise<MadePiece | undefined>;
  /** The place has it. */
  note(place: string, piece: MadePiece): Promise<void>;
  usage(): Promise<MadeUsage>;
  /** Days that were removed since the last call, for their age or size. */
  takeRemoved(): readonly string[];
}

export interface Telemetry {
  /** Names the folder of the files. */
  readonly folder: string;
  readonly logs: LogStore;
  readonly records: InvocationRecords;
  readonly metrics: Metrics;
  readonly copying: TelemetryCopying;
  /** Undefined without a collector. */
  exportFacts(): Promise<ExportFacts | undefined>;
  /** Removes days older than `retainDays`; also done automatically when a day begins. Returns which. */
  prune(): Promise<readonly string[]>;
  flush(): Promise<void>;
  /** Writes buffered lines and records, then ends the thread. */
  close(): Promise<void>;
}

/** Opens the logs and invocation records: one file per day, written and read in a thread of its own. */
export async function openTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { clock, onError, onDeath, retainDays } = options;
  const data: TelemetryThreadData = {
    dir: join(options.dir, 'logs'),
    retainDays,
    limits: options.limits ?? NO_LIMITS,
    searchBudgetMs: options.searchBudgetMs ?? 250,
    copyDir: options.isCopied === true ? join(options.dir, 'logs', 'to-copy') : undefined,
    export: options.exportTo,
  };
  const folder = await folderId(data.dir);
  const thread = await WorkerThread.start<TelemetryCall, TelemetryResult>({
    from: import.meta.url,
    entry: './telemetry-thread',
    name: 'telemetry',
    data,
    maxPending: 1000,
    ...(onDeath === undefined ? {} : { onDeath }),
  });
  const shared = { thread, clock, onError, maxBuffered: options.maxBuffered ?? 50_000 };
  const mayWrite = options.mayWriteLogs ?? (() => true);
  const logs: LogStore = new LogStore({ ...shared, mayWrite, flushRecords: () => records.flush() });
  const records = new InvocationRecords({ ...shared, flushLines: () => logs.flushStored() });
  const metrics = new Metrics({ thread, flush: () => records.flush() });
  const flush = async (): Promise<void> => {
    await Promise.all([logs.flush(), records.flush()]);
  };
  const removed: string[] = [];
  const drop = async (op: 'prune' | 'limit'): Promise<readonly string[]> => {
    const result = await thread.call({ op, now: clock.now() });
    if (result.op !== 'prune') return [];
    for (const path of result.setAside) options.onSetAside?.(path);
    removed.push(...result.dropped);
    removed.splice(0, removed.length - MAX_REMOVED);
    return result.dropped;
  };
  const copying: TelemetryCopying = {
    next: async (place, now) => {
      const result = await thread.call({ op: 'piece', place, now });
      return result.op === 'piece' ? result.piece : undefined;
    },
    note: async (place, piece) => void (await thread.call({ op: 'piece-copied', place, piece })),
    usage: async () => {
      const result = await thread.call({ op: 'usage-copy' });
      if (result.op !== 'usage-copy') throw new Error(`unexpected answer ${result.op}`);
      return result.usage;
    },
    takeRemoved: () => removed.splice(0),
  };
  const exportFacts = async (): Promise<ExportFacts | undefined> => {
    if (data.export === undefined) return undefined;
    const result = await thread.call({ op: 'export-facts' });
    return result.op === 'export-facts' ? result.facts : undefined;
  };
  const losses = new LossWatch();
  const minutely = async (): Promise<void> => {
    await drop('limit');
    const facts = await exportFacts();
    const loss = facts === undefined ? undefined : losses.since(facts);
    if (loss !== undefined) options.onExportLoss?.(loss);
  };
  let timer: Timer | undefined;
  let isClosed = false;
  const close = async (): Promise<void> => {
    isClosed = true;
    timer?.cancel();
    await flush();
    await thread.close();
  };
  const limitLater = (): void => {
    timer = clock.after(LIMIT_EVERY_MS, () => {
      minutely()
        .catch(onError)
        .finally(() => {
          if (!isClosed) limitLater();
        });
    });
  };
  const prune = (): Promise<readonly string[]> => drop('prune');
  await prune();
  limitLater();
  return { folder, logs, records, metrics, copying, exportFacts, prune, flush, close };
}
