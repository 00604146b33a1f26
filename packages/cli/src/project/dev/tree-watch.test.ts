import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TreeWatch } from './tree-watch.ts';

let root: string;
let watch: TreeWatch;
let seen: string[];
let errors: unknown[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fgs-watch-'));
  mkdirSync(join(root, 'src/deep'), { recursive: true });
  writeFileSync(join(root, 'src/deep/a.js'), '1');
  [seen, errors] = [[], []];
  watch = new TreeWatch(
    root,
    (path) => void seen.push(path.slice(root.length + 1)),
    (error) => void errors.push(error),
  );
});
afterEach(() => {
  watch.close();
  rmSync(root, { recursive: true, force: true });
  expect(errors).toEqual([]);
});

/** Resolves when each path was reported after `change`. */
async function reports(change: () => void, ...paths: readonly string[]): Promise<void> {
  seen.length = 0;
  change();
  await expect.poll(() => seen).toEqual(expect.arrayContaining([...paths]));
}
const write = (path: string, text: string) => writeFileSync(join(root, path), text);
const move = (from: string, to: string) => renameSync(join(root, from), join(root, to));

it('reports a file at each save, in place or by a rename over it', async () => {
  await reports(() => write('src/deep/a.js', '2'), 'src/deep/a.js');
  for (const text of ['3', '4', '5']) {
    write('src/deep/.a.js.new', text);
    await reports(() => move('src/deep/.a.js.new', 'src/deep/a.js'), 'src/deep/a.js');
    await reports(() => write('src/deep/a.js', `${text}${text}`), 'src/deep/a.js');
  }
});

it('reports what is in a new folder, also what was written before it could be watched', async () => {
  await reports(
    () => {
      mkdirSync(join(root, 'lib/one/two'), { recursive: true });
      write('lib/one/two/b.js', '1');
    },
    'lib',
    'lib/one/two/b.js',
  );
  await reports(() => write('lib/one/two/b.js', '2'), 'lib/one/two/b.js');
});

it('follows a folder to its new name, and the one that takes its place', async () => {
  await reports(() => move('src/deep', 'src/moved'), 'src/deep', 'src/moved', 'src/moved/a.js');
  await reports(() => write('src/moved/a.js', '2'), 'src/moved/a.js');
  expect(seen).not.toContain('src/deep/a.js');
  await reports(() => {
    mkdirSync(join(root, 'src/deep'));
    write('src/deep/a.js', '3');
  }, 'src/deep/a.js');
  await reports(() => write('src/deep/a.js', '4'), 'src/deep/a.js');
});

it('reports a folder that is removed, with what was in it, and the one that is made again', async () => {
  for (const text of ['1', '2']) {
    await reports(() => rmSync(join(root, 'src'), { recursive: true }), 'src', 'src/deep/a.js');
    await reports(() => {
      mkdirSync(join(root, 'src/deep'), { recursive: true });
      write('src/deep/a.js', text);
    }, 'src/deep/a.js');
  }
  expect(seen).not.toContain('src/src');
});

it('reports nothing after it was closed', async () => {
  watch.close();
  seen.length = 0;
  write('src/deep/a.js', '2');
  const other = new TreeWatch(
    root,
    (path) => void seen.push(`other ${path.slice(root.length + 1)}`),
    (error) => void errors.push(error),
  );
  await reports(() => write('src/deep/a.js', '3'), 'other src/deep/a.js');
  other.close();
  expect(seen.filter((path) => !path.startsWith('other'))).toEqual([]);
});
