import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDataDir, restoringDir } from './data-dir.ts';

let parent: string;
let dataDir: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'funcgraph-data-dir-'));
  dataDir = join(parent, 'data');
});

afterEach(() => rm(parent, { recursive: true }));

test('a data directory is made with the folders above it, and one that is there stays', async () => {
  const deep = join(dataDir, 'of', 'team');
  await makeDataDir(deep);
  await makeDataDir(deep);
  expect(await readdir(deep)).toEqual([]);
});

test('a data directory and the folders above it are made once by many at the same time', async () => {
  const deep = join(dataDir, 'of', 'team');
  await Promise.all(Array.from({ length: 20 }, () => makeDataDir(deep)));
  expect(await readdir(deep)).toEqual([]);
});

test.each([
  ['of a file system that makes none', '/proc/of/team'],
  ['below a file', `${process.execPath}/data`],
])('a directory %s is refused', async (_, place) => {
  await expect(makeDataDir(place)).rejects.toMatchObject({
    code: 'data_dir',
    message: expect.stringContaining(`cannot make the data directory ${place}: `),
    hint: expect.stringContaining('--data-dir'),
  });
});

test('a half restored backup refuses a missing or empty directory, and nothing is made', async () => {
  await mkdir(restoringDir(`${dataDir}/`));
  const refusal = {
    code: 'data_dir',
    message: expect.stringContaining('not restored to its end'),
    hint: expect.stringContaining(`remove ${dataDir}.restoring`),
  };
  await expect(makeDataDir(dataDir)).rejects.toMatchObject(refusal);
  expect(await readdir(parent)).toEqual(['data.restoring']);
  await mkdir(dataDir);
  await expect(makeDataDir(dataDir)).rejects.toMatchObject(refusal);
  expect(await readdir(dataDir)).toEqual([]);
});

test('a half restored backup does not stand in the way of a directory that has content', async () => {
  await mkdir(restoringDir(dataDir));
  await mkdir(dataDir);
  await writeFile(join(dataDir, 'funcgraph.sqlite'), '');
  await makeDataDir(dataDir);
});
