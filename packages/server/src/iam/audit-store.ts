import { type Kysely, sql } from 'kysely';
import type { AtomicStatement, Schema, Storage } from '../storage/index.ts';

/** One changing request or login. Holds no secret and no body. */
export interface AuditEntry {
  /** Sorts by time. */
  readonly id: string;
  readonly at: number;
  readonly domainId: string;
  readonly projectId: string;
  readonly userId: string;
  readonly userName: string;
  readonly accessKey: string;
  readonly sourceIp: string;
  /** Id of the route. */
  readonly operation: string;
  readonly action: string;
  readonly resource: string;
  readonly status: number;
  /** Empty for a success. */
  readonly errorCode: string;
  readonly requestId: string;
}

export interface AuditFilter {
  readonly domainId: string;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly userName?: string | undefined;
  readonly action?: string | undefined;
  readonly projectId?: string | undefined;
  /** Part of the name of the changed resource. */
  readonly resource?: string | undefined;
  /** Only refused or failed requests, or only the others. */
  readonly failed?: boolean | undefined;
  /** Older than this entry. */
  readonly before?: string | undefined;
  readonly limit: number;
}

const REMOVED_AT_ONCE = 1000;

/** Signing in and out. A successful one costs its user nothing, as a program may do it all day. */
export const LOGIN_OPERATIONS = [
  'createToken',
  'createTemporaryKey',
  'createConsoleLink',
  'createConsoleSession',
  'deleteConsoleSession',
  'finishConsoleOidc',
] as const;

/** Rows of the audit log; no rules. */
export class AuditStore {
  readonly #db: Kysely<Schema>;
  readonly #atomic: Storage['atomic'];

  constructor({ db, atomic }: Pick<Storage, 'db' | 'atomic'>) {
    this.#db = db;
    this.#atomic = atomic;
  }

  /** With the other statements, in one transaction. */
  async add(entry: AuditEntry, others: readonly AtomicStatement[]): Promise<void> {
    const query = this.#db
      .insertInto('audit_entry')
      .values({
        id: entry.id,
        at: entry.at,
        domain_id: entry.domainId,
        project_id: entry.projectId,
        user_id: entry.userId,
        user_name: entry.userName,
        access_key: entry.accessKey,
        source_ip: entry.sourceIp,
        operation: entry.operation,
        action: entry.action,
        resource: entry.resource,
        status: entry.status,
        error_code: entry.errorCode,
        request_id: entry.requestId,
      })
      .compile();
    await this.#atomic([{ query }, ...others]);
  }

  /** Newest first. */
  async list(filter: AuditFilter): Promise<AuditEntry[]> {
    let query = this.#db.selectFrom('audit_entry').selectAll().where('domain_id', '=', filter.domainId);
    const { from, to, userName, action, projectId, resource, failed, before } = filter;
    if (from !== undefined) query = query.where('at', '>=', from);
    if (to !== undefined) query = query.where('at', '<', to);
    if (userName !== undefined) query = query.where('user_name', '=', userName);
    if (action !== undefined) query = query.where(matches('action', likeText(action, '%')));
    if (projectId !== undefined) query = query.where('project_id', '=', projectId);
    if (resource !== undefined) query = query.where(matches('resource', `%${likeText(resource)}%`));
    if (failed !== undefined) query = query.where('error_code', failed ? '!=' : '=', '');
    if (before !== undefined) query = query.where('id', '<', before);
    const rows = await query.orderBy('id', 'desc').limit(filter.limit).execute();
    return rows.map((row) => ({
      id: row.id,
      at: Number(row.at),
      domainId: row.domain_id,
      projectId: row.project_id,
      userId: row.user_id,
      userName: row.user_name,
      accessKey: row.access_key,
      sourceIp: row.source_ip,
      operation: row.operation,
      action: row.action,
      resource: row.resource,
      status: row.status,
      errorCode: row.error_code,
      requestId: row.request_id,
    }));
  }

  async dropBefore(at: number): Promise<void> {
    await this.#db.deleteFrom('audit_entry').where('at', '<', at).execute();
  }

  /** Removes the oldest refused requests, or logins, of each account that has more of them. */
  async dropBeyond(kind: 'refused' | 'logins', most: number): Promise<void> {
    const over = await this.#all(kind)
      .select((eb) => ['domain_id', eb.fn.countAll<number>().as('count')])
      .groupBy('domain_id')
      .having((eb) => eb.fn.countAll(), '>', most)
      .execute();
    for (const { domain_id, count } of over) {
      // small statements: changes wait for the database meanwhile
      for (let left = Number(count) - most; left > 0; left -= REMOVED_AT_ONCE) {
        const oldest = this.#all(kind)
          .select('id')
          .where('domain_id', '=', domain_id)
          .orderBy('id')
          .limit(Math.min(left, REMOVED_AT_ONCE));
        await this.#db.deleteFrom('audit_entry').where('id', 'in', oldest).execute();
      }
    }
  }

  /** With the conditions of their index, word for word. */
  #all(kind: 'refused' | 'logins') {
    const rows = this.#db.selectFrom('audit_entry');
    if (kind === 'refused') return rows.where('error_code', '<>', sql.lit(''));
    const operations = sql.join(LOGIN_OPERATIONS.map((operation) => sql.lit(operation)));
    return rows.where('error_code', '=', sql.lit('')).where(sql<boolean>`operation in (${operations})`);
  }
}

/** Letters are compared without case, in any database. */
function matches(column: 'action' | 'resource', pattern: string) {
  return sql<boolean>`lower(${sql.ref(column)}) like lower(${pattern}) escape '!'`;
}

/** Escapes a text for LIKE, so that every character is literal; `*` becomes the given wildcard. */
function likeText(text: string, star = ''): string {
  return text.replaceAll(/[!%_]/g, '!$&').replaceAll('*', star);
}
