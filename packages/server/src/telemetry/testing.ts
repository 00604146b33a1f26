import type Database from 'better-sqlite3';
import type { InvocationRecord, LogLine } from './types.ts';

/** A log line with defaults for all other fields. */
export function logLine(more: Partial<LogLine> & Pick<LogLine, 'time'>): LogLine {
  return {
    functionKey: 'p1/f',
    version: 'latest',
    requestId: 'r1',
    instanceId: 'i1',
    level: 'INFO',
    message: '',
    ...more,
  };
}

/** A successful warm call, changed by `more`. */
export function invocationRecord(
  more: Partial<InvocationRecord> & Pick<InvocationRecord, 'startedAt'>,
): InvocationRecord {
  return {
    requestId: 'r1',
    functionKey: 'p1/f',
    functionUrn: 'urn:fss:local:p1:function:default:f:latest',
    version: 'latest',
    alias: null,
    instanceId: 'i1',
    mode: 'sync',
    attempt: 1,
    finishedAt: more.startedAt + 5,
    outcome: 'ok',
    code: null,
    component: null,
    cold: false,
    queueMs: 0.1,
    sandboxMs: 0,
    bootMs: 0,
    loadMs: 0,
    initMs: 0,
    handlerMs: 4.5,
    totalMs: 5,
    cpuMs: 3,
    peakMemoryBytes: 30_000_000,
    memoryMb: 128,
    responseBytes: 42,
    ...more,
  };
}

/** Writes records as the first releases did, into a new file of a day. */
export function writeOldRecords(db: Database.Database, records: readonly InvocationRecord[]): void {
  db.exec(`
    create table function (id integer primary key, key text not null unique);
    create table record (
      seq integer primary key, request_id text not null, attempt integer not null, function_id integer not null,
      started_at integer not null, outcome text not null, body text not null
    );
    create index record_function on record (function_id, started_at, outcome);
    create index record_request on record (request_id);
  `);
  for (const record of records) {
    const { functionKey, requestId, attempt, startedAt, outcome } = record;
    db.prepare('insert or ignore into function (key) values (?)').run(functionKey);
    const id = db.prepare('select id from function where key = ?').pluck().get(functionKey);
    db.prepare(
      'insert into record (request_id, attempt, function_id, started_at, outcome, body) values (?,?,?,?,?,?)',
    ).run(requestId, attempt, id, Math.floor(startedAt), outcome, JSON.stringify(record));
  }
}
