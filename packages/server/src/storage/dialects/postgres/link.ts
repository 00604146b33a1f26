import { randomUUID } from 'node:crypto';
import { CoalescedTask } from '../../../lib/coalesced-task.ts';
import type { Secret } from '../../../lib/secret.ts';
import type { EngineCall, EngineLink, EngineResult } from '../../engine/link.ts';
import { databaseClosed } from '../../engine/refusals.ts';
import { StorageError } from '../../errors.ts';
import { AwayWatch } from './away-watch.ts';
import { type Interrupted, NOTHING, refusalOf, runBatch, runInside, type Slot, type WorkSlot } from './batch.ts';
import { connectHint } from './connect-hint.ts';
import { failureOf, reasonOf, sqlStateOf, unavailable } from './failure.ts';
import { markerStatements, wasCommitted } from './markers.ts';
import { endGhost, type Facts, isStillOwner, lockSchema, prepareSession, takeOver } from './ownership.ts';
import { placeOf, Session } from './session.ts';

export interface PostgresOptions {
  readonly url: Secret;
  /** Key of the data directory that the database belongs to; a database of another directory is refused. */
  readonly dataKey: string;
  /** The database that belongs to the data directory; another one is refused. */
  readonly databaseId?: string | undefined;
  /** Called when the connection is lost and when it is back. */
  readonly onConnection?: (state: 'lost' | 'back', reason: string) => void;
  /** Called once if another server took the database over; no write succeeds after that. */
  readonly onDeath?: (error: Error) => void;
}

const MAX_PENDING = 50_000;
/** More statements or bytes than this in one batch are split, so that the first callers do not wait for the last. */
const MAX_BATCH = 512;
const MAX_BATCH_BYTES = 16 * 1024 * 1024;
/** A batch without an answer by then gets none: the network may fail without closing the connection. */
const ANSWER_MS = 30_000;
const MIGRATION_MS = 60 * 60_000;
/** Calls wait this long for an unavailable database; later ones are refused at once. */
const WAIT_MS = 3_000;
const RETRY_MS = { first: 100, most: 2_000 };
/** The database may be starting at the same time as the server. */
const STARTING = { state: '57P03', tries: 60, pauseMs: 500 };

/**
 * Calls to PostgreSQL through one session, which holds the lock of the schema: only the owner can write. Calls that
 * arrive while a batch is in flight form the next one and share its commit. A lost connection is reestablished; the
 * interrupted batch is then answered if its commit is stored, and run again if not.
 */
export class PostgresLink implements EngineLink {
  /** Location of the database, without credentials. */
  readonly place: string;
  /** Id of the database, made with it. */
  readonly id: string;
  readonly #options: PostgresOptions;
  readonly #owner: string;
  #session: Session | undefined;
  #facts: Facts;
  #queue: Slot[] = [];
  readonly #work = new CoalescedTask(
    () => this.#drain(),
    // each call is answered in its own slot: an error here is a broken assumption
    (error) => this.#session?.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  /** `lost`: the connection failed in an open transaction, and its commit or rollback has not arrived yet. */
  #transaction: 'none' | 'open' | 'lost' = 'none';
  #answerMs = MIGRATION_MS;
  /** Increases with each transaction that writes. */
  #marker = 0;
  /** Calls that the last session left unanswered. */
  #interrupted: Interrupted | undefined;
  readonly #watch = new AwayWatch(() => (this.#refusing ? this.#awayError() : undefined));
  /** Reason why there is no session. */
  #away: Error | undefined;
  /** The database is unavailable for longer than `WAIT_MS`: calls are refused at once. */
  #refusing = false;
  #patience: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #dead: Error | undefined;
  #closing: Promise<void> | undefined;

  private constructor(options: PostgresOptions, found: { place: string; facts: Facts; owner: string; id: string }) {
    this.#options = options;
    this.place = found.place;
    this.id = found.id;
    this.#facts = found.facts;
    this.#owner = found.owner;
  }

  /**
   * Throws `storage.unreadable` when the database cannot be reached or used, `storage.locked` when another server
   * holds its lock, and `storage.foreign` when it belongs to another data directory.
   */
  static async open(options: PostgresOptions): Promise<PostgresLink> {
    const place = placeOf(options.url);
    let link: PostgresLink | undefined;
    const session = await firstSession(options.url, place, (reason) => link?.lose(reason));
    try {
      const facts = await prepareSession(session, place);
      await lockSchema(session);
      const owner = randomUUID();
      const id = await takeOver(session, { owner, dataKey: options.dataKey, databaseId: options.databaseId });
      link = new PostgresLink(options, { place, facts, owner, id });
      link.#session = session;
      return link;
    } catch (error) {
      await session.close();
      if (error instanceof StorageError) throw error;
      throw unusable(place, error);
    }
  }

  get facts(): Facts {
    return this.#facts;
  }

  /** Call when the schema is up to date: from now on each answer has a deadline. */
  migrated(): void {
    this.#answerMs = ANSWER_MS;
  }

