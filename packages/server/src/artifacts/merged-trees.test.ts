import {
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MergedTrees } from './merged-trees.ts';

let dir: string;
let trees: MergedTrees;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'funcgraph-merged-'));
  mkdirSync(join(dir, 'incoming'));
  trees = new MergedTrees(dir, 50);
  await trees.start();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A tree of files by path; a text that starts with `->` is a link. */
function tree(name: string, files: Readonly<Record<string, string>>): string {
  const root = join(dir, 'trees', name);
  mkdirSync(root, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (text.startsWith('->')) symlinkSync(text.slice(2), join(root, path));
    else writeFileSync(join(root, path), text);
  }
  return root;
}

function shown(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  const texts = files.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return [path.slice(root.length + 1), entry.isSymbolicLink() ? 'link' : readFileSync(path, 'utf8')] as const;
  });
  return Object.fromEntries(texts.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const hold = (base: string, layers: readonly string[], nodePackages = false) =>
  trees.hold({ base, layers, nodePackages });

it('lets the own code win, then the later dependency', async () => {
  const code = tree('code', { 'a.js': 'code', 'lib/x.js': 'code' });
  const one = tree('one', { 'a.js': 'one', 'b.js': 'one', 'c.js': 'one', 'lib/y.js': 'one' });
  const two = tree('two', { 'b.js': 'two', 'lib/x.js': 'two', 'lib/y.js': 'two' });
  const { path } = await hold(code, [one, two]);
  expect(shown(path)).toEqual({ 'a.js': 'code', 'b.js': 'two', 'c.js': 'one', 'lib/x.js': 'code', 'lib/y.js': 'two' });
});

it('lets a stronger part hide a folder behind a file and a file behind a folder', async () => {
  const code = tree('code', { lib: 'a file', 'data/x': 'code' });
  const layer = tree('layer', { 'lib/y': 'layer', data: 'a file' });
  expect(shown((await hold(code, [layer])).path)).toEqual({ lib: 'a file', 'data/x': 'code' });
});

it('copies no contents', async () => {
  const code = tree('code', { 'a.js': 'code' });
  const layer = tree('layer', { 'b.js': 'layer' });
  const { path } = await hold(code, [layer]);
  expect(statSync(join(path, 'b.js')).ino).toBe(statSync(join(layer, 'b.js')).ino);
  expect(lstatSync(path).mode & 0o777).toBe(0o755);
});

it('shows packages at the top of a dependency to Node.js, and never in place of installed ones', async () => {
  const code = tree('code', { 'index.js': 'code', 'node_modules/q/index.js': 'own' });
  const layer = tree('layer', {
    'q/package.json': '{}',
    'r/package.json': '{}',
    '@s/t/index.js': 't',
    'plain/readme': 'no package',
    'node_modules/u/index.js': 'u',
  });
  const { path } = await hold(code, [layer], true);
  const modules = Object.keys(shown(path)).filter((name) => name.startsWith('node_modules/'));
  expect(modules).toEqual([
    'node_modules/@s/t/index.js',
    'node_modules/q/index.js',
    'node_modules/r/package.json',
    'node_modules/u/index.js',
  ]);
});

it('follows no link, and refuses a link that leads out only after the merge', async () => {
  const inside = tree('inside', { 'd/x': '1', l: '->d/x' });
  const code = tree('code', { 'index.js': 'code' });
  expect(shown((await hold(code, [inside])).path)).toMatchObject({ l: 'link' });
  // alone `m/l` leads to `x`; with `m/s` of the other part it would lead to the parent of the root
  const walks = tree('walks', { 'm/l': '->s/../../x', 'm/s/file': '1' });
  const turns = tree('turns', { 'm/s': '->..' });
  await expect(hold(turns, [walks])).rejects.toMatchObject({ reason: 'link-outside' });
  expect(readdirSync(join(dir, 'incoming'))).toEqual([]);
});

it('refuses too many names, and leaves no files', async () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`f${n}`, '']));
  const code = tree('code', many);
  const layer = tree('layer', Object.fromEntries(Object.keys(many).map((name) => [`x${name}`, ''])));
  await expect(hold(code, [layer])).rejects.toMatchObject({ reason: 'too-many-entries' });
  expect([readdirSync(join(dir, 'incoming')), readdirSync(join(dir, 'merged'))]).toEqual([[], []]);
});

it('copies a file that the file system will not link once more', { timeout: 60_000 }, async () => {
  const code = tree('code', { 'a.js': 'code' });
  const layer = tree('layer', { 'b.js': 'layer' });
  let full = false;
  // ext4 allows 65,000 names of one file
  for (let n = 0; n < 65_000 && !full; n++) {
    try {
      linkSync(join(layer, 'b.js'), join(dir, `l${n}`));
    } catch (error) {
      full = (error as NodeJS.ErrnoException).code === 'EMLINK';
      if (!full) throw error;
    }
  }
  const { path } = await hold(code, [layer]);
  expect(readFileSync(join(path, 'b.js'), 'utf8')).toBe('layer');
  expect(statSync(join(path, 'b.js')).ino === statSync(join(layer, 'b.js')).ino).toBe(!full);
});

it('keeps a tree while it is held or used, and removes it then', async () => {
  const pin = await hold(tree('code', { a: '1' }), [tree('layer', { b: '1' })]);
  expect(await trees.remove(pin.path, () => false)).toBe(false);
  pin.release();
  expect(await trees.remove(pin.path, () => true)).toBe(false);
  await trees.sweep(
    () => false,
    async () => false,
  );
  expect(readdirSync(join(dir, 'merged'))).toHaveLength(1);
  await trees.sweep(
    (path) => path !== pin.path,
    async () => true,
  );
  expect(readdirSync(join(dir, 'merged'))).toEqual([]);
});

it('makes one tree of the same parts asked for at once, and another for another order', async () => {
  const [code, one, two] = [tree('code', { a: '1' }), tree('one', { b: '1' }), tree('two', { b: '2' })];
  const [a, b] = await Promise.all([hold(code, [one, two]), hold(code, [one, two])]);
  expect(a.path).toBe(b.path);
  expect((await hold(code, [two, one])).path).not.toBe(a.path);
});
