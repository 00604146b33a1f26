import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
let dir: string;
let broken: Set<string>;

/** The name of each file describes its violation. */
const FILES: Record<string, string> = {
  'packages/server/src/control/index.ts': `export const control = 1;`,
  'packages/server/src/control/inner.ts': `export const inner = 1;`,
  'packages/server/src/storage/index.ts': `export const storage = 1;`,
  'packages/server/src/storage/upwards.ts': `import { control } from '../control/index.ts'; export const a = control;`,
  'packages/server/src/invocation/past-the-index.ts': `import { inner } from '../control/inner.ts'; export const a = inner;`,
  'packages/server/src/invocation/allowed.ts': `import { control } from '../control/index.ts'; export const a = control;`,
  'packages/server/src/control/kysely-outside.ts': `import type { Kysely } from 'kysely'; export type A = Kysely<unknown>;`,
  'packages/server/src/control/a-store.ts': `import type { Kysely } from 'kysely'; export type A = Kysely<unknown>;`,
  'packages/server/src/lib/ring-a.ts': `import { b } from './ring-b.ts'; export const a = b;`,
  'packages/server/src/lib/ring-b.ts': `import { a } from './ring-a.ts'; export const b = a;`,
  'packages/api/src/impure.ts': `import { readFileSync } from 'node:fs'; export const a = readFileSync;`,
  'packages/agent/src/not-alone.ts': `import { control } from '../../server/src/control/index.ts'; export const a = control;`,
  'packages/cli/src/knows-server.ts': `import { control } from '../../server/src/control/index.ts'; export const a = control;`,
  'packages/console/src/pages/a/a-page.tsx': `export const a = 1;`,
  'packages/console/src/pages/b/b-page.tsx': `import { a } from '../a/a-page.tsx'; export const b = a;`,
  'packages/console/src/parts/knows-page.ts': `import { a } from '../pages/a/a-page.tsx'; export const b = a;`,
  'packages/console/src/api/knows-agent.ts': `import { a } from '../../../agent/src/not-alone.ts'; export const b = a;`,
  'packages/cli/src/unresolved.ts': `import { nothing } from 'no-such-package-anywhere'; export const a = nothing;`,
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'import-rules-'));
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), `${text}\n`);
  }
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.base.json', 'tsconfig.json']) {
    await copyFile(join(ROOT, name), join(dir, name));
  }
  await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  const program = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const args = [program, 'packages', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  const output = await new Promise<string>((done) => {
    execFile(process.execPath, args, { cwd: dir, maxBuffer: 16 * 1024 * 1024 }, (_, stdout) => done(stdout));
  });
  const { summary } = JSON.parse(output) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  broken = new Set(summary.violations.map(({ from, rule }) => `${from} ${rule.name}`));
}, 60_000);
afterAll(() => rm(dir, { recursive: true }));

test.each([
  ['packages/server/src/storage/upwards.ts', 'matrix-storage'],
  ['packages/server/src/invocation/past-the-index.ts', 'enter-by-index'],
  ['packages/server/src/control/kysely-outside.ts', 'kysely-in-stores'],
  ['packages/server/src/lib/ring-a.ts', 'no-cycles'],
  ['packages/api/src/impure.ts', 'api-is-pure'],
  ['packages/agent/src/not-alone.ts', 'agent-stands-alone'],
  ['packages/cli/src/knows-server.ts', 'clients-know-only-the-contract'],
  ['packages/console/src/pages/b/b-page.tsx', 'console-pages-stand-alone'],
  ['packages/console/src/parts/knows-page.ts', 'console-parts'],
  ['packages/console/src/api/knows-agent.ts', 'console-knows-only-the-contract'],
  ['packages/cli/src/unresolved.ts', 'no-orphan-dependencies'],
])('the import rules refuse %s', (path, rule) => {
  expect(broken).toContain(`${path} ${rule}`);
});

test('the import rules let through what the table allows', () => {
  const files = [...broken].map((line) => line.split(' ')[0]);
  expect(files).not.toContain('packages/server/src/invocation/allowed.ts');
  expect(files).not.toContain('packages/server/src/control/a-store.ts');
});
