import { execFileSync } from 'node:child_process';
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

it('shows lines of sources in stack traces, those of installed packages too', async () => {
  await write({
    ...FUNCTION,
    'greet/node_modules/pad/index.js': '// fails\nmodule.exports = (text) => {\n  throw new Error(text);\n};',
  });
  const folder = await unpacked(await code());
  const run = "require('./index.cjs').handler({ name: 'Ann' }).catch(({ stack }) => console.log(stack))";
  const stack = String(execFileSync(process.execPath, ['-e', run], { cwd: folder }));
  expect(stack).toContain('node_modules/pad/index.js:3:');
  expect(stack).toMatch(/index\.ts:3:\d+/);
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

const HTTP = {
  'api/tsconfig.json': '{}',
  'api/bootstrap': '#!/bin/sh\n# node old.js\nexec node "$RUNTIME_CODE_ROOT/server.js"\n',
  'api/server.ts': "import { text } from './text'; if (require.main === module) console.log(text as string);",
  'api/text.ts': "export const text: string = 'serving';",
};
const http = () => code({ folder: 'api', runtime: 'http', entries: ['bootstrap', ''] });

it('builds the program that the bootstrap of an HTTP function starts, as the main module', async () => {
  await write(HTTP);
  const built = await http();
  expect(pathsOf(built)).toEqual(['bootstrap', 'server.bundle.cjs', 'server.bundle.cjs.map', 'server.js']);
  expect(String(execFileSync(process.execPath, [join(await unpacked(built), 'server.js')]))).toBe('serving\n');
});

it('builds a program that is an ES module, whichever package.json goes along', async () => {
  const server = "const text = await Promise.resolve('serving'); console.log(text, import.meta.url.length > 0);";
  await write({ ...HTTP, 'api/server.ts': server, 'package.json': '{ "type": "module" }' });
  const folder = await unpacked(await http());
  const run = () => String(execFileSync(process.execPath, [join(folder, 'server.js')]));
  expect(run()).toBe('serving true\n');
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  expect(run()).toBe('serving true\n');
});

it('keeps installed packages where the bootstrap runs them or a JavaScript file too', async () => {
  await write({ ...HTTP, 'api/node_modules/pad/index.js': '' });
  expect(pathsOf(await http())).not.toContain('node_modules/pad/index.js');
  await write({ 'api/old.js': '', 'api/bootstrap': '#!/bin/sh\nnode ./old.js &\nexec node server.js\n' });
  expect(pathsOf(await http())).toEqual(expect.arrayContaining(['node_modules/pad/index.js', 'old.js', 'server.js']));
});

it('takes an HTTP function as it is when what it starts is there, and refuses one with nothing to build', async () => {
  await write({ ...HTTP, 'api/server.js': '' });
  expect(pathsOf(await http())).toContain('server.ts');
  for (const start of ['node dist/server.js', 'true; cd "$(dirname "$0")"; node x.js']) {
    await write({ 'api/bootstrap': `#!/bin/sh\nexec ${start}\n` });
    await expect(http(), start).rejects.toMatchObject({
      message: 'the folder has a tsconfig.json, and nothing to build: bootstrap names no JavaScript file that is there',
      hint: expect.stringMatching(/server\.ts .*`build`/),
    });
  }
  for (const start of ['exec node --import tsx server.ts', 'cd dist; exec node x.js', 'exec npm start']) {
    await write({ 'api/bootstrap': `#!/bin/sh\n${start}\n` });
    expect(pathsOf(await http()), start).toContain('server.ts');
  }
  await rm(join(root, 'api/tsconfig.json'));
  await write({ 'api/bootstrap': '#!/bin/sh\nexec node dist/server.js\n' });
  expect(pathsOf(await http())).toContain('bootstrap');
});
