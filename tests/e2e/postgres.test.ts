import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Secret } from '../../packages/server/src/lib/secret.ts';
import { findPostgres, PostgresCluster } from '../../packages/server/src/storage/testing-cluster.ts';
import { project } from '../functions.ts';
import { ANY_PORTS, type ProgramRun, runCli, TestServer } from '../server.ts';

/** Several servers start in it, one after another. */
const AS_ROOT = ['--root-without-isolation', 'allow'];

describe.skipIf(findPostgres() === undefined)('a server with PostgreSQL', () => {
  let cluster: PostgresCluster;
  let folder: string;
  let url: Secret;
  let server: TestServer;
  beforeAll(async () => {
    cluster = await PostgresCluster.start();
    folder = mkdtempSync(join(tmpdir(), 'funcgraph-pg-'));
    url = await cluster.create();
    server = await TestServer.start({ database: url, args: ['--sandbox', 'process'] });
  });
  afterAll(async () => {
    await server?.stop();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const passwordOf = ({ password }: URL): string => decodeURIComponent(password);
  const start = (env: NodeJS.ProcessEnv, ...args: string[]) => {
    const places = ['--data-dir', join(folder, 'fresh'), ...ANY_PORTS, '--sandbox', 'process', ...AS_ROOT];
    return runCli(['start', ...places, ...args], env);
  };

  it.each<[string, number, (url: string) => string, RegExp]>([
    ['what is no URL', 2, () => 'db:5432', /not the URL of a PostgreSQL database.*hint: .*postgres:\/\/user@host/s],
    ['a wrong password', 1, (text) => text.replace('pw-of', 'pw-0f'), /authentication failed.*hint: .*the password/s],
    ['no server', 1, (text) => text.replace(/@[^/]+/, '@127.0.0.1:1'), /ECONNREFUSED.*hint: No server listens there/s],
    ['no database', 1, (text) => text.replace(/fg_\d+$/, 'nowhere'), /does not exist.*hint: .*createdb/s],
  ])('says at the start what is wrong with %s, with exit code %i', async (_, exitCode, change, message) => {
    const text = change(url.reveal());
    const run = await start({ FGS_DATABASE_URL: text });
    expect(run.exitCode).toBe(exitCode);
    expect(run.stderr).toMatch(message);
    expect(run.stderr + run.stdout).not.toMatch(/pw-0?o?f-the/);
  });

  it('takes no password on the command line', async () => {
    const run = await start({}, '--database-url', url.reveal());
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/every user of the machine.*--database-url-file/s);
  });

  it('shares its database with no server that has another key, whether it runs or not', async () => {
    const whileItRuns = await start({ FGS_DATABASE_URL: url.reveal() });
    expect(whileItRuns.exitCode).toBe(1);
    expect(whileItRuns.stderr).toMatch(/begun with another sealing key.*hint: .*--key-file.*master\.key/s);
    await server.kill('SIGTERM');
    const after = await start({ FGS_DATABASE_URL: url.reveal() });
    expect(after.exitCode).toBe(1);
    expect(after.stderr).toMatch(/begun with another sealing key/);
    await server.restart();
  });

  it('goes on when a server is started on a copy of its data directory, which is refused', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'funcgraph-copy-'));
    await promisify(execFile)('cp', ['-a', server.dataDir, join(copy, 'data')]);
    const starting = TestServer.start({ folder: copy, database: url, args: ['--sandbox', 'process'] });
    await expect(starting).rejects.toMatchObject({
      reply: {
        code: 'storage.locked',
        message: 'another server with a copy of this data directory is running',
        hint: expect.stringContaining('a data directory of its own'),
      },
    });
    const { status } = await server.api.call('listFunctions', { params: project(server) });
    expect(status).toBe(200);
    // its own next start does not wait for the membership of the killed one
    await server.kill('SIGKILL');
    const seen = server.log.length;
    await server.restart();
    expect(server.log.slice(seen)).not.toContain('may run elsewhere');
  });

  it('never begins an empty database beside its own', async () => {
    await server.kill('SIGTERM');
    const toSqlite = await server.startSecond({ args: ['--sandbox', 'process'] });
    expect(toSqlite.reply).toMatchObject({
      code: 'storage.foreign',
      message: expect.stringContaining('is in a PostgreSQL database'),
      hint: expect.stringContaining('--database-url'),
    });
    const elsewhere = await server.startSecond({ args: ['--sandbox', 'process'], database: await cluster.create() });
    expect(elsewhere.reply).toMatchObject({
      code: 'storage.foreign',
      message: expect.stringContaining('an empty one'),
    });
    await server.restart();
    await using sqlite = await TestServer.start({ args: ['--sandbox', 'process'] });
    await sqlite.kill('SIGTERM');
    const fromSqlite = await sqlite.startSecond({ args: ['--sandbox', 'process'], database: await cluster.create() });
    expect(fromSqlite.reply).toMatchObject({
      code: 'storage.foreign',
      message: expect.stringContaining('is in SQLite'),
    });
  });

  it('finds its database under another URL, which a file may hold', async () => {
    const moved = new URL(url.reveal());
    moved.search = '?connect_timeout=10';
    const file = join(folder, 'url');
    writeFileSync(file, `${moved.href}\n`, { mode: 0o600 });
    await server.kill('SIGTERM');
    const args = ['--data-dir', server.dataDir, ...ANY_PORTS, '--sandbox', 'process', ...AS_ROOT];
    const up = (): Promise<ProgramRun> => runCli(['up', '--once', ...args, '--database-url-file', file], {});
    expect(await up()).toMatchObject({ exitCode: 0 });
    const again = await up();
    expect(again.stdout.toString()).toContain('hello: already there');
    await server.restart();
  });

  it('is looked at by doctor, with and without a server', async () => {
    const look = async (env: NodeJS.ProcessEnv) => {
      const run = await runCli(['doctor', '--output', 'json'], env);
      const { checks } = JSON.parse(run.stdout.toString()) as { checks: { name: string; detail: string }[] };
      return { exitCode: run.exitCode, details: Object.fromEntries(checks.map(({ name, detail }) => [name, detail])) };
    };
    const good = /^database fg_\d+ of PostgreSQL at .*, version \d+.*, \d+ MB, a commit takes \d+\.\d ms$/;
    const both = await look({ FGS_DATA_DIR: server.dataDir, FGS_DATABASE_URL: url.reveal() });
    expect(both.details).toMatchObject({
      PostgreSQL: expect.stringMatching(good),
      'stored in': expect.stringMatching(good),
    });
    const bad = await look({
      FGS_DATA_DIR: join(folder, 'fresh'),
      FGS_DATABASE_URL: url.reveal().replace('fg_', 'fx_'),
    });
    expect(bad).toMatchObject({ exitCode: 1, details: { PostgreSQL: expect.stringContaining('does not exist') } });
  });

  it('prints its password nowhere', async () => {
    const password = passwordOf(new URL(url.reveal()));
    const doctor = await server.fgs(['doctor', '--output', 'json']);
    expect(doctor.stdout.toString()).toContain('PostgreSQL');
    const metrics = await (await fetch(`${server.endpoint}/metrics`)).text();
    for (const text of [server.log, doctor.stdout.toString(), doctor.stderr, metrics])
      expect(text).not.toContain(password);
  });
});
