import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Artifact, ArtifactStore } from '../artifacts/index.ts';
import { fakeZip } from '../artifacts/testing.ts';
import { bodyOf, openTestBuckets, testCaller, textOf } from '../services/buckets/testing.ts';
import { openDatabase } from '../startup/index.ts';
import type { Storage } from '../storage/index.ts';
import { checkData, createBackup, restoreBackup, rotateBackups, verifyBackup } from './index.ts';

const log = pino({ level: 'silent' });
let folder: string;
let dataDir: string;
let storage: Storage;
let artifacts: ArtifactStore;
let made = 0;

const open = async (dir: string): Promise<Storage> => {
  const { storage: opened, sealer } = await openDatabase({
    config: { dataDir: dir, databaseUrl: undefined, sealingKey: undefined },
    log,
    onDeath: () => {},
  });
  await opened.db
    .insertInto('domain')
    .values({ id: 'd', name: 'd', operator: 1 })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await opened.db
    .insertInto('iam_user')
    .values({
      id: 'u',
      domain_id: 'd',
      name: 'u',
      password_hash: '',
      description: '',
      enabled: 1,
      created_at: 0,
      sessions_from: 0,
      last_login_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await opened.db
    .insertInto('iam_access_key')
    .values({
      access_key: 'k',
      user_id: 'u',
      sealed_secret: sealer.seal('secret'),
      description: '',
      enabled: 1,
      created_at: 0,
      last_used_at: null,
      disabled_by: '',
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return opened;
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fgs-backup-'));
  dataDir = join(folder, 'data');
  artifacts = new ArtifactStore({ dir: join(dataDir, 'artifacts') });
  await artifacts.start();
  storage = await open(dataDir);
});
afterEach(async () => {
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

async function deploy(): Promise<Artifact> {
  made += 1;
  const { artifact, release } = await artifacts.put(fakeZip([{ name: 'index.js', data: `code ${made}` }]), {
    kind: 'zip',
  });
  const id = `f${made}`;
  await storage.db
    .insertInto('function')
    .values({ id, project_id: 'p', package: 'd', name: id, runtime: 'r', collected: 0, created_at: 0 })
    .execute();
  const code = {
    artifact_sha256: artifact.sha256,
    artifact_sha512: artifact.sha512,
    artifact_kind: 'zip',
    artifact_bytes: 1,
  };
  const rest = {
    revision: 1,
    config: '{}',
    sealed_env: null,
    artifact_file: null,
    modified_at: 0,
    description: '',
    image_id: null,
  };
  await storage.db
    .insertInto('function_version')
    .values({ function_id: id, version: 'latest', ...rest, ...code })
    .execute();
  release();
  return artifact;
}
async function remove(id: string): Promise<void> {
  const { artifact_sha256: sha256 } = await storage.db
    .selectFrom('function_version')
    .select('artifact_sha256')
    .where('function_id', '=', id)
    .executeTakeFirstOrThrow();
  await storage.db.deleteFrom('function_version').where('function_id', '=', id).execute();
  await storage.db.deleteFrom('function').where('id', '=', id).execute();
  await artifacts.release(sha256, async () => false);
}

describe('a folder of backups', () => {
  const at = (day: number): Date => new Date(Date.UTC(2026, 4, day, 2, 30));

  it('has the newest ones, each verified, and everything else that was in it', async () => {
    await deploy();
    const place = join(folder, 'backups');
    for (const day of [1, 2, 3]) await rotateBackups(dataDir, place, 2, at(day));
    writeFileSync(join(place, 'notes.txt'), 'mine');
    mkdirSync(join(place, 'funcgraph-20260502T000000Z.partial'));
    mkdirSync(join(place, 'funcgraph-20260504T020000Z.partial'));
    const made = await rotateBackups(dataDir, place, 2, at(4));
    expect(made).toMatchObject({ kept: 2, removed: ['funcgraph-20260502T023000Z'] });
    expect(readdirSync(place).sort()).toEqual([
      'funcgraph-20260503T023000Z',
      'funcgraph-20260504T020000Z.partial',
      'funcgraph-20260504T023000Z',
      'notes.txt',
    ]);
    expect(await verifyBackup(made.folder)).toMatchObject({ ok: true });
  });

  it('gives the space of killed backups back before it needs more, also when the new one fails', async () => {
    const artifact = await deploy();
    const place = join(folder, 'backups');
    mkdirSync(join(place, 'funcgraph-20260501T023000Z.partial'), { recursive: true });
    writeFileSync(join(dataDir, 'artifacts/blobs', artifact.sha256), 'damaged');
    await expect(rotateBackups(dataDir, place, 1, at(3))).rejects.toThrow();
    expect(readdirSync(place)).toEqual([]);
  });

  it('loses none when the new one cannot be restored', async () => {
    const artifact = await deploy();
    const place = join(folder, 'backups');
    await rotateBackups(dataDir, place, 1, at(1));
    writeFileSync(join(dataDir, 'artifacts/blobs', artifact.sha256), 'damaged');
    await expect(rotateBackups(dataDir, place, 1, at(2))).rejects.toThrow();
    expect(readdirSync(place)).toContain('funcgraph-20260501T023000Z');
  });
});

describe('a place where no folder can be made', () => {
  it('is refused at once for a backup, a folder of backups and a restored data directory', async () => {
    await deploy();
    const refusal = { code: 'ENOENT' };
    await expect(createBackup(dataDir, '/proc/of/team')).rejects.toMatchObject(refusal);
    await expect(rotateBackups(dataDir, '/proc/of/team', 1, new Date())).rejects.toMatchObject(refusal);
    await createBackup(dataDir, join(folder, 'whole'));
    await expect(restoreBackup(join(folder, 'whole'), '/proc/of/team')).rejects.toMatchObject(refusal);
  });
});

describe('a backup', { timeout: 60_000 }, () => {
  it('of a busy data directory can always be restored', async () => {
    for (let n = 0; n < 10; n += 1) await deploy();
    let busy = true;
    const work = (async () => {
      while (busy) {
        const oldest = made - 9;
        await deploy();
        await remove(`f${oldest}`);
      }
    })();
    for (let n = 0; n < 4; n += 1) {
      const target = join(folder, `backup-${n}`);
      await createBackup(dataDir, target);
      expect(await verifyBackup(target)).toMatchObject({ ok: true, faults: [] });
      expect(statSync(target).mode & 0o777).toBe(0o700);
    }
    busy = false;
    await work;
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
    const restored = join(folder, 'restored');
    // as a shell completes the name
    await restoreBackup(join(folder, 'backup-3'), `${restored}/`);
    expect((await checkData(restored)).filter(({ state }) => state === 'fail')).toEqual([]);
    const again = await open(restored);
    expect(await again.db.selectFrom('function').select('id').execute()).not.toHaveLength(0);
    await again.close();
  });

  it('that was changed, cut or robbed of its key is found out, and not restored', async () => {
    const { sha256 } = await deploy();
    const damages: [string, (target: string) => void, RegExp][] = [
      ['blob', (t) => writeFileSync(join(t, 'artifacts/blobs', sha256), 'other'), /was changed/],
      ['missing', (t) => rmSync(join(t, 'artifacts/blobs', sha256)), /is missing/],
      ['database', (t) => writeFileSync(join(t, 'funcgraph.db'), ''), /funcgraph.db was changed/],
      ['key', (t) => rmSync(join(t, 'master.key')), /master.key is missing/],
    ];
    for (const [name, damage, fault] of damages) {
      const target = join(folder, name);
      await createBackup(dataDir, target);
      damage(target);
      const { ok, faults } = await verifyBackup(target);
      expect([ok, faults.join()]).toEqual([false, expect.stringMatching(fault)]);
      await expect(restoreBackup(target, join(folder, 'restored'))).rejects.toMatchObject({ code: 'backup.damaged' });
    }
    expect(readdirSync(folder)).not.toContain('restored');
  });

  it('replaces nothing, and is not made without a file that is needed', async () => {
    const { sha256 } = await deploy();
    const target = join(folder, 'backup');
    await createBackup(dataDir, target);
    await expect(createBackup(dataDir, target)).rejects.toMatchObject({ code: 'backup.exists' });
    await expect(restoreBackup(target, dataDir)).rejects.toMatchObject({ code: 'backup.exists' });
    await expect(createBackup(join(folder, 'none'), join(folder, 'b'))).rejects.toMatchObject({
      code: 'backup.nothing',
    });
    rmSync(join(dataDir, 'artifacts/blobs', sha256));
    await expect(createBackup(dataDir, join(folder, 'b'))).rejects.toMatchObject({
      code: 'backup.incomplete',
      message: expect.stringContaining(sha256),
    });
    expect(readdirSync(folder).sort()).toEqual(['backup', 'data']);
  });
});

describe('objects of buckets', { timeout: 60_000 }, () => {
  const caller = testCaller();
  const ref = { bucket: 'photos', key: 'in parts' };
  const bucketsOf = (of: Storage, dir: string) => openTestBuckets({ over: { storage: of, dir: join(dir, 'buckets') } });
  const store = async (): Promise<string[]> => {
    const { buckets, files } = await bucketsOf(storage, dataDir);
    await buckets.createBucket(caller, 'photos');
    const uploadId = await buckets.createUpload(caller, { ...ref, content: {}, metadata: {} });
    const { etag } = await buckets.uploadPart(caller, { ...ref, uploadId, partNumber: 1, body: bodyOf('part') });
    await buckets.completeUpload(caller, { ...ref, uploadId, parts: [{ partNumber: 1, etag }] });
    await buckets.put(caller, { bucket: 'photos', key: 'whole', body: bodyOf('object'), content: {}, metadata: {} });
    return files();
  };

  it('are in a backup, whole, and come back with it', async () => {
    await store();
    const target = join(folder, 'backup');
    await createBackup(dataDir, target);
    expect(await verifyBackup(target)).toMatchObject({ ok: true, faults: [] });
    const restored = join(folder, 'restored');
    await restoreBackup(target, restored);
    const opened = await open(restored);
    const { buckets } = await bucketsOf(opened, restored);
    const read = async (key: string) => textOf((await buckets.get(caller, { bucket: 'photos', key })).bytes);
    expect([await read('in parts'), await read('whole')]).toEqual(['part', 'object']);
    await opened.close();
  });

  it('are checked by their content, and keep a backup from being made when they are damaged', async () => {
    const [file = '', other = ''] = await store();
    writeFileSync(join(dataDir, 'buckets/files', file), 'other');
    rmSync(join(dataDir, 'buckets/files', other));
    const faults = (await checkData(dataDir)).filter(({ name }) => name === 'stored files').map(({ detail }) => detail);
    expect(faults.sort()).toEqual([
      expect.stringMatching(/of bucket photos is (damaged|missing)/),
      expect.stringMatching(/of bucket photos is (damaged|missing)/),
    ]);
    await expect(createBackup(dataDir, join(folder, 'b'))).rejects.toMatchObject({ code: 'backup.damaged' });
  });
});

describe('a check of a data directory', { timeout: 60_000 }, () => {
  const faults = async (): Promise<string[]> =>
    (await checkData(dataDir)).filter(({ state }) => state !== 'ok').map(({ state, name }) => `${state} ${name}`);

  it('finds nothing in a sound one, and each fault with its remedy', async () => {
    const { sha256, treePath } = await deploy();
    expect(await faults()).toEqual([]);
    rmSync(treePath, { recursive: true });
    expect(await faults()).toEqual(['warn code folders']);
    writeFileSync(join(dataDir, 'artifacts/blobs', sha256), 'other');
    chmodSync(join(dataDir, 'master.key'), 0o644);
    writeFileSync(join(dataDir, 'credentials.json.new'), '');
    expect((await faults()).sort()).toEqual(['fail modes', 'fail stored files', 'warn code folders', 'warn leftovers']);
    writeFileSync(join(dataDir, 'master.key'), `${'0'.repeat(64)}\n`);
    expect(await faults()).toContain('fail master.key');
    for (const { state, hint } of await checkData(dataDir)) if (state !== 'ok') expect(hint).toBeTruthy();
  });

  it('says that there is no data directory', async () => {
    await expect(checkData(join(dataDir, 'absent'))).rejects.toMatchObject({
      message: expect.stringContaining('there is no folder'),
      hint: expect.stringContaining('--data-dir'),
    });
  });
});
