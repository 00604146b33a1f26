import { closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { CallHandler, PendingCall } from '../../../lib/worker-thread.ts';
import { StorageError } from '../../errors.ts';
import type { SqlValue } from '../../parameter.ts';
import { guardFailed, rawTransaction } from '../../refusals.ts';
import type { EngineCall, EngineResult, EngineStatement } from './engine-link.ts';
import { returnPages, rewriteIfWorth, useIncrementalVacuum } from './file-space.ts';

type Slot = PendingCall<EngineCall, EngineResult>;

/** More statements than this in one batch are split, so that the first callers do not wait for the last. */
const maxGroup = 4096;
const maxStatements = 512;
const nothing: EngineResult = { rows: [], changes: 0, lastId: 0 };

/**
 * One SQLite connection with group commit: the single statements of a batch share one transaction and are answered
 * after its COMMIT; a failing one fails no other. Reads before the first write of a batch are answered at once.
 * Between `begin` and `commit` or `rollback` statements run in that transaction; the caller sends no others meanwhile.
 */
export class GroupCommitEngine implements CallHandler<EngineCall, EngineResult> {
  readonly #db: Database.Database;
  readonly #statements = new Map<string, Database.Statement<SqlValue[]>>();
  #explicit = false;

  /**
   * `content` is what a database in memory begins with. Throws `storage.unreadable` when the file is not a database that
   * this process can write.
   */
  constructor(file: string, content?: Buffer) {
    try {
      // SQLite gives its side files the mode of the database, which may hold secrets.
      if (file !== ':memory:') closeSync(openSync(file, 'a', 0o600));
      this.#db = new Database(content ?? file, { timeout: 5000 });
      useIncrementalVacuum(this.#db);
      this.#db.pragma('journal_mode = WAL');
      this.#db.pragma('synchronous = FULL');
      this.#db.pragma('foreign_keys = ON');
      this.#db.pragma('journal_size_limit = 67108864');
      if (file !== ':memory:') rewriteIfWorth(this.#db, file);
      this.#db.pragma('temp_store = MEMORY');
    } catch (cause) {
      throw new StorageError('storage.unreadable', `cannot open the database ${file}: ${(cause as Error).message}`, {
        hint: hintFor(cause),
        cause,
      });
    }
  }

  handle(calls: readonly Slot[], flush: () => void): void {
    let group: Array<{ slot: Slot; result: EngineResult }> = [];
    let open = false;
    const commit = (): void => {
      if (open) this.#commit(group);
      group = [];
      open = false;
    };
    for (const slot of calls) {
      const { call } = slot;
      if (call.op === 'reclaim') {
        commit();
        flush();
        this.#reclaim(slot, call.pages);
        continue;
      }
      if (call.op !== 'run' && call.op !== 'atomic') {
        commit();
        this.#control(slot, call.op);
        continue;
      }
      try {
        const statement = call.op === 'run' ? this.#prepare(call.sql) : undefined;
        if (this.#explicit) {
          slot.resolve(this.#run(call));
          continue;
        }
        if (!open && call.op === 'run' && statement?.readonly === true) {
          slot.resolve(this.#read(statement, call));
          continue;
        }
        if (!open) {
          flush();
          this.#db.exec('BEGIN IMMEDIATE');
          open = true;
        }
        const result = this.#run(call);
        if (!this.#db.inTransaction) throw rawTransaction();
        group.push({ slot, result });
        if (group.length >= maxGroup) commit();
      } catch (error) {
        slot.reject(error);
        if (open && !this.#db.inTransaction) {
          // Some failures (disk full, I/O) undo the whole transaction: every statement in it must be rejected.
          for (const member of group) member.slot.reject(error);
          group = [];
          open = false;
        }
      }
    }
    commit();
  }

  close(): void {
    if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
    this.#db.close();
  }

  #commit(group: ReadonlyArray<{ slot: Slot; result: EngineResult }>): void {
    try {
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
      for (const { slot } of group) slot.reject(error);
      return;
    }
    for (const { slot, result } of group) slot.resolve(result);
  }

  #control(slot: Slot, op: 'begin' | 'commit' | 'rollback'): void {
    try {
      if (op === 'begin') {
        this.#db.exec('BEGIN IMMEDIATE');
        this.#explicit = true;
      } else {
        this.#explicit = false;
        if (op === 'commit') this.#db.exec('COMMIT');
        else if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
      }
      slot.resolve(nothing);
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
      slot.reject(error);
    }
  }

  #reclaim(slot: Slot, pages: number): void {
    try {
      slot.resolve({ ...nothing, changes: returnPages(this.#db, pages) });
    } catch (error) {
      slot.reject(error);
    }
  }

  #read(statement: Database.Statement<SqlValue[]>, call: EngineStatement): EngineResult {
    const result = execute(statement, call);
    // SQLite counts BEGIN as read-only; left open it would contain the statements of all other callers.
    if (this.#db.inTransaction) {
      this.#db.exec('ROLLBACK');
      throw rawTransaction();
    }
    return result;
  }

  #run(call: Extract<EngineCall, { op: 'run' | 'atomic' }>): EngineResult {
    if (call.op === 'run') return execute(this.#prepare(call.sql), call);
    this.#db.exec('SAVEPOINT atomic');
    try {
      const parts = call.statements.map((statement, index) => {
        const result = execute(this.#prepare(statement.sql), statement);
        if (result.changes === 0 && result.rows.length === 0 && call.mustAffect.includes(index))
          throw guardFailed(index);
        return result;
      });
      this.#db.exec('RELEASE atomic');
      return { ...nothing, parts };
    } catch (error) {
      // The savepoint no longer exists when the failure has undone the whole transaction.
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK TO atomic; RELEASE atomic');
      throw error;
    }
  }

  #prepare(sql: string): Database.Statement<SqlValue[]> {
    const known = this.#statements.get(sql);
    if (known !== undefined) {
      if (this.#statements.size >= maxStatements) {
        this.#statements.delete(sql);
        this.#statements.set(sql, known);
      }
      return known;
    }
    const statement = this.#db.prepare<SqlValue[]>(sql);
    for (const oldest of this.#statements.keys()) {
      if (this.#statements.size < maxStatements) break;
      this.#statements.delete(oldest);
    }
    this.#statements.set(sql, statement);
    return statement;
  }
}

function hintFor(cause: unknown): string {
  const code = String((cause as { code?: unknown }).code);
  if (code.startsWith('SQLITE_BUSY')) {
    return 'Another program holds the database open, such as sqlite3 or a copy in progress. End it, then start again.';
  }
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT')) {
    return 'The file is damaged. Look at it with: fgs check. Restore it with: fgs backup restore.';
  }
  return 'Check that the file system is not read-only or full, and that the user who runs the server owns the file.';
}

function execute(statement: Database.Statement<SqlValue[]>, call: EngineStatement): EngineResult {
  if (statement.reader) return { rows: statement.all(...call.parameters), changes: 0, lastId: 0 };
  const { changes, lastInsertRowid } = statement.run(...call.parameters);
  return { rows: [], changes, lastId: lastInsertRowid };
}
