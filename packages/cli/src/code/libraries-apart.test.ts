import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { functionCode } from './function-code.ts';
import { KeptBuilds } from './kept-builds.ts';

type Files = Readonly<Record<string, string>>;

let root: string;
let kept: KeptBuilds;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fgs-apart-'));
  kept = new KeptBuilds();
});
afterEach(async () => {
  await kept.close();
  await rm(root, { recursive: true, force: true });
});

async function write(files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

/** Of them some are ES modules, some CommonJS, and some change what they export. */
const PACKAGES: Files = {
  'node_modules/plain/index.js': 'exports.text = "plain"; exports.load = () => __filename.endsWith("js");',
  'node_modules/marked/index.js':
    'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = "by default"; exports.named = 1;',
  'node_modules/callable/index.js': 'module.exports = (text) => text + "!"; module.exports.twice = (t) => t + t;',
  'node_modules/modern/package.json': '{ "type": "module", "exports": { ".": "./main.js", "./part": "./part.js" } }',
  'node_modules/modern/main.js':
    'export let count = 0; export const add = () => { count += 1; }; export default class Modern {}; export * from "./part.js";',
  'node_modules/modern/part.js': 'export const part = { is: "a part" };',
  'node_modules/nameless/package.json': '{ "type": "module", "main": "main.js" }',
  'node_modules/nameless/main.js': 'export const only = 1;',
  'node_modules/user/index.js': 'module.exports = require("plain");',
  'node_modules/data/package.json': '{ "version": "1.2.3" }',
  'node_modules/order/index.js': 'console.log("order is evaluated"); module.exports = 1;',
  'node_modules/late/index.js': 'console.log("late is evaluated"); module.exports = { late: true };',
};

const COMMON_JS = Object.fromEntries(Object.keys(PACKAGES).map((path) => [join(dirname(path), 'package.json'), '{}']));

/** Each prints what it sees. */
const SOURCES: Files = {
  'names of CommonJS':
    "import { text } from 'plain'; import * as all from 'plain'; console.log(text, Object.keys(all));",
  'a default of CommonJS': "import plain from 'plain'; console.log(Object.keys(plain));",
  'CommonJS that was an ES module':
    "import marked, { named } from 'marked'; import * as all from 'marked'; console.log(marked, named, Object.keys(all));",
  'a function as module':
    "import callable from 'callable'; import { twice } from 'callable'; console.log(callable('a'), twice('b'));",
  'an ES module with a default':
    "import Modern, { add, part } from 'modern'; console.log(typeof Modern, new Modern().constructor.name, add(), part);",
  'names of an ES module that change': "import { add, count } from 'modern'; add(); add(); console.log(count);",
  'an ES module as a whole': "import * as modern from 'modern'; console.log(Object.keys(modern).sort());",
  'an ES module without a default': "import * as all from 'nameless'; console.log(Object.keys(all), 'default' in all);",
  'parts of a package are those of the package':
    "import { part } from 'modern'; import { part as same } from 'modern/part'; console.log(part === same);",
  'a package is one for all that use it':
    "import plain from 'plain'; import user from 'user'; import { text } from './other'; console.log(plain === user, text);",
  'an import when it is run':
    "console.log('before'); void import('late').then((late) => console.log(late.late, Object.keys(late)));",
  'an ES module when it is run': "void import('modern').then((all) => console.log(Object.keys(all).sort()));",
  'each module in its turn': "import './first'; import order from 'order'; import './second'; console.log(order);",
  'nothing of a package':
    "import { Nothing } from 'order'; export const a = (n: Nothing): Nothing => n; console.log(1);",
  'a package only for what it does': "import 'order'; console.log('own');",
  'data of a package': "import { version } from 'data/package.json'; console.log(version);",
  'parts of Node.js':
    "import { join } from 'node:path'; import fs from 'fs'; console.log(join('a', 'b'), typeof fs.readFileSync);",
};

const OWN: Files = {
  'api/tsconfig.json': '{}',
  'api/other.ts': "export { text } from 'plain';",
  'api/first.ts': "console.log('first');",
  'api/second.ts': "console.log('second');",
};

const build = (more: { runtime?: string; entries?: string[] } = {}) =>
  functionCode({
    ...{ folder: join(root, 'api'), root, runtime: 'Node.js20.15', entries: ['index.handler', ''], ...more },
    ...{ hasLibraries: false, kept },
  });
type Code = Awaited<ReturnType<typeof build>>;

const pathsOf = ({ entries }: Code): string[] => entries.map(({ path }) => path);
const contentOf = ({ entries }: Code, path: string): Buffer | undefined => {
  const entry = entries.find((one) => one.path === path);
  return entry?.kind === 'made' ? entry.content : undefined;
};

let runs = 0;
/** What the function prints while it is loaded, by the file that its runtime loads. */
async function printed(code: Code, file: string): Promise<string> {
  runs += 1;
  const folder = join(root, `run-${runs}`);
  for (const entry of code.entries) {
    if (entry.kind !== 'made') continue;
    await mkdir(dirname(join(folder, entry.path)), { recursive: true });
    await writeFile(join(folder, entry.path), entry.content);
  }
  return String(execFileSync(process.execPath, [join(folder, file)], { stdio: ['ignore', 'pipe', 'pipe'] }));
}

describe.each([
  ['cjs', '{}', 'index.cjs'],
  ['esm', '{ "type": "module" }', 'index.mjs'],
])('a function in the format %s with its libraries apart', (format, manifest, file) => {
  it.each(Object.entries(SOURCES))('sees as with one bundle: %s', async (_, source) => {
    // beside which little is added by all of the libraries
    await write({ 'api/filler.ts': `export const filler = ${JSON.stringify('x'.repeat(10_000))};` });
    const index = `import { filler } from './filler'; if (!filler) throw 1;\n${source}`;
    await write({ ...COMMON_JS, ...PACKAGES, ...OWN, 'package.json': manifest, 'api/index.ts': index });
    const whole = await build();
    const apart = await build();
    expect(pathsOf(whole)).not.toContain(`index.bundle.libraries.${format === 'esm' ? 'm' : 'c'}js`);
    expect(pathsOf(apart)).toContain(`index.bundle.libraries.${format === 'esm' ? 'm' : 'c'}js`);
    expect(await printed(apart, file)).toBe(await printed(whole, file));
  });
});

const SAVED: Files = {
  ...COMMON_JS,
  ...PACKAGES,
  ...OWN,
  'package.json': '{}',
  'api/index.ts': `import { text } from 'plain'; console.log(text, '${'x'.repeat(1000)}');`,
};
const LIBRARIES = 'index.bundle.libraries.cjs';

describe('a function that is saved again and again', () => {
  it('has the same bundle of libraries until another package is imported, or a file of one changes', async () => {
    await write(SAVED);
    await build();
    const first = contentOf(await build(), LIBRARIES);
    await write({ 'api/index.ts': "import { text } from 'plain'; console.log('again', text);" });
    const second = await build();
    expect(contentOf(second, LIBRARIES)).toBe(first);
    expect(await printed(second, 'index.cjs')).toBe('again plain\n');
    await write({ 'node_modules/plain/index.js': 'exports.text = "changed";' });
    expect(await printed(await build(), 'index.cjs')).toBe('again changed\n');
    await write({
      'api/index.ts': "import { text } from 'plain'; import two from 'callable'; console.log(two(text));",
    });
    expect(await printed(await build(), 'index.cjs')).toBe('changed!\n');
  });

  it('finds a package that another one uses only when it is there, and what a package.json says now', async () => {
    const optional = 'try { exports.text = require("extra"); } catch { exports.text = "without"; }';
    await write({ ...SAVED, 'node_modules/plain/index.js': optional });
    await build();
    expect(await printed(await build(), 'index.cjs')).toMatch(/^without /);
    await write({
      'node_modules/extra/package.json': '{}',
      'node_modules/extra/index.js': 'module.exports = "extra";',
    });
    expect(await printed(await build(), 'index.cjs')).toMatch(/^extra /);
    await write({ 'node_modules/extra/other.js': 'module.exports = "other";' });
    await write({ 'node_modules/extra/package.json': '{ "main": "other.js" }' });
    expect(await printed(await build(), 'index.cjs')).toMatch(/^other /);
  });

  it('has one bundle where a file of a package would be there twice', async () => {
    const source =
      "import plain from 'plain'; import { text } from '../node_modules/plain/index.js'; console.log(plain, text);";
    await write({ ...SAVED, 'api/index.ts': `${source} // ${'x'.repeat(1000)}` });
    for (let builds = 0; builds < 3; builds += 1) expect(contentOf(await build(), LIBRARIES)).toBeUndefined();
  });

  it('is built again when a file of a package changes', async () => {
    await write(SAVED);
    for (let builds = 0; builds < 2; builds += 1) await build();
    const reads = [...(kept.readsOf(join(root, 'api')) ?? [])].map((path) => path.slice(root.length + 1)).sort();
    expect(reads).toEqual(['api/index.ts', 'node_modules/plain/index.js']);
  });

  it('names the place of a fault, and goes on when it is mended', async () => {
    await write(SAVED);
    for (let builds = 0; builds < 2; builds += 1) await build();
    await write({ 'api/index.ts': "import { text } from 'plain';\nconsole.log(text" });
    await expect(build()).rejects.toThrow(/^api\/index\.ts:2:17: /);
    await write({ 'api/index.ts': "import { text } from 'missing';\nconsole.log(text);" });
    await expect(build()).rejects.toThrow('api/index.ts:1:22: Could not resolve "missing"');
    await write({ 'api/index.ts': SAVED['api/index.ts'] ?? '' });
    expect(contentOf(await build(), LIBRARIES)).toBeDefined();
  });

  it('shows lines of its sources and of packages in stack traces', async () => {
    await write({
      ...SAVED,
      'node_modules/plain/index.js': '// fails\nexports.text = () => {\n  throw new Error();\n};',
    });
    const call = '\ntry {\n  text();\n} catch (error) {\n  console.log(error.stack);\n}';
    await write({ 'api/index.ts': `import { text } from 'plain'; if ('${'x'.repeat(1000)}' === '') throw 1;${call}` });
    await build();
    const stack = await printed(await build(), 'index.cjs');
    expect(stack).toContain('node_modules/plain/index.js:3:');
    expect(stack).toMatch(/index\.ts:3:\d+/);
  });

  it('has one bundle where much of a package is not used', async () => {
    await write({ ...SAVED, 'api/index.ts': "import { only } from 'nameless'; console.log(only);" });
    const filler = JSON.stringify('x'.repeat(10_000));
    await write({ 'node_modules/nameless/main.js': `export const only = 1; export const filler = ${filler};` });
    await build();
    for (let builds = 0; builds < 2; builds += 1) expect(contentOf(await build(), LIBRARIES)).toBeUndefined();
  });

  it('has one bundle where a package waits while it is loaded', async () => {
    await write({ ...SAVED, 'package.json': '{ "type": "module" }' });
    await write({ 'node_modules/nameless/main.js': 'export const only = await Promise.resolve("waited");' });
    const source = `import { only } from 'nameless'; console.log(only, '${'x'.repeat(1000)}'.length);`;
    await write({ 'api/index.ts': source });
    await build();
    expect(await printed(await build(), 'index.mjs')).toBe('waited 1000\n');
  });

  it('has one bundle where a package imports sources of the function, which would be there twice', async () => {
    await write({ ...SAVED, 'node_modules/plain/index.js': 'exports.text = require("../../api/other.js").text;' });
    await write({ 'api/other.js': 'exports.text = "own";' });
    for (let builds = 0; builds < 3; builds += 1) expect(contentOf(await build(), LIBRARIES)).toBeUndefined();
  });

  it('has a bundle for each of several files', async () => {
    await write({ ...SAVED, 'api/start.ts': "import { text } from 'plain'; export const init = () => text;" });
    const both = { entries: ['index.handler', 'start.init'] };
    await build(both);
    expect(pathsOf(await build(both)).filter((path) => path.includes('libraries'))).toEqual([]);
  });

  it('may be the program of an HTTP function', async () => {
    await write({ ...SAVED, 'api/bootstrap': '#!/bin/sh\nexec node server.js\n' });
    const source = `import { text } from 'plain'; if (require.main === module) console.log(text, '${'x'.repeat(1000)}'.length);`;
    await write({ 'api/server.ts': source });
    const program = { runtime: 'http', entries: ['bootstrap', ''] };
    await build(program);
    const apart = await build(program);
    expect(pathsOf(apart)).toContain('server.bundle.libraries.cjs');
    expect(await printed(apart, 'server.js')).toBe('plain 1000\n');
  });
});
