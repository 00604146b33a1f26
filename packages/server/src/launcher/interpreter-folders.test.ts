import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { interpreterFolders } from './interpreter-folders.ts';

it('lets the server into the folders of every Node.js that functions may get', () => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'fg-interpreters-')));
  try {
    for (const folder of ['platform/bin', 'nvm/v22/bin', 'links', 'flat'])
      mkdirSync(join(base, folder), { recursive: true });
    for (const file of ['platform/bin/node', 'nvm/v22/bin/node', 'flat/nodejs']) writeFileSync(join(base, file), '');
    symlinkSync(join(base, 'nvm/v22/bin/node'), join(base, 'links/node'));
    const searchPath = ['links', 'missing', 'nvm/v22/bin', 'flat'].map((folder) => join(base, folder));
    const folders = interpreterFolders(join(base, 'platform/bin/node'), searchPath);
    expect(folders).toEqual(['platform', 'nvm/v22', 'flat'].map((folder) => join(base, folder)));
  } finally {
    rmSync(base, { recursive: true });
  }
});
