import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calledAs } from './called-as.ts';

let base = '';
const program = (): string => join(base, 'funcgraph/packages/cli/bin/fgs');

beforeAll(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'funcgraph-called-')));
  for (const path of [program(), join(base, 'other/fgs')]) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
  }
  for (const folder of ['linked', 'funcgraph/node_modules/.bin', 'empty']) {
    mkdirSync(join(base, folder), { recursive: true });
    if (folder !== 'empty') symlinkSync(program(), join(base, folder, 'fgs'));
  }
});
afterAll(() => rmSync(base, { recursive: true }));

describe('the program is called', () => {
  const on = (...folders: string[]): string =>
    calledAs({ PATH: folders.map((folder) => join(base, folder)).join(':') }, program());

  it('fgs where the shell finds this very one', () => {
    expect(on('empty', 'linked', 'other')).toBe('fgs');
    expect(on('funcgraph/packages/cli/bin')).toBe('fgs');
  });

  it('npx fgs where the shell finds none or another one', () => {
    expect(on('empty')).toBe('npx fgs');
    expect(on('other', 'linked')).toBe('npx fgs');
    expect(calledAs({}, program())).toBe('npx fgs');
  });

  it('npx fgs where only npm has put it on the PATH', () => {
    expect(on('funcgraph/node_modules/.bin')).toBe('npx fgs');
  });

  it.each([
    ['/usr/lib/node_modules/funcgraph/packages/cli/bin/fgs', 'fgs'],
    ['/opt/ann/.local/lib/node_modules/funcgraph/packages/cli/bin/fgs', 'fgs'],
    ['/srv/shop/node_modules/funcgraph/packages/cli/bin/fgs', 'npx fgs'],
  ])('as its place says: %s', (place, name) => {
    expect(calledAs({ PATH: join(base, 'empty') }, place)).toBe(name);
  });
});
