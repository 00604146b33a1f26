import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANY_PORTS, ROOT, runCli, TestServer } from '../server.ts';
import { makeEarlierData } from './upgrade/earlier-data.ts';

/** Data of earlier releases, one archive for each: made with FGS_MAKE_DATA=<name of the release>, and never again. */
const ARCHIVES = join(ROOT, 'tests/e2e/upgrade');
const { FGS_MAKE_DATA: made } = process.env;
if (made !== undefined) await makeEarlierData(join(ARCHIVES, `data-${made}.tar.gz`));
const releases = (await readdir(ARCHIVES)).filter((name) => name.endsWith('.tar.gz'));

describe.each(releases)('%s', (archive) => {
  let folder: string;
  let server: TestServer;

  async function fgs(line: string): Promise<string> {
    const { exitCode, stdout, stderr } = await server.fgs(line.split(' '));
    expect(exitCode, stderr).toBe(0);
    return stdout.toString();
  }

  /** A new data directory with the data of that release. */
  async function restore(name: string): Promise<string> {
    const place = join(folder, name);
    const restored = await runCli(['backup', 'restore', join(folder, 'backup'), '--data-dir', join(place, 'data')], {});
    expect(restored.exitCode, restored.stderr).toBe(0);
    return place;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fgs-upgrade-'));
    execFileSync('tar', ['-xzf', join(ARCHIVES, archive), '-C', folder]);
    server = await TestServer.start({ folder: await restore('upgraded') });
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('runs its functions, with their variables, versions and aliases', async () => {
    expect(await fgs('functions invoke kept')).toContain('{"said":"the newest"}');
    expect(await fgs('functions invoke kept --qualifier !live')).toContain('{"said":"version one"}');
    expect(await fgs('triggers list kept')).toContain('TIMER');
  });

  it('runs its flows, and has its objects and its topics', async () => {
    expect(await fgs('flows start ask --wait')).toContain('"said":"the newest"');
    expect(await fgs('flows runs list ask')).toContain('success');
    expect(await fgs('buckets get kept-files a/b.txt')).toContain('kept bytes');
    expect(await fgs('topics list')).toContain('kept-news');
  });

  it('takes changes, and passes the check of the data directory', async () => {
    await fgs('versions publish kept --name v2');
    expect(await fgs('functions invoke kept --qualifier v2')).toContain('{"said":"the newest"}');
    expect(await fgs('check')).not.toMatch(/^fail/m);
  });

  it('is refused, and left as it is, by a release before the one that changed it', async () => {
    const dataDir = join(await restore('newer'), 'data');
    const file = join(dataDir, 'funcgraph.db');
    // what a release with one more step leaves
    const database = new Database(file);
    database.prepare('insert into kysely_migration (name, timestamp) values (?, ?)').run('9999-later', '2099-01-01');
    database.close();
    const contents = (): unknown[] => {
      const opened = new Database(file, { readonly: true });
      try {
        const tables = opened.prepare("select name, sql from sqlite_master where type = 'table'").all();
        return [tables, opened.prepare('select name from kysely_migration order by name').all()];
      } finally {
        opened.close();
      }
    };
    const before = contents();
    const { exitCode, stderr } = await runCli(['start', '--data-dir', dataDir, ...ANY_PORTS], {});
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('An older version of the program cannot read a database that a newer version wrote.');
    expect(contents()).toEqual(before);
  });

  it('can be had again from the backup that was made before the update', async () => {
    await using before = await TestServer.start({ folder: await restore('rolled-back') });
    const { stdout } = await before.fgs(['versions', 'list', 'kept']);
    expect(stdout.toString()).toContain('v1');
    expect(stdout.toString()).not.toContain('v2');
  });
});
