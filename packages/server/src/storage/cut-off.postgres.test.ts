import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../lib/manual-clock.ts';
import { Secret } from '../lib/secret.ts';
import { BEAT_MS, EXPIRY_MS } from './cluster/heartbeat-times.ts';
import { row } from './conformance.ts';
import { Membership, openStorage, type Storage } from './index.ts';
import { newPlace } from './testing.ts';
import { runSql } from './testing-cluster.ts';
import { TestLine } from './testing-line.ts';

const PATIENCE = { timeout: 120_000, interval: 20 };
/** What waited for a lost answer itself, or for TCP, would fail the test: the database is asked after some seconds. */
const NEVER_MS = 24 * 3_600_000;
/** A transaction that the test holds does not end by itself before that. */
const HELD_MS = 300_000;

let folder: string;
let url: Secret;
let lines: TestLine[];
let opened: Storage[];
let states: string[];
/** Ends the transactions that a test holds. */
let releases: (() => void)[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fg-line-'));
  url = new Secret(await newPlace(''));
  lines = [];
  opened = [];
  states = [];
  releases = [];
});
afterEach(async () => {
  for (const line of lines) await line.close();
  for (const release of releases) release();
  for (const storage of opened) await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

async function openBy(way: Secret, maxTransactionMs = 10_000): Promise<Storage> {
  const storage = await openStorage({
    url: way,
    dataKey: 'tests',
    maxTransactionMs,
    mostAnswerMs: NEVER_MS,
    onConnection: (state) => states.push(state),
  });
  opened.push(storage);
  return storage;
}

/** A storage on a way of its own, which the test stops. */
async function openByLine(maxTransactionMs?: number): Promise<{ readonly line: TestLine; readonly storage: Storage }> {
  const { line, url: way } = await TestLine.open(url, folder);
  lines.push(line);
  return { line, storage: await openBy(way, maxTransactionMs) };
}

const sessionsOf = async ({ signals }: Storage, condition = 'true'): Promise<number> => {
  const name = signals?.sessionName ?? '';
  return (await runSql(url, `select from pg_stat_activity where application_name = '${name}' and ${condition}`)).length;
};
const transactionsOf = (storage: Storage) => sessionsOf(storage, 'xact_start is not null');
const insert = ({ db }: Storage, id: string) => db.insertInto('message').values(row(id)).execute();
const ids = async ({ db }: Storage): Promise<string[]> =>
  (await db.selectFrom('message').select('id').orderBy('id').execute()).map(({ id }) => id);

describe('a server whose packets to PostgreSQL are lost', () => {
  interface Server {
    readonly storage: Storage;
    readonly membership: Membership;
    readonly clock: ManualClock;
    readonly denied: string[];
  }
  /** A server whose own time stands still. */
  async function joined(storage: Storage, home: string): Promise<Server> {
    const clock = new ManualClock();
    const denied: string[] = [];
    const membership = await Membership.join({
      ...{ storage, home, place: home, name: home, version: '1', clock },
      // one that is cut off gets no answer
      onError: () => {},
      onConflict: () => {},
      onDenied: (server) => denied.push(server),
    });
    return { storage, membership, clock, denied };
  }
  /** Opens a transaction that never ends by itself, and holds the turn of all. */
  const holdTurn = async (storage: Storage): Promise<void> => {
    let begun: () => void = () => {};
    const isOpen = new Promise<void>((resolve) => {
      begun = resolve;
    });
    storage.db
      .transaction()
      .execute(async (tx) => {
        await tx.insertInto('message').values(row('open')).execute();
        begun();
        await new Promise((_, reject) => releases.push(() => reject(new Error('the test is over'))));
      })
      .catch(() => {});
    await isOpen;
    // shorter ones of a slow server end by themselves
    const isOld = `xact_start < clock_timestamp() - interval '1 second'`;
    await expect.poll(() => sessionsOf(storage, isOld), PATIENCE).toBe(1);
  };
  /** Lets the other one find that the server has expired. */
  const expire = async ({ membership }: Server, by: Server): Promise<void> => {
    const { id } = membership;
    const find = async (): Promise<unknown> => {
      await runSql(url, `update server set expires_at = 1 where id = '${id}'`);
      by.clock.advance(BEAT_MS);
      await by.membership.look();
      return runSql(url, `select from server where id = '${id}'`);
    };
    for (let ms = 0; ms <= EXPIRY_MS; ms += BEAT_MS) await find();
    await expect.poll(find, PATIENCE).toEqual([]);
  };

  it('keeps no transaction, and no lock, once another one finds that it has expired, but other sessions', async () => {
    const { line, storage } = await openByLine(HELD_MS);
    const lost = await joined(storage, 'lost');
    const heir = await joined(await openBy(url), 'heir');
    await holdTurn(storage);
    line.stop();
    expect(await sessionsOf(storage)).toBeGreaterThan(1);
    await expire(lost, heir);
    await expect.poll(() => transactionsOf(storage), PATIENCE).toBe(0);
    expect(await sessionsOf(storage)).toBeGreaterThan(0);
    await heir.storage.db.transaction().execute((tx) => tx.insertInto('message').values(row('after')).execute());
    expect(await ids(heir.storage)).toEqual(['after']);
    expect(await sessionsOf(heir.storage)).toBeGreaterThan(1);
    expect(heir.denied).toEqual([]);
  });

  it('keeps none either once a new process has started on its data directory', async () => {
    const { line, storage } = await openByLine(HELD_MS);
    await joined(storage, 'same');
    await holdTurn(storage);
    line.stop();
    const again = await openBy(url);
    await joined(again, 'same');
    await expect.poll(() => transactionsOf(storage), PATIENCE).toBe(0);
    expect(await sessionsOf(again)).toBeGreaterThan(1);
  });

  it('is removed also by one that has no right to end its sessions, which reports it', async () => {
    const user = `other_${process.pid}_${Date.now()}`;
    await runSql(url, `create role ${user} login password 'pw'`);
    await runSql(
      url,
      `grant all on schema public to ${user}; grant all on all tables in schema public to ${user};
      grant all on all sequences in schema public to ${user}`,
    );
    const { line, storage } = await openByLine();
    const lost = await joined(storage, 'lost');
    const heir = await joined(await openBy(new Secret(url.reveal().replace(/\/\/[^@]*@/, `//${user}:pw@`))), 'heir');
    line.stop();
    await expire(lost, heir);
    expect(heir.denied).toContain('lost');
    expect(await sessionsOf(storage)).toBeGreaterThan(1);
  });
});

describe('the answer to a commit that is lost on its way', () => {
  it('is looked up, so that the caller gets the result, and the session ends', async () => {
    const { line, storage } = await openByLine();
    await insert(storage, 'before');
    const stopped = line.stopAfter('commit');
    const written = insert(storage, 'committed');
    await stopped;
    await written;
    expect(await ids(storage)).toEqual(['before', 'committed']);
    await expect.poll(() => states.at(-1), PATIENCE).toBe('back');
  });

  it('and that to a statement before it, too, whose transaction is then stored once', async () => {
    const { line, storage } = await openByLine();
    await insert(storage, 'before');
    const stopped = line.stopAfter('begin');
    const written = insert(storage, 'again');
    await stopped;
    await written;
    expect(await ids(storage)).toEqual(['again', 'before']);
  });

  it('is not given up while the database works on it', async () => {
    const { storage } = await openByLine();
    const answer = await sql<{ slept: string }>`select pg_sleep(8)::text as slept`.execute(storage.db);
    expect(answer.rows).toEqual([{ slept: '' }]);
    expect(states).toEqual([]);
  });

  it('means that the database is unavailable when new sessions get no answer either', async () => {
    const { line, storage } = await openByLine();
    await insert(storage, 'before');
    line.stop();
    const written = insert(storage, 'meanwhile').catch((error: unknown) => error);
    await expect.poll(() => states, PATIENCE).toContain('lost');
    line.resume();
    await expect.poll(() => states.at(-1), PATIENCE).toBe('back');
    // repeated, or refused when it took too long; never both
    const result = await written;
    expect(await ids(storage)).toEqual(result instanceof Error ? ['before'] : ['before', 'meanwhile']);
  });
});
