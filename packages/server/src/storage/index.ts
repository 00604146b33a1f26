export type { AtomicResult, AtomicStatement } from './atomic.ts';
export { type DataDirLock, lockDataDir } from './data-dir-lock.ts';
export { checkDatabaseKind, readDatabaseRecord, sqliteFile, writeDatabaseRecord } from './database-record.ts';
export { probePostgres as probeDatabase } from './dialects/postgres/probe.ts';
export { isGuard, isUniqueViolation, StorageError } from './errors.ts';
export { openStorage, prepared, type Storage } from './open.ts';
export type { StorageCheck, StorageOptions } from './options.ts';
export type { MessageState, MessageTable } from './schema/queue.ts';
export type { Schema } from './schema.ts';
