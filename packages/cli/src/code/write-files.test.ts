import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeFiles } from './write-files.ts';

let place: string;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'fgs-write-files-'));
});
afterEach(() => rm(place, { recursive: true, force: true }));

const file = (path: string, text: string) => ({ path, content: Buffer.from(text), executable: false, isLink: false });
const link = (path: string, target: string) => ({ ...file(path, target), isLink: true });

it('writes files and links that stay inside', async () => {
  await writeFiles(join(place, 'code'), [link('bin/tool', '../lib/tool.js'), file('lib/tool.js', 'tool')]);
  expect(await readFile(join(place, 'code/bin/tool'), 'utf8')).toBe('tool');
});

it.each([
  ['a file above', [file('../out', '')]],
  ['an absolute file', [file('/tmp/out', '')]],
  ['a link above', [link('a', '..')]],
  ['an absolute link', [link('a', '/etc')]],
  ['a file through a link', [link('a', '/etc'), file('a/out', '')]],
  ['a link below a link', [file('p/x', ''), link('p/q/r', '../../p'), link('p/q/r/l', '../../../z')]],
])('refuses %s', async (_what, files) => {
  await expect(writeFiles(join(place, 'code'), files)).rejects.toThrow();
});
