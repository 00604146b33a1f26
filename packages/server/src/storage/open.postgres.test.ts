import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../lib/secret.ts';
import { row, storageConformance } from './conformance.ts';
import { openStorage, probeDatabase, type Storage } from './index.ts';
import { openTestStorage } from './testing.ts';
import { PostgresCluster } from './testing-cluster.ts';

storageConformance('in PostgreSQL', (options) => openTestStorage(options));

describe('a PostgreSQL database', () => {
  let cluster: PostgresCluster;
  beforeAll(async () => {
    cluster = await PostgresCluster.start();
  });
  afterAll(() => cluster.stop());

  const insert = (storage: Storage, id: string) => storage.db.insertInto('message').values(row(id)).execute();
  const ids = async (storage: Storage): Promise<string[]> => {
    const rows = await storage.db.selectFrom('message').select('id').orderBy('id').execute();
    return rows.map(({ id }) => id);
  };

  it('gets its tables once when several servers start at the same time', { timeout: 30_000 }, async () => {
    const url = await cluster.create();
    const servers = await Promise.all([1, 2, 3].map(() => openStorage({ url, dataKey: 'k' })));
    await Promise.all(servers.map((storage, n) => insert(storage, `m${n}`)));
    expect(new Set(servers.map(({ id }) => id)).size).toBe(1);
    for (const storage of servers) expect(await ids(storage)).toEqual(['m0', 'm1', 'm2']);
    await Promise.all(servers.map((storage) => storage.close()));
  });

  it('is refused to a server with another sealing key', async () => {
    const url = await cluster.create();
    await (await openStorage({ url, dataKey: 'k' })).close();
    await expect(openStorage({ url, dataKey: 'other' })).rejects.toMatchObject({
      code: 'storage.foreign',
      message: expect.stringContaining('another sealing key'),
      hint: expect.stringContaining('--key-file'),
    });
    await (await openStorage({ url, dataKey: 'k' })).close();
  });

  it('has an id that is part of its data, and refuses a data directory that belongs to another one', async () => {
    const [url, other, empty] = [await cluster.create(), await cluster.create(), await cluster.create()];
    const { id, close } = await openStorage({ url, dataKey: 'k' });
    await close();
    const again = await openStorage({ url, dataKey: 'k', databaseId: id });
    expect(again.id).toBe(id);
    await again.close();
    await (await openStorage({ url: other, dataKey: 'k' })).close();
    for (const [place, message] of [
      [other, /an older one with the same key/],
      [empty, /an empty one/],
    ] as const) {
      await expect(openStorage({ url: place, dataKey: 'k', databaseId: id })).rejects.toMatchObject({
        code: 'storage.foreign',
        message: expect.stringMatching(message),
        hint: expect.any(String),
      });
    }
    // it was refused before any table was created
    expect(await cluster.run(empty, `select from pg_tables where schemaname = 'public'`)).toEqual([]);
  });

  it('is refused when its encoding is not UTF8, or its user may not create tables', async () => {
    const url = await cluster.create();
    await cluster.run(url, `create database latin encoding 'LATIN1' locale 'C' template template0`);
    const latin = new Secret(url.reveal().replace(/fg_\d+$/, 'latin'));
    await expect(openStorage({ url: latin, dataKey: 'k' })).rejects.toMatchObject({
      message: expect.stringContaining('LATIN1'),
      hint: expect.stringContaining('--encoding=UTF8'),
    });
    await cluster.run(url, `create role reader login password 'r'; revoke create on schema public from public`);
    const reader = new Secret(url.reveal().replace(/\/\/[^@]+@/, '//reader:r@'));
    await expect(openStorage({ url: reader, dataKey: 'k' })).rejects.toMatchObject({
      code: 'storage.unreadable',
      hint: expect.stringContaining('GRANT CREATE'),
    });
  });

  it('is refused when a newer version of the program wrote it', async () => {
    const url = await cluster.create();
    await (await openStorage({ url, dataKey: 'k' })).close();
    await cluster.run(url, `insert into kysely_migration (name, timestamp) values ('9999-future', '2030')`);
    await expect(openStorage({ url, dataKey: 'k' })).rejects.toMatchObject({
      code: 'storage.schema',
      hint: expect.any(String),
    });
  });

  it('may hold several servers in schemas of their own', async () => {
    const url = await cluster.create();
    await cluster.run(url, 'create schema one; create schema two');
    const inSchema = (name: string) => new Secret(`${url.reveal()}?options=-csearch_path%3D${name}`);
    const [one, two] = await Promise.all(
      ['one', 'two'].map((name) => openStorage({ url: inSchema(name), dataKey: name })),
    );
    if (one === undefined || two === undefined) throw new Error('not opened');
    await insert(one, 'a');
    expect([await ids(one), await ids(two)]).toEqual([['a'], []]);
    await Promise.all([one.close(), two.close()]);
  });

  it.each<[string, (url: string) => string, RegExp, RegExp]>([
    ['a wrong password', (url) => url.replace('pw-of', 'pw-0f'), /password authentication failed/, /the password/],
    ['no password', (url) => url.replace(/:pw-of[^@]+@/, '@'), /password must be/, /wants a password/],
    [
      'a database that does not exist',
      (url) => url.replace(/fg_\d+$/, 'nowhere'),
      /"nowhere" does not exist/,
      /createdb/,
    ],
    [
      'a server that does not listen',
      (url) => url.replace(/@[^/]+/, '@127.0.0.1:1'),
      /ECONNREFUSED/,
      /No server listens/,
    ],
    ['a host that does not exist', (url) => url.replace(/@[^/]+/, '@host.invalid'), /host\.invalid/, /host of the URL/],
    ['a socket that does not exist', (url) => url.replace(/@[^/]+/, '@%2Fnowhere'), /ENOENT/, /no socket/],
    ['TLS where there is none', (url) => `${url}?sslmode=no-verify`, /does not support SSL/, /Turn TLS on/],
    ['a URL that is none', (url) => url.replace(/@[^/]+/, '@['), /it is not a valid URL/, /postgres:\/\/user@host/],
  ])('reports %s and what to do, and never the password', async (_, change, message, hint) => {
    const url = new Secret(change((await cluster.create()).reveal()));
    const error: unknown = await openStorage({ url, dataKey: 'k' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'storage.unreadable',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
    const reported = JSON.stringify([
      error,
      String(error),
      Object.entries(error as object),
      String((error as Error).stack),
    ]);
    expect(reported).not.toMatch(/pw-0?o?f-the/);
    expect((error as Error).cause).toBeUndefined();
  });

  it('keeps texts with every character, and sorts them by their bytes', async () => {
    const storage = await openStorage({ url: await cluster.create(), dataKey: 'k' });
    const texts = ['B', 'a', 'ab', 'a b', 'a\0', '\uF8F0', '\uF8F00', 'Ä', '键', '😀'];
    await Promise.all(texts.map((id) => insert(storage, id)));
    const byBytes = [...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const stored = await ids(storage);
    expect(stored).toHaveLength(texts.length);
    expect(new Set(stored)).toEqual(new Set(texts));
    const plain = (all: string[]) => all.filter((text) => !/[\0\uF8F0]/.test(text));
    expect(plain(stored)).toEqual(plain(byBytes));
    await storage.close();
  });

  it('keeps rows out of its errors', async () => {
    const storage = await openStorage({ url: await cluster.create(), dataKey: 'k' });
    const bad = { ...row('x'), attributes: 'sealed-secret', state: 'odd' as never };
    const error: unknown = await storage.db
      .insertInto('message')
      .values(bad)
      .execute()
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: '23514', message: expect.stringContaining('message_state_check') });
    expect(JSON.stringify(error) + Object.values(error as object).join()).not.toContain('sealed-secret');
    await storage.close();
  });

  it('reports its health', async () => {
    const storage = await openStorage({ url: await cluster.create(), dataKey: 'k' });
    expect(await storage.check()).toEqual({
      ok: true,
      detail: expect.stringMatching(/^database fg_\d+ of .*, version \d+.*, \d+ MB, a commit takes \d+\.\d ms$/),
    });
    await storage.close();
  });

  it('is looked at before a server is started with it, and while one works on it', async () => {
    const url = await cluster.create();
    expect(await probeDatabase(url, undefined)).toEqual({
      ok: true,
      detail: expect.stringMatching(/ ms; it is empty$/),
    });
    expect(await cluster.run(url, `select from pg_tables where schemaname = 'public'`)).toEqual([]);
    const storage = await openStorage({ url, dataKey: 'k' });
    expect(await probeDatabase(url, storage.id)).toEqual({ ok: true, detail: expect.stringMatching(/ ms$/) });
    expect(await probeDatabase(url, 'another')).toEqual({
      ok: false,
      detail: expect.stringContaining('does not belong to this data directory'),
      hint: expect.any(String),
    });
    await cluster.run(
      url,
      `create role looker login password 'l'; revoke create on schema public from public;
      grant select on all tables in schema public to looker`,
    );
    const looker = new Secret(url.reveal().replace(/\/\/[^@]+@/, '//looker:l@'));
    expect(await probeDatabase(looker, undefined)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('may not make tables'),
      hint: expect.stringContaining('GRANT CREATE'),
    });
    await storage.close();
    const wrong = new Secret(url.reveal().replace('pw-of', 'pw-0f'));
    expect(await probeDatabase(wrong, undefined)).toMatchObject({
      ok: false,
      hint: expect.stringContaining('password'),
    });
  });

  it('makes do with the connections that its user may have', async () => {
    const url = await cluster.create();
    await cluster.run(
      url,
      `create role limited login password 'l' connection limit 3; grant all on schema public to limited`,
    );
    const reported: string[] = [];
    const storage = await openStorage({
      url: new Secret(url.reveal().replace(/\/\/[^@]+@/, '//limited:l@')),
      dataKey: 'k',
      onConnection: (state) => reported.push(state),
    });
    const all = Array.from({ length: 50 }, (_, n) => `m${n}`);
    await Promise.all(all.map((id) => insert(storage, id)));
    expect(await ids(storage)).toHaveLength(50);
    expect(reported).toEqual([]);
    await storage.close();
  });

  it('refuses statements after it was closed', async () => {
    const storage = await openStorage({ url: await cluster.create(), dataKey: 'k' });
    await storage.close();
    await expect(sql`select 1`.execute(storage.db)).rejects.toThrow(/closed|destroyed/);
  });
});
