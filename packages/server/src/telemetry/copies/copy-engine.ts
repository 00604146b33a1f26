import { FolderFiles, S3Files, type SharedFiles } from '../../artifacts/index.ts';
import { systemClock } from '../../lib/clock.ts';
import { Secret } from '../../lib/secret.ts';
import type { CallHandler, PendingCall } from '../../lib/worker-thread.ts';
import { searchLogs } from '../log-search.ts';
import { rankRows, readSteps } from '../metrics/series.ts';
import { answerCall, type QueriedTelemetry } from '../nodes/answer-call.ts';
import { within } from '../range.ts';
import { findAttempts, listRecords } from '../record-search.ts';
import { searchEach } from '../search-each.ts';
import type { CopyCall, CopyPlace, CopyResult, CopyThreadData } from './copy-calls.ts';
import { daysFor, type RestoredServer, RestoredServers } from './restored-servers.ts';
import { SharedCopies } from './shared-copies.ts';

/** Longest search of the copies of a server; other queries of copies wait behind it. */
const SEARCH_MS = 250;
/** The part of the shared place. */
const PART = 'telemetry';

/** Runs in the thread of copies: stores those of this server, and answers from those of servers that are gone. */
export class CopyEngine implements CallHandler<CopyCall, CopyResult> {
  readonly #data: CopyThreadData;
  readonly #copies: SharedCopies;
  readonly #restoredServers: RestoredServers;
  readonly #working = new Set<Promise<void>>();

  constructor(data: CopyThreadData) {
    this.#data = data;
    this.#copies = new SharedCopies(filesIn(data.place));
    this.#restoredServers = new RestoredServers({ copies: this.#copies, dir: data.dir, maxBytes: data.maxBytes });
  }

  handle(calls: ReadonlyArray<PendingCall<CopyCall, CopyResult>>, flush: () => void): void {
    for (const pending of calls) {
      const work: Promise<void> = this.#answer(pending.call)
        .then(pending.resolve, pending.reject)
        .finally(() => {
          flush();
          this.#working.delete(work);
        });
      this.#working.add(work);
    }
  }

  async close(): Promise<void> {
    this.#restoredServers.close();
    await Promise.all(this.#working);
  }

  async #answer(call: CopyCall): Promise<CopyResult> {
    const { home, name } = this.#data;
    switch (call.op) {
      case 'store':
        await this.#copies.store(home, name, call.piece);
        return { op: 'done' };
      case 'store-usage':
        await this.#copies.storeUsage(home, name, call.usage, call.now);
        return { op: 'done' };
      case 'servers':
        return { op: 'servers', servers: await this.#copies.servers() };
      case 'ask':
        return this.#ask(call);
      case 'sweep': {
        const live = new Set(call.live);
        this.#restoredServers.keepOnly((one) => !live.has(one), call.oldest);
        await this.#copies.sweep(call.oldest, call.now, { home, days: call.removed });
        return { op: 'done' };
      }
    }
  }

  async #ask({ server, call }: CopyCall & { readonly op: 'ask' }): Promise<CopyResult> {
    const closed = call.op === 'months' ? (await this.#restoredServers.get(server, [])).usage.copy().closed : [];
    const days = daysFor(call, server, closed);
    const restored = await this.#restoredServers.get(server, days);
    const answer = await answerCall(queriesOf(restored), systemClock, call);
    return { op: 'ask', answer, complete: restored.isComplete(days) };
  }
}

function queriesOf({ files, usage }: RestoredServer): QueriedTelemetry {
  const search = async (query: Parameters<typeof searchLogs>[1]) => searchLogs(files, within(query), SEARCH_MS);
  return {
    logs: { query: search, findEach: (query, isOver) => searchEach(query, search, isOver) },
    records: {
      attempts: async (requestId) => findAttempts(files, requestId),
      list: async (query) => listRecords(files, within(query), SEARCH_MS),
    },
    metrics: {
      steps: async (query) => readSteps(files, query),
      rankRows: async (query) => rankRows(files, query),
      months: async (projectId, now, months) => usage.months(files, projectId, now, months),
    },
  };
}

function filesIn(place: CopyPlace): SharedFiles {
  if (place.kind === 'folder') return new FolderFiles(place.folder, PART);
  return new S3Files({ ...place, secretKey: new Secret(place.secretKey) }, PART);
}
