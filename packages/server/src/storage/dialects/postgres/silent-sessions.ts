import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Secret } from '../../../lib/secret.ts';
import { newClient } from './client.ts';
import { ask } from './connection.ts';
import { sqlStateOf } from './failure.ts';

/** An answer that is on its way arrives in this time. */
const ARRIVAL_MS = 1_000;

const LOOK = `select asked.pid, seen.state, seen.state_change::text as since
  from unnest($1::int[]) as asked (pid)
  left join pg_stat_activity seen on seen.pid = asked.pid and seen.application_name = $2`;
/** What an open transaction has locked is free then, and its commit is decided. */
const END = `select pg_terminate_backend(pid) from pg_stat_activity
  where pid = any ($1::int[]) and application_name = $2 and state like 'idle%'`;

interface Seen {
  readonly pid: number;
  /** Null for a session that has ended, `idle…` for one that waits for a statement. */
  readonly state: string | null;
  readonly since: string | null;
}

interface Doubt {
  readonly isSilent: () => boolean;
  readonly resolve: (isLost: boolean) => void;
}

export interface SilentSessionsOptions {
  readonly url: Secret;
  /** Of the sessions. */
  readonly name: string;
}

/**
 * Finds out why a session does not answer, by another session. The network may lose packets without closing a connection:
 * then the database has finished the statement, or never got it, and waits for the next one.
 */
export class SilentSessions {
  readonly #options: SilentSessionsOptions;
  #doubts = new Map<number, Doubt>();
  #isLooking = false;

  constructor(options: SilentSessionsOptions) {
    this.#options = options;
  }

  /**
   * True when no answer of the session comes any more; then it has ended. Also when the database cannot be reached at all.
   * `isSilent`: nothing was received since the call.
   */
  isLost(client: Client, isSilent: () => boolean): Promise<boolean> {
    const { processID: pid } = client as unknown as { processID: number };
    return new Promise((resolve) => {
      this.#doubts.set(pid, { isSilent, resolve });
      if (!this.#isLooking) void this.#look();
    });
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    this.#isLooking = true;
    while (this.#doubts.size > 0) {
      const doubts = this.#doubts;
      this.#doubts = new Map();
      const lost = await this.#lostOf(doubts);
      for (const [pid, { resolve }] of doubts) resolve(lost.has(pid));
    }
    this.#isLooking = false;
  }

  async #lostOf(doubts: ReadonlyMap<number, Doubt>): Promise<ReadonlySet<number>> {
    const silent = (pid: number): boolean => doubts.get(pid)?.isSilent() === true;
    const client = newClient(this.#options.url);
    client.on('error', () => {});
    try {
      await client.connect();
      const before = await this.#seen(client, [...doubts.keys()]);
      await pause(ARRIVAL_MS);
      const after = await this.#seen(client, [...doubts.keys()]);
      // lets the sockets read bytes that have arrived, before `isSilent` is asked
      await new Promise((resolve) => setImmediate(resolve));
      const lost = after.filter((now) => silent(now.pid) && isDone(now, before)).map(({ pid }) => pid);
      if (lost.length > 0) await ask(client, END, [idsOf(lost), this.#options.name]);
      return new Set(lost);
    } catch (error) {
      // a refusal is an answer: the database can be reached, and may still answer the others
      return new Set(sqlStateOf(error) === undefined ? [...doubts.keys()].filter(silent) : []);
    } finally {
      client.end().catch(() => {});
    }
  }

  #seen(client: Client, pids: readonly number[]): Promise<Seen[]> {
    return ask<Seen>(client, LOOK, [idsOf(pids), this.#options.name]);
  }
}

/** It has ended, or has done nothing for as long as an answer takes. */
function isDone({ pid, state, since }: Seen, before: readonly Seen[]): boolean {
  if (state === null) return true;
  return state.startsWith('idle') && before.some((one) => one.pid === pid && one.since === since);
}

function idsOf(pids: readonly number[]): string {
  return `{${pids.join(',')}}`;
}
