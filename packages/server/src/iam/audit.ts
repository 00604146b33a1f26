import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock, Timer } from '../lib/clock.ts';
import type { AtomicStatement } from '../storage/index.ts';
import { type AuditEntry, type AuditFilter, type AuditStore, LOGIN_OPERATIONS } from './audit-store.ts';
import { RecordLimit } from './record-limit.ts';

const SWEEP_EVERY_MS = 60 * 60 * 1000;
const DAY_MS = 24 * SWEEP_EVERY_MS;
/** What an account keeps of refused requests, and of logins. */
const MOST_KEPT = { refused: 100_000, logins: 1_000_000 } as const;
/** Logins are those of known users, of whom many may come at the same time. */
const OF_MINUTE = {
  refused: { ofUser: 60, ofAccount: 600 },
  logins: { ofUser: 60, ofAccount: 6_000 },
} as const;
const NAMES = { refused: 'refused requests', logins: 'logins' } as const;
const LOGINS: ReadonlySet<string> = new Set(LOGIN_OPERATIONS);
/** A record has at most 4 KB, whatever a client sends. */
const MAX_RESOURCE_CHARS = 512;
const MAX_SOURCE_CHARS = 200;
const MAX_USER_CHARS = 160;
const MAX_TEXT_CHARS = 64;

export interface AuditOptions {
  readonly store: AuditStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly retainDays: number;
  /** The account of a project. */
  readonly ownerOf: (projectId: string) => string | undefined;
}

export interface AuditNote extends Omit<AuditEntry, 'id' | 'at'> {
  /** Functions that ran one after another until this happened; undefined when no function caused it. */
  readonly depth?: number | undefined;
}

/** What is stored with a record, in one transaction. */
export interface AuditRecorder {
  statements(entry: AuditEntry, depth: number): readonly AtomicStatement[];
  /** Called when they are stored. */
  recorded(): void;
}

const NO_RECORDER: AuditRecorder = { statements: () => [], recorded: () => {} };

/** Records of changes and of attempted changes, with their callers. */
export class Audit {
  readonly #options: AuditOptions;
  #recorder: AuditRecorder = NO_RECORDER;
  #timer: Timer | undefined;
  readonly #limits = {
    refused: new RecordLimit(OF_MINUTE.refused),
    logins: new RecordLimit(OF_MINUTE.logins),
  };
  /** Keeps records of one millisecond in order. */
  #noted = 0;

  constructor(options: AuditOptions) {
    this.#options = options;
  }

  /** From now on `recorder` sees each record. */
  recordWith(recorder: AuditRecorder): void {
    this.#recorder = recorder;
  }

  start(): void {
    this.#timer = this.#options.clock.after(SWEEP_EVERY_MS, () => {
      this.#sweep().catch((error: unknown) => this.#options.log.error({ err: error }, 'old audit entries stay'));
      this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** On disk when it resolves; never rejects: an entry that cannot be stored goes to the log of the server. */
  async note({ depth = 0, ...note }: AuditNote): Promise<void> {
    const { store, clock, log, ownerOf } = this.#options;
    const at = clock.now();
    if (!this.#isRecorded({ ...note, at })) return;
    this.#noted += 1;
    const order = this.#noted.toString(36).padStart(9, '0');
    const id = `${at.toString(36).padStart(9, '0')}-${order}-${randomBytes(4).toString('hex')}`;
    const entry = { ...bounded(note), id, at };
    try {
      // a refused request may name any project; only its own account's requests are events of a project
      const isOwn = ownerOf(note.projectId) === note.domainId;
      await store.add(entry, isOwn ? this.#recorder.statements(entry, depth) : []);
      this.#recorder.recorded();
    } catch (error) {
      log.error({ err: error, entry }, 'an audit entry could not be stored');
    }
  }

  /** Newest first; `next` continues after the last one. */
  async list(filter: AuditFilter): Promise<{ readonly entries: AuditEntry[]; readonly next: string | undefined }> {
    const found = await this.#options.store.list({ ...filter, limit: filter.limit + 1 });
    const entries = found.slice(0, filter.limit);
    return { entries, next: found.length > entries.length ? entries.at(-1)?.id : undefined };
  }

  /** Changes always are. */
  #isRecorded(note: Pick<AuditEntry, 'at' | 'domainId' | 'userId' | 'operation' | 'errorCode'>): boolean {
    const kind = note.errorCode !== '' ? 'refused' : LOGINS.has(note.operation) ? 'logins' : undefined;
    if (kind === undefined) return true;
    const recording = this.#limits[kind].admit(note);
    if (recording === 'omitted') {
      const { domainId } = note;
      this.#options.log.warn(
        { domainId },
        `too many ${NAMES[kind]} of an account: more of this minute are not recorded`,
      );
    }
    return recording === 'recorded';
  }

  async #sweep(): Promise<void> {
    const { store, clock, retainDays } = this.#options;
    await store.dropBefore(clock.now() - retainDays * DAY_MS);
    await store.dropBeyond('refused', MOST_KEPT.refused);
    await store.dropBeyond('logins', MOST_KEPT.logins);
  }
}

/** What clients choose, in a size that is stored; PostgreSQL stores no NUL. */
function bounded<T extends Omit<AuditEntry, 'id' | 'at'>>(note: T): T {
  const cut = (text: string, most = MAX_TEXT_CHARS): string => text.slice(0, most).replaceAll('\0', '\ufffd');
  return {
    ...note,
    projectId: cut(note.projectId),
    userId: cut(note.userId),
    userName: cut(note.userName, MAX_USER_CHARS),
    accessKey: cut(note.accessKey),
    sourceIp: cut(note.sourceIp, MAX_SOURCE_CHARS),
    resource: cut(note.resource, MAX_RESOURCE_CHARS),
    requestId: cut(note.requestId),
  };
}
