import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Changes when the joined text of the same sources changes. */
export const JOINED_FORM = 1;

const MAIN = 'shim.js';
/** What every start loads. Not what some versions of Node.js cannot parse, nor what only some functions need. */
const USED = ['raw-output', 'output', 'link', 'failure', 'load', 'context', 'lane', 'requests', 'session'];
/** Loaded while nothing waits, and shares the modules of the others. */
const LATER = ['rehearse'];

const REQUIRE = `
const loaded = {};
const outer = require;
function inner(name) {
  const part = parts[name];
  if (part === undefined) return outer(name);
  let module = loaded[name];
  if (module === undefined) {
    module = loaded[name] = { exports: {} };
    part(module, module.exports, inner);
  }
  return module.exports;
}
inner.resolve = outer.resolve;
inner.cache = outer.cache;
`;

/**
 * Replaces the main file of the Node.js shim in `folder` by one that has the modules of every start in it: Node.js looks
 * for, reads and compiles one file instead of ten. V8 compiles a function in brackets at once, without a look ahead first.
 */
export async function joinShim(folder: string): Promise<void> {
  const partOf = async (name: string): Promise<string> => {
    const body = `function (module, exports, require) {\n${await readFile(join(folder, `${name}.js`), 'utf8')}}`;
    return `'./${name}.js': ${LATER.includes(name) ? body : `(${body})`},\n`;
  };
  const parts = await Promise.all([...USED, ...LATER].map(partOf));
  const main = await readFile(join(folder, MAIN), 'utf8');
  const text = `'use strict';\nconst parts = {\n${parts.join('')}};\n${REQUIRE}(function (require) {\n${main}})(inner);\n`;
  await writeFile(join(folder, MAIN), text);
}
