import { type Kysely, sql } from 'kysely';
import type { Storage } from '../open.ts';
import type { Signals } from '../options.ts';
import type { Schema } from '../schema.ts';

/** One row of `server`. */
export interface ServerRow {
  readonly id: string;
  readonly home: string;
  readonly name: string;
  readonly version: string;
  readonly description: ServerDescription | undefined;
  /** Takes no new work. */
  readonly draining: boolean;
}

/** What a server can do; undefined for one of an older version, and while it starts. */
export interface ServerDescription {
  /** `host:port` of its listener for other servers; null without one. */
  readonly address: string | null;
  /** Names. */
  readonly runtimes: readonly string[];
  /** For functions. */
  readonly memoryMb: number;
  readonly processors: number;
}

/** The columns of a description as they are stored. */
interface DescriptionColumns {
  readonly address: string | null;
  readonly runtimes: string | null;
  readonly memoryMb: number | null;
  readonly processors: number | null;
}

type SeenRow = Omit<SeenServer, 'description'> & DescriptionColumns;

export interface SeenServer extends ServerRow {
  /** Time until another server may remove it, by the clock of the database. */
  readonly leftMs: number;
}

/** Ms since the epoch by the clock of PostgreSQL. */
const NOW = '(extract(epoch from clock_timestamp()) * 1000)::bigint';
const BEAT = `with beat as (update server set expires_at = ${NOW} + $2 where id = $1 returning id)
  select id, home, name, version, expires_at - ${NOW} as "leftMs", (select count(*) from beat) as beats,
    address, runtimes, memory_mb as "memoryMb", processors, coalesce(draining, 0) = 1 as draining from server`;
const INSUFFICIENT_PRIVILEGE = '42501';
const SESSIONS_OF_EXPIRED = `select name, sessions from server
  where expires_at <= ${NOW} and id <> $1 and sessions is not null`;
const SESSIONS_OF_HOME = `select name, sessions from server
  where home = $1 and sessions <> $2 and (place = $3 or expires_at <= ${NOW})`;
const OF_HOME = `select id, name, expires_at as "expiresAt", expires_at - ${NOW} as "leftMs" from server where home = $1`;
/**
 * Those with a transaction, which ends with its locks, whether the client can be reached or not. Others hold up nothing,
 * and a server that is only slow goes on with them. The state of sessions of other users is hidden: all of them end.
 */
