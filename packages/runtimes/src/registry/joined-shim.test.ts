import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { joinShim } from './joined-shim.ts';

const SOURCES = fileURLToPath(new URL('../../nodejs', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funcgraph-joined-'));
  await cp(SOURCES, folder, { recursive: true });
  await joinShim(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const ownModules = (text: string) => [...text.matchAll(/^const .*require\('(\.\/[^']+)'\)/gm)].map(([, name]) => name);

it('has every module in it that is loaded at a start', async () => {
  const joined = await readFile(join(folder, 'shim.js'), 'utf8');
  const needed = new Set(ownModules(joined));
  expect(needed.size).toBeGreaterThan(5);
  for (const name of needed) expect(joined).toContain(`\n'${name}': `);
});

it('leaves the other files as they are', async () => {
  for (const name of ['link.js', 'response-stream.js', 'import-module.js'])
    expect(await readFile(join(folder, name), 'utf8')).toBe(await readFile(join(SOURCES, name), 'utf8'));
});
