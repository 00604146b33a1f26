import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { homesOf } from './homes.ts';

const root = mkdtempSync(join(tmpdir(), 'funcgraph-homes-'));
afterAll(() => rmSync(root, { recursive: true }));
for (const folder of ['api', 'src/prices', 'dist/prices']) mkdirSync(join(root, folder), { recursive: true });
writeFileSync(join(root, 'src/prices/index.ts'), '');
writeFileSync(join(root, 'Makefile'), '');

it.each([
  ['npm run build --prefix api', 'dist/prices', ['dist/prices', 'api']],
  ['cd api && make', 'api/dist', ['api']],
  ['esbuild src/prices/index.ts --outdir=dist/prices', 'dist/prices', ['dist/prices', 'src/prices']],
  ['make -f Makefile', 'functions/prices/build/out', ['functions/prices']],
  ['cp /etc/hosts ../..', 'prices', ['prices']],
])('%s that makes %s belongs to %j', (command, folder, homes) => {
  const others = ['dist/orders', 'functions/orders/dist'].map((path) => join(root, path));
  expect(homesOf(command, join(root, folder), others, root)).toEqual(homes.map((path) => join(root, path)));
});
