import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Secret } from '../lib/secret.ts';
import { row } from './conformance.ts';
import { openStorage, type Storage } from './index.ts';
import { PostgresCluster } from './testing-cluster.ts';

const PATIENCE = { timeout: 120_000, interval: 20 };

describe('a PostgreSQL database that becomes unavailable', () => {
  let cluster: PostgresCluster;
  let url: Secret;
  let storage: Storage;
  let reported: string[];
  beforeAll(async () => {
    cluster = await PostgresCluster.start();
    // one for all: after a crash PostgreSQL syncs every file that it has before it starts
    url = await cluster.create();
  });
  afterAll(() => cluster.stop());

  const insert = (storage: Storage, id: string) => storage.db.insertInto('message').values(row(id)).execute();
  const ids = async (storage: Storage): Promise<string[]> => {
    const rows = await storage.db.selectFrom('message').select('id').orderBy('id').execute();
    return rows.map(({ id }) => id);
  };
  const backends = `from pg_stat_activity where application_name like 'funcgraph %' and datname = current_database()`;
  const open = async (): Promise<void> => {
    await cluster.run(url, 'drop schema public cascade; create schema public');
    reported = [];
    storage = await openStorage({
      url,
      dataKey: 'k',
      onConnection: (state) => reported.push(state),
    });
  };
  const cut = () => cluster.run(url, `select pg_terminate_backend(pid) ${backends}`);
  const refusal = { code: 'unavailable' };

  it('makes calls wait a little, and has every acknowledged write after reconnecting', async () => {
    await open();
    await insert(storage, 'before');
    await cut();
    await expect.poll(() => reported, PATIENCE).toContain('lost');
    await insert(storage, 'meanwhile');
    expect(reported).toEqual(['lost', 'back']);
    expect(await ids(storage)).toEqual(['before', 'meanwhile']);
    await storage.close();
  });

  it('repeats interrupted calls that were not stored', async () => {
    await open();
    await cluster.run(
      url,
      `create function slow() returns trigger language plpgsql as
      'begin perform pg_sleep(0.3); return new; end'; create trigger slow before insert on message
      for each row when (new.id = 'slow') execute function slow()`,
    );
    const under = Promise.all(['a', 'slow', 'b'].map((id) => insert(storage, id)));
    await expect
      .poll(() => cluster.run(url, `select 1 ${backends} and wait_event = 'PgSleep'`), PATIENCE)
      .toHaveLength(1);
    await cut();
    await under;
    await expect.poll(() => reported, PATIENCE).toEqual(['lost', 'back']);
    expect(await ids(storage)).toEqual(['a', 'b', 'slow']);
    await storage.close();
  });

  describe('while a commit is on its way', () => {
    /** Commits reach the disk but are not acknowledged before a standby has them, too. No standby exists. */
    const holdCommits = async (): Promise<void> => {
      await cluster.run(url, `alter system set synchronous_standby_names = 'nobody'`);
      await cluster.run(url, 'select pg_reload_conf()');
      // sessions have the setting before commits wait: the checkpointer must have read it, too
      await expect
        .poll(() => {
          cluster.run(url, `select pg_logical_emit_message(true, 'probe', '')`).catch(() => {});
          return cluster.run(url, `select from pg_stat_activity where wait_event = 'SyncRep'`);
        }, PATIENCE)
        .not.toEqual([]);
    };
    const letGo = async (): Promise<void> => {
      await cluster.run(url, 'alter system reset synchronous_standby_names');
      await cluster.run(url, 'select pg_reload_conf()');
    };
    // a test that failed must not stop the others
    afterEach(letGo);
    const held = () =>
      expect.poll(() => cluster.run(url, `select 1 ${backends} and wait_event = 'SyncRep'`), PATIENCE).not.toEqual([]);
    /** Makes commits slow: they are not stored before the delay has passed, in which `asleep` must find them. */
    const slowCommits = () =>
      cluster.run(
        url,
        `create function late() returns trigger language plpgsql as
        'begin perform pg_sleep(2); return new; end'; create constraint trigger late after insert on message
        deferrable initially deferred for each row execute function late()`,
      );
    const asleep = () =>
      expect.poll(() => cluster.run(url, `select 1 ${backends} and wait_event = 'PgSleep'`), PATIENCE).not.toEqual([]);
    const inTransaction = (id: string) =>
      storage.db.transaction().execute((trx) => trx.insertInto('message').values(row(id)).execute());

    it('answers interrupted calls that were stored, and does not store them twice', async () => {
      await open();
      await holdCommits();
      const statements = Promise.all(['a', 'b'].map((id) => insert(storage, id)));
      await held();
      await cut();
      await letGo();
      expect(await statements).toMatchObject([[{ numInsertedOrUpdatedRows: 1n }], [{ numInsertedOrUpdatedRows: 1n }]]);
      await holdCommits();
      const transaction = inTransaction('c');
      await held();
      await cut();
      await letGo();
      await transaction;
      expect(await ids(storage)).toEqual(['a', 'b', 'c']);
      await storage.close();
    });

    it('repeats interrupted calls that were not stored, except for transactions, which are refused', async () => {
      await open();
      await slowCommits();
      const statements = Promise.all(['a', 'b'].map((id) => insert(storage, id)));
      await asleep();
      await cut();
      await statements;
      const transaction = inTransaction('c');
      transaction.catch(() => {});
      await asleep();
      await cut();
      await expect(transaction).rejects.toMatchObject(refusal);
      expect(await ids(storage)).toEqual(['a', 'b']);
      await storage.close();
    });

    it('rejects callers that need not wait for it, and ends it after reconnecting', async () => {
      await open();
      await holdCommits();
      const stored = insert(storage, 'a');
      const impatient = storage.unlessUnavailable(stored);
      await held();
      await cluster.kill('SIGKILL');
      await expect(impatient).rejects.toMatchObject(refusal);
      await expect(storage.unlessUnavailable(new Promise(() => {}))).rejects.toMatchObject(refusal);
      expect(await storage.unlessUnavailable(Promise.resolve('done'))).toBe('done');
      await cluster.boot();
      await letGo();
      await stored;
      expect(await ids(storage)).toEqual(['a']);
      await storage.close();
    });

    it('does not leave it unanswered when the storage is closed', async () => {
      await open();
      await holdCommits();
      const stored = insert(storage, 'a');
      await held();
      await cluster.kill('SIGQUIT');
      try {
        await expect.poll(() => reported, PATIENCE).toContain('lost');
        await storage.close();
        await expect(stored).rejects.toMatchObject(refusal);
      } finally {
        await cluster.boot();
        await letGo();
      }
    });
  });

  it('never runs the rest of a broken transaction outside of it', async () => {
    await open();
    const broken = storage.db.transaction().execute(async (trx) => {
      await trx.insertInto('message').values(row('in')).execute();
      await cut();
      await expect.poll(() => reported, PATIENCE).toContain('lost');
      await trx
        .insertInto('message')
        .values(row('rest'))
        .execute()
        .catch(() => {});
      await trx.insertInto('message').values(row('more')).execute();
    });
    await expect(broken).rejects.toMatchObject(refusal);
    await insert(storage, 'after');
    expect(await ids(storage)).toEqual(['after']);
    await storage.close();
  });

  it('does not report a transaction as committed when it was not', async () => {
    await open();
    const careless = storage.db.transaction().execute(async (trx) => {
      await trx.insertInto('message').values(row('a')).execute();
      await trx
        .insertInto('message')
        .values(row('a'))
        .execute()
        .catch(() => {});
    });
    await expect(careless).rejects.toThrow(/^Transaction was rolled back/);
    expect(reported).toEqual([]);
    expect(await ids(storage)).toEqual([]);
    await storage.close();
  });

  it('is refused at once after a while, and reconnects by itself when the database is back', async () => {
    await open();
    await insert(storage, 'a');
    await cluster.kill('SIGQUIT');
    try {
      await expect(insert(storage, 'waits')).rejects.toMatchObject(refusal);
      // the first statement waits for 3 s; a busy machine makes a refusal slower, never faster
      const refused = async (): Promise<number> => {
        const begin = performance.now();
        await expect(insert(storage, 'at once')).rejects.toMatchObject(refusal);
        return performance.now() - begin;
      };
      await expect.poll(refused, { timeout: 120_000 }).toBeLessThan(2_000);
      expect(await storage.check()).toMatchObject({ ok: false, hint: expect.any(String) });
    } finally {
      await cluster.boot();
    }
    await expect.poll(() => reported.at(-1), PATIENCE).toBe('back');
    await insert(storage, 'b');
    expect(await ids(storage)).toEqual(['a', 'b']);
    await storage.close();
  });

  it('can be closed while the database is unavailable', async () => {
    await open();
    await cluster.kill('SIGQUIT');
    try {
      await expect.poll(() => reported, PATIENCE).toContain('lost');
      const waiting = insert(storage, 'a');
      const closed = storage.close();
      await expect(waiting).rejects.toMatchObject(refusal);
      await closed;
    } finally {
      await cluster.boot();
    }
  });
});
