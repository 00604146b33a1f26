import { execFileSync } from 'node:child_process';
import { createHash, randomBytes, randomFillSync } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { collectEntries, FolderChanged } from './collect.ts';
import { entriesDigest } from './folder-digest.ts';
import { packEntries, packFolder } from './pack.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fgs-pack-'));
});
afterEach(() => rm(dir, { recursive: true }));

const put = async (path: string, text = path): Promise<void> => {
  await mkdir(join(dir, path, '..'), { recursive: true });
  await writeFile(join(dir, path), text);
};
const paths = async (): Promise<string[]> => (await collectEntries(dir)).entries.map((entry) => entry.path);

test('makes the same bytes from the same files, for any dates and order of creation', async () => {
  await put('index.js');
  await put('lib/a.js');
  const first = await packFolder(dir);
  await rm(join(dir, 'index.js'));
  await put('index.js');
  await utimes(join(dir, 'lib/a.js'), new Date(0), new Date(86_400_000));
  const second = await packFolder(dir);
  expect(second.zip.equals(first.zip)).toBe(true);
  expect(first.files).toBe(2);
  await put('lib/a.js', 'changed');
  expect((await packFolder(dir)).zip.equals(first.zip)).toBe(false);
});

test.each([1, 5 * 1024 * 1024])('a file of %i bytes that has gone since it was listed is named', async (size) => {
  await put('index.js');
  await put('lib/index.js~', 'x'.repeat(size));
  const { entries } = await collectEntries(dir);
  await rm(join(dir, 'lib/index.js~'));
  for (const read of [entriesDigest, packEntries]) {
    const error = await read(entries).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FolderChanged);
    expect(error).toMatchObject({ code: 'CLI.CODE', message: 'lib/index.js~ has gone while the folder was read' });
  }
});

test('keeps the executable bit, links that stay inside, and the content', async () => {
  await put('bootstrap', '#!/bin/sh\n');
  await chmod(join(dir, 'bootstrap'), 0o700);
  await put('data.txt', '中文');
  await symlink('data.txt', join(dir, 'link'));
  const file = join(dir, 'out.zip');
  await writeFile(file, (await packFolder(dir)).zip);
  const script =
    'import zipfile,sys,json; z=zipfile.ZipFile(sys.argv[1]); print(json.dumps({i.filename:[oct(i.external_attr>>16),z.read(i).decode()] for i in z.infolist()}))';
  expect(JSON.parse(execFileSync('python3', ['-c', script, file], { encoding: 'utf8' }))).toEqual({
    bootstrap: ['0o100755', '#!/bin/sh\n'],
    'data.txt': ['0o100644', '中文'],
    link: ['0o120777', 'data.txt'],
  });
});

test('leaves out version control and files in .fgsignore, and keeps node_modules', async () => {
  for (const path of [
    'index.js',
    '.git/config',
    '__pycache__/a.pyc',
    'node_modules/x/index.js',
    'test/a.js',
    'notes.md',
    'keep.md',
    'src/deep/notes.md',
  ])
    await put(path);
  await put('.fgsignore', '# comment\n*.md\n!keep.md\n/test/\n');
  expect(await paths()).toEqual(['index.js', 'keep.md', 'node_modules/x/index.js']);
});

test('leaves out what each .gitignore lists for its folder, but never installed packages', async () => {
  for (const path of [
    'index.js',
    '.env',
    'dist/a.js',
    'node_modules/x/dist/a.js',
    'node_modules/x/a.log',
    'src/b.log',
    'src/keep.log',
    'src/own.tmp',
    'own.tmp',
  ])
    await put(path);
  await put('.gitignore', 'node_modules/\n.env\ndist\n*.log\n');
  await put('src/.gitignore', '!keep.log\n*.tmp\n');
  await put('node_modules/x/.gitignore', '*\n');
  const { entries, ignored } = await collectEntries(dir);
  expect(entries.map(({ path }) => path)).toEqual([
    'index.js',
    'node_modules/x/a.log',
    'node_modules/x/dist/a.js',
    'own.tmp',
    'src/keep.log',
  ]);
  expect(ignored).toEqual(['.env', 'dist/', 'src/b.log', 'src/own.tmp']);
  await put('.fgsignore', 'src\n');
  expect(await paths()).toContain('.env');
});

test('packs large files, files that do not shrink and empty files, in any mix', async () => {
  const random = randomBytes(100_000);
  const large = Buffer.alloc(9 * 1024 * 1024, 'funcgraph ');
  await writeFile(join(dir, 'random'), random);
  await writeFile(join(dir, 'large'), large);
  await writeFile(join(dir, 'empty'), '');
  const file = join(dir, 'out.zip');
  await writeFile(file, (await packFolder(dir)).zip);
  const script =
    'import zipfile,sys,json,hashlib; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(json.dumps({i.filename:hashlib.sha256(z.read(i)).hexdigest() for i in z.infolist()}))';
  const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  expect(JSON.parse(execFileSync('python3', ['-c', script, file], { encoding: 'utf8' }))).toEqual({
    empty: sha(Buffer.alloc(0)),
    large: sha(large),
    random: sha(random),
  });
});

test('refuses links that lead out, in any way', async () => {
  await put('index.js');
  for (const target of ['/etc/passwd', '../outside', 'sub/../../outside', join(dir, 'index.js')]) {
    await symlink(target, join(dir, 'bad'));
    await expect(packFolder(dir)).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('bad leads out'),
    });
    await rm(join(dir, 'bad'));
  }
});

test('refuses a link that leaves through another link', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'fgs-outside-'));
  try {
    await put('.fgsignore', '/door\n');
    await symlink(outside, join(dir, 'door'));
    await symlink('door/secret', join(dir, 'bad'));
    await writeFile(join(outside, 'secret'), 's');
    await expect(packFolder(dir)).rejects.toThrow('bad leads out');
  } finally {
    await rm(outside, { recursive: true });
  }
});

test('refuses pipes, an empty folder, a file and nothing at all', async () => {
  await expect(packFolder(dir)).rejects.toThrow('has no files');
  execFileSync('mkfifo', [join(dir, 'pipe')]);
  await expect(packFolder(dir)).rejects.toThrow('pipe is neither a file nor a folder');
  await expect(packFolder(join(dir, 'nowhere'))).rejects.toThrow('there is no folder');
  await put('file');
  await expect(packFolder(join(dir, 'file'))).rejects.toThrow('is not a folder');
});

test.each([1, 20])('stops at 50 MB of archive in %i files', async (files) => {
  const bytes = randomFillSync(Buffer.alloc(Math.ceil((51 * 1024 * 1024) / files)));
  for (let n = 0; n < files; n += 1) await writeFile(join(dir, `${n}.bin`), bytes);
  await expect(packFolder(dir)).rejects.toThrow('over 50 MB');
});
