import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { functionCode } from './function-code.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fgs-typescript-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

const FUNCTION = {
  'tsconfig.json': '{ "compilerOptions": { "strict": true } }',
  'greet/index.ts': `import { greeting } from '../shared/greeting';
import pad from 'pad';
export const handler = async (event: { name: string }, context: unknown): Promise<string> => pad(greeting(event.name));`,
  'greet/text.html': '<p>',
  'greet/node_modules/pad/index.js': 'module.exports = (text) => `${text}!`;',
  'shared/greeting.ts': 'export const greeting = (name: string): string => `Hello, ${name}`;',
};

const code = (more: { folder?: string; runtime?: string; entries?: string[]; hasLibraries?: boolean } = {}) =>
  functionCode({
    ...{ folder: join(root, more.folder ?? 'greet'), root, runtime: more.runtime ?? 'Node.js20.15' },
    ...{ entries: more.entries ?? ['index.handler', ''], hasLibraries: more.hasLibraries ?? false },
  });

/** Writes the files as the server unpacks them. */
async function unpacked(collected: Awaited<ReturnType<typeof code>>): Promise<string> {
  const folder = join(root, 'unpacked');
  for (const entry of collected.entries) {
    if (entry.kind !== 'made') continue;
    await mkdir(dirname(join(folder, entry.path)), { recursive: true });
    await writeFile(join(folder, entry.path), entry.content);
  }
  return folder;
}

const pathsOf = ({ entries }: Awaited<ReturnType<typeof code>>): string[] => entries.map(({ path }) => path);

it('builds a TypeScript handler with all that it imports, and leaves its sources out', async () => {
  await write(FUNCTION);
  const built = await code();
  expect(pathsOf(built)).toEqual(['index.bundle.cjs', 'index.bundle.cjs.map', 'index.cjs', 'text.html']);
  const loaded = createRequire(import.meta.url)(join(await unpacked(built), 'index.cjs'));
  expect(await loaded.handler({ name: 'Ann' }, {})).toBe('Hello, Ann!');
});

it('builds an ES module where package.json says so', async () => {
  await write({
    ...FUNCTION,
    'package.json': '{ "type": "module" }',
    'greet/index.ts': 'const text = await Promise.resolve("up"); export const handler = async (e: 1, c: 2) => text;',
  });
  const built = await code();
  expect(pathsOf(built)).toContain('index.mjs');
  const loaded = await import(pathToFileURL(join(await unpacked(built), 'index.mjs')).href);
  expect(await loaded.handler(1, 2)).toBe('up');
});

it('builds an initializer of a file of its own too', async () => {
  await write({ ...FUNCTION, 'greet/start.ts': 'export const init = async (context: unknown) => {};' });
  expect(pathsOf(await code({ entries: ['index.handler', 'start.init'] }))).toContain('start.cjs');
});

it('takes a folder as it is without a tsconfig.json, a TypeScript handler, or Node.js', async () => {
  await write({ ...FUNCTION, 'plain/index.js': '', 'plain/other.ts': '' });
  expect(pathsOf(await code({ folder: 'plain' }))).toEqual(['index.js', 'other.ts']);
  expect(pathsOf(await code({ runtime: 'Python3.10' }))).toContain('index.ts');
  await rm(join(root, 'tsconfig.json'));
  expect(pathsOf(await code())).toContain('index.ts');
});

it('names the place of a fault', async () => {
  await write({ ...FUNCTION, 'greet/index.ts': 'export const a = 1;\nexport const handler = async (event => 1;' });
  await expect(code()).rejects.toMatchObject({
    code: 'CLI.BUILD',
    message: expect.stringMatching(/^greet\/index\.ts:2:41: Expected "\)".*\n {2}export const handler/),
  });
});

it('leaves packages that are not installed to the dependencies of the function, which must have some', async () => {
  await write({
    ...FUNCTION,
    'greet/index.ts': "import rates from 'rates'; export const handler = async (e, c) => rates;",
  });
  await expect(code()).rejects.toMatchObject({
    message: expect.stringContaining('greet/index.ts:1:19: Could not resolve "rates"'),
    hint: 'Install it beside the function, or list it under its dependencies.',
  });
  const built = await code({ hasLibraries: true });
  const made = built.entries.find(({ path }) => path === 'index.bundle.cjs');
  expect(String(made?.kind === 'made' && made.content)).toContain('require("rates")');
});
