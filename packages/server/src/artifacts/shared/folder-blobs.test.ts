import { mkdir, mkdtemp, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sharedBlobsConformance, sharedFilesConformance } from './conformance.ts';
import { FolderBlobs } from './folder-blobs.ts';
import { FolderFiles } from './folder-files.ts';

const SHA = 'a'.repeat(64);

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fg-folder-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

sharedBlobsConformance('a folder', async () => {
  const dir = await mkdtemp(join(root, 'place-'));
  return {
    blobs: (aheadMs = 0, owner) => new FolderBlobs(dir, { now: () => Date.now() + aheadMs, owner }),
    names: (part) => readdir(join(dir, part)),
    replace: (sha256, content) => writeFile(join(dir, 'blobs', sha256), content),
  };
});

async function started(): Promise<{ blobs: FolderBlobs; dir: string; file: string }> {
  const dir = await mkdtemp(join(root, 'place-'));
  const blobs = new FolderBlobs(dir);
  await blobs.start();
  const file = join(root, 'file');
  await writeFile(file, 'code');
  return { blobs, dir, file };
}

it('a blob is young again when it is stored again', async () => {
  const { blobs, dir, file } = await started();
  await blobs.put(SHA, file);
  const longAgo = new Date(Date.now() - 2 * 3_600_000);
  await utimes(join(dir, 'blobs', SHA), longAgo, longAgo);
  await blobs.put(SHA, file);
  await blobs.sweep(async () => false);
  expect(await readdir(join(dir, 'blobs'))).toEqual([SHA]);
});

it('a folder that is not mounted is unavailable, and its blobs are not lost', async () => {
  const { blobs, dir, file } = await started();
  await blobs.put(SHA, file);
  await rename(dir, `${dir}-away`);
  await expect(blobs.fetch(SHA, join(root, 'copy'))).rejects.toMatchObject({ code: 'artifacts_unavailable' });
  await expect(blobs.put(SHA, file)).rejects.toMatchObject({ code: 'artifacts_unavailable' });
});

it('a server whose folder cannot be written does not start', async () => {
  const file = join(root, 'no-folder');
  await mkdir(root, { recursive: true });
  await writeFile(file, '');
  await expect(new FolderBlobs(file).start()).rejects.toMatchObject({
    code: 'artifacts',
    hint: expect.stringContaining('--artifacts'),
  });
});

sharedFilesConformance('a folder', async () => {
  const dir = await mkdtemp(join(root, 'place-'));
  await new FolderBlobs(dir).start();
  return () => new FolderFiles(dir, 'telemetry');
});