  call(call: EngineCall): Promise<EngineResult> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      this.#queue.push({ call, resolve, reject });
      this.#work.request();
    });
  }

  /** Settles like `work`; rejects earlier while the database is unavailable. `work` itself is not cancelled. */
  unlessAway<T>(work: Promise<T>): Promise<T> {
    return this.#watch.over(work);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Call when the session has ended. */
  lose(reason: Error): void {
    if (this.#session === undefined || this.#closing !== undefined) return;
    this.#session = undefined;
    this.#away = reason;
    if (this.#transaction === 'open') this.#transaction = 'lost';
    this.#options.onConnection?.('lost', reasonOf(reason));
    this.#patience = setTimeout(() => this.#refuseWaiting(), WAIT_MS);
    this.#reconnectIn(RETRY_MS.first);
    this.#work.request();
  }

  #refusal(): Error | undefined {
    if (this.#closing !== undefined) return databaseClosed();
    if (this.#dead !== undefined) return this.#awayError();
    // the end of a lost transaction is answered here, not by the database
    if (this.#refusing && this.#transaction !== 'lost') return this.#awayError();
    if (this.#queue.length < MAX_PENDING) return undefined;
    return unavailable(`${MAX_PENDING} calls wait for the database`);
  }

  #awayError(): Error {
    if (this.#dead !== undefined) return unavailable(this.#dead.message, this.#dead);
    return unavailable(`the ${this.place} cannot be reached: ${reasonOf(this.#away)}`);
  }

  #refuseWaiting(): void {
    this.#refusing = true;
    while (this.#transaction === 'lost' && this.#queue.length > 0) this.#refuseOne();
    const waiting = [...(this.#interrupted?.rest ?? []), ...this.#queue];
    this.#queue = [];
    if (this.#interrupted !== undefined) this.#interrupted = { ...this.#interrupted, rest: [] };
    for (const slot of waiting) slot.reject(this.#awayError());
    this.#watch.away();
  }

  /** Starts in the next turn of the event loop, so that calls made at the same time share a batch. */
  async #drain(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      if (this.#transaction === 'lost') this.#refuseOne();
      else if (this.#session === undefined) return;
      else await this.#step(this.#session);
    }
  }

  /** Statements of the lost transaction must not run outside of it. */
  #refuseOne(): void {
    const slot = this.#queue.shift();
    if (slot === undefined) return;
    const { op } = slot.call;
    if (op === 'commit' || op === 'rollback') this.#transaction = 'none';
    if (op === 'rollback') slot.resolve(NOTHING);
    else slot.reject(unavailable('the connection to the database was lost in a transaction', this.#away));
  }

  async #step(session: Session): Promise<void> {
    const ms = this.#answerMs;
    const deadline = setTimeout(() => session.destroy(new Error(`the database did not answer for ${ms} ms`)), ms);
    try {
      const [first] = this.#queue;
      if (first === undefined) return;
      if (first.call.op !== 'run' && first.call.op !== 'atomic') {
        this.#queue.shift();
        await this.#control(session, first, first.call.op);
        return;
      }
      const batch = this.#take();
      if (this.#transaction === 'open') await runInside(session, batch);
      else this.#keep(await runBatch(session, batch, () => this.#nextMarker()));
    } finally {
      clearTimeout(deadline);
    }
  }

  #take(): WorkSlot[] {
    const batch: WorkSlot[] = [];
    let bytes = 0;
    let taken = 0;
    for (const slot of this.#queue) {
      if (slot.call.op !== 'run' && slot.call.op !== 'atomic') break;
      if (batch.length >= MAX_BATCH || bytes >= MAX_BATCH_BYTES) break;
      taken += 1;
      const refusal = refusalOf(slot);
      if (refusal !== undefined) {
        slot.reject(refusal);
        continue;
      }
      bytes += bytesOf(slot as WorkSlot);
      batch.push(slot as WorkSlot);
    }
    this.#queue.splice(0, taken);
    return batch;
  }

  async #control(session: Session, slot: Slot, op: 'begin' | 'commit' | 'rollback'): Promise<void> {
    if (op === 'begin') this.#transaction = 'open';
    try {
      if (op === 'commit') await this.#commit(session, slot);
      else {
        await session.control(op);
        slot.resolve(NOTHING);
      }
    } catch (thrown) {
      const { error, lost } = failureOf(thrown);
      if (lost) session.destroy(error);
      if (op === 'begin') this.#transaction = 'none';
      // no statement of it has run yet
      if (op === 'begin' && lost && this.#session === undefined && !this.#refusing) this.#queue.unshift(slot);
      else slot.reject(error);
    } finally {
      if (op !== 'begin') this.#transaction = 'none';
    }
  }

  async #commit(session: Session, slot: Slot): Promise<void> {
    const marker = this.#nextMarker();
    // in a failed transaction these fail too, and the answer to COMMIT reports it
    await Promise.allSettled(markerStatements(marker).map((statement) => session.send(statement)));
    try {
      const { command } = await session.control('commit');
      if (command === 'COMMIT') slot.resolve(NOTHING);
      // the caller committed although a statement had failed
      else slot.reject(new Error('a statement of the transaction failed'));
    } catch (thrown) {
      const { error, lost } = failureOf(thrown);
      if (!lost) throw thrown;
      session.destroy(error);
      this.#keep({ committing: { marker, slots: [{ slot, result: NOTHING }], otherwise: 'refuse' }, rest: [] });
    }
  }

  #nextMarker(): number {
    this.#marker += 1;
    return this.#marker;
  }

  #keep(interrupted: Interrupted | undefined): void {
    this.#interrupted = interrupted;
    if (this.#closing !== undefined) this.#refuseInterrupted();
  }

  /** Rejects calls whose commit was in flight: whether it is stored stays unknown. */
  #refuseInterrupted(): void {
    const { committing, rest } = this.#interrupted ?? { rest: [] };
    this.#interrupted = undefined;
    for (const { slot } of committing?.slots ?? []) slot.reject(this.#awayError());
    for (const slot of rest) slot.reject(this.#awayError());
  }

  /** Only after the lock is taken again: by then the work of the last session has ended. */
  async #answerInterrupted(session: Session): Promise<void> {
    // its unanswered calls are complete when its last step has ended
    await this.#work.idle();
    const { committing, rest } = this.#interrupted ?? { rest: [] };
    const stored = committing !== undefined && (await wasCommitted(session, committing.marker));
    this.#interrupted = undefined;
    const again: Slot[] = [];
    for (const { slot, result } of committing?.slots ?? []) {
      if (stored) slot.resolve(result);
      else if (committing?.otherwise === 'refuse') slot.reject(this.#awayError());
      else again.push(slot);
    }
    this.#queue.unshift(...again, ...rest);
    // the callers of these already got an error
    if (this.#refusing || this.#closing !== undefined) this.#refuseWaiting();
  }

  #reconnectIn(ms: number): void {
    this.#retry = setTimeout(() => {
      this.#reconnect().catch((error: unknown) => {
        if (this.#closing !== undefined || this.#dead !== undefined) return;
        this.#away = error instanceof Error ? error : new Error(String(error));
        this.#reconnectIn(Math.min(ms * 2, RETRY_MS.most));
      });
    }, ms);
  }

  async #reconnect(): Promise<void> {
    let opened: Session | undefined;
    try {
      const session = await Session.open(this.#options.url, (reason) => this.lose(reason));
      opened = session;
      const facts = await prepareSession(session, this.place);
      await endGhost(session, this.#facts.backend);
      if (!(await isStillOwner(session, this.#owner))) this.#die();
      await lockSchema(session, { tries: 4 });
      // another server may have held the lock in between
      if (!(await isStillOwner(session, this.#owner))) this.#die();
      await this.#answerInterrupted(session);
      if (this.#closing !== undefined || session.lost) throw new Error('the connection was closed');
      clearTimeout(this.#patience);
      this.#refusing = false;
      this.#facts = facts;
      this.#session = session;
      this.#options.onConnection?.('back', this.place);
      this.#work.request();
    } catch (error) {
      await opened?.close();
      throw error;
    }
  }

  #die(): never {
    const dead = new StorageError('storage.locked', 'another server took the database over while it was out of reach', {
      hint: 'One server works on a database. Stop the other one and start this one again.',
    });
    if (this.#dead === undefined) {
      this.#dead = dead;
      clearTimeout(this.#patience);
      this.#refuseWaiting();
      this.#refuseInterrupted();
      this.#options.onDeath?.(dead);
    }
    throw dead;
  }

  async #close(): Promise<void> {
    clearTimeout(this.#retry);
    clearTimeout(this.#patience);
    if (this.#session === undefined) this.#refuseWaiting();
    await this.#work.idle();
    this.#refuseInterrupted();
    await this.#session?.close();
  }
}

function bytesOf({ call }: WorkSlot): number {
  const statements = call.op === 'run' ? [call] : call.statements;
  let bytes = 0;
  for (const { parameters } of statements) {
    for (const value of parameters) {
      if (typeof value === 'string') bytes += value.length;
      else if (value instanceof Uint8Array) bytes += value.byteLength;
    }
  }
  return bytes;
}

async function firstSession(url: Secret, place: string, onLost: (reason: Error) => void): Promise<Session> {
  for (let left = STARTING.tries; ; left -= 1) {
    try {
      return await Session.open(url, onLost);
    } catch (error) {
      if (sqlStateOf(error) !== STARTING.state || left <= 1) throw unusable(place, error);
    }
    await new Promise((resolve) => setTimeout(resolve, STARTING.pauseMs));
  }
}

function unusable(place: string, error: unknown): StorageError {
  return new StorageError('storage.unreadable', `cannot use the ${place}: ${reasonOf(error)}`, {
    hint: connectHint(error),
  });
}