const END_SESSIONS = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and application_name = $1 and pid <> pg_backend_pid()
    and (state is null or state = 'disabled' or xact_start < clock_timestamp() - interval '1 second')`;
/** With the news for other servers. */
const REMOVE_EXPIRED = `with gone as (delete from server where expires_at <= ${NOW} and id <> $1 returning id)
  select id, pg_notify('funcgraph_server', '') from gone`;
/** Other servers look at all rows again. */
const NEWS = `select pg_notify('funcgraph_server', '')`;
const LEAVE = `with gone as (delete from server where id = $1) ${NEWS}`;
const DRAIN = `with draining as (update server set draining = 1 where id = $1) ${NEWS}`;
const DESCRIBE = `with described as (update server set address = $2, runtimes = $3, memory_mb = $4, processors = $5
  where id = $1) ${NEWS}`;

interface NamedSessions {
  /** Of the server. */
  readonly name: string;
  readonly sessions: string;
}

/** A server with the same home. */
export interface Rival {
  readonly id: string;
  readonly name: string;
  /** Ms since the epoch by the clock of PostgreSQL; later with each heartbeat. */
  readonly expiresAt: number;
  readonly leftMs: number;
}

export interface Removal {
  readonly removed: number;
  /** Names of servers whose open transactions this one has no right to end. */
  readonly denied: readonly string[];
}

/** The statements of a membership. */
export class MembershipStore {
  readonly #db: Kysely<Schema>;

  constructor({ db }: Pick<Storage, 'db'>) {
    this.#db = db;
  }

  /** Adds the only server of the database; rows of others belong to ended processes. */
  async addAlone(row: ServerRow): Promise<void> {
    await this.#db.transaction().execute(async (tx) => {
      await tx.deleteFrom('server').execute();
      await tx
        .insertInto('server')
        .values({ id: row.id, home: row.home, name: row.name, version: row.version, joined_at: 0, expires_at: 0 })
        .execute();
    });
  }

  /**
   * Adds a server among others. Replaces the server of the same home when it was at `formerPlace`, or when it has expired.
   * Returns false when another server of that home remains.
   */
  async add(
    row: ServerRow,
    options: {
      readonly place: string;
      readonly formerPlace: string | null;
      readonly expiryMs: number;
      readonly sessions: string | null;
    },
  ): Promise<boolean> {
    const now = sql<number>`${sql.raw(NOW)}`;
    return this.#db.transaction().execute(async (tx) => {
      await tx
        .deleteFrom('server')
        .where('home', '=', row.home)
        .where(({ or, eb }) => or([eb('place', '=', options.formerPlace), eb('expires_at', '<=', now)]))
        .execute();
      const { address, runtimes, memoryMb, processors } = columnsOf(row.description);
      const { rows } = await sql<{ id: string }>`insert into server (id, home, name, version, joined_at, expires_at,
          address, runtimes, memory_mb, processors, draining, sessions, place)
        values (${row.id}, ${row.home}, ${row.name}, ${row.version}, ${now}, ${now} + ${options.expiryMs}::bigint,
          ${address}, ${runtimes}, ${memoryMb}, ${processors}, ${row.draining ? 1 : 0}, ${options.sessions},
          ${options.place})
        on conflict (home) do nothing returning id`.execute(tx);
      await sql.raw(NEWS).execute(tx);
      return rows.length === 1;
    });
  }

  /** The server with this home; undefined without one. */
  async ofHome(signals: Signals, home: string): Promise<Rival | undefined> {
    return (await signals.ask<Rival>(OF_HOME, [home]))[0];
  }

  /** Ends the open transactions of the server that `add` replaces. Returns its name when there is no right to. */
  async endReplaced(signals: Signals, home: string, formerPlace: string | null): Promise<readonly string[]> {
    return endSessions(signals, await signals.ask(SESSIONS_OF_HOME, [home, signals.sessionName, formerPlace]));
  }

  /** Extends the membership and returns all servers; `renewed` is false when another server removed this one. */
  async beat(
    signals: Signals,
    id: string,
    expiryMs: number,
  ): Promise<{ readonly renewed: boolean; readonly servers: readonly SeenServer[] }> {
    const rows = await signals.ask<SeenRow & { beats: number }>(BEAT, [id, expiryMs]);
    return { renewed: rows.some((row) => row.id === id) && rows[0]?.beats === 1, servers: rows.map(seen) };
  }

  async describe(signals: Signals, id: string, description: ServerDescription): Promise<void> {
    const { address, runtimes, memoryMb, processors } = columnsOf(description);
    await signals.ask(DESCRIBE, [id, address, runtimes, memoryMb, processors]);
  }

  async drain(signals: Signals, id: string): Promise<void> {
    await signals.ask(DRAIN, [id]);
  }

  /**
   * Removes servers that have expired, except the one with the id. Their open transactions end first: PostgreSQL keeps those
   * of a server whose network failed silently, and the locks in them, until it notices.
   */
  async removeExpired(signals: Signals, id: string): Promise<Removal> {
    const denied = await endSessions(signals, await signals.ask<NamedSessions>(SESSIONS_OF_EXPIRED, [id]));
    return { removed: (await signals.ask(REMOVE_EXPIRED, [id])).length, denied };
  }

  async remove(signals: Signals | undefined, id: string): Promise<void> {
    if (signals === undefined) await this.#db.deleteFrom('server').where('id', '=', id).execute();
    else await signals.ask(LEAVE, [id]);
  }
}

/** Returns the names of the servers whose sessions belong to a user of the database that this one may not act for. */
async function endSessions(signals: Signals, servers: readonly NamedSessions[]): Promise<string[]> {
  const denied: string[] = [];
  for (const { name, sessions } of servers) {
    try {
      await signals.ask(END_SESSIONS, [sessions]);
    } catch (error) {
      if ((error as { code?: unknown }).code !== INSUFFICIENT_PRIVILEGE) throw error;
      denied.push(name);
    }
  }
  return denied;
}

function columnsOf(description: ServerDescription | undefined): DescriptionColumns {
  if (description === undefined) return { address: null, runtimes: null, memoryMb: null, processors: null };
  return { ...description, runtimes: JSON.stringify(description.runtimes) };
}

function seen({ id, home, name, version, leftMs, draining, ...columns }: SeenRow): SeenServer {
  const { address, runtimes, memoryMb, processors } = columns;
  const description =
    runtimes === null || memoryMb === null || processors === null
      ? undefined
      : { address, runtimes: JSON.parse(runtimes) as string[], memoryMb, processors };
  return { id, home, name, version, leftMs, draining, description };
}
