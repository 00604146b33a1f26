// Builds the web console into packages/console/dist, unless nothing it is made of has changed, and fails when what a
// browser loads before the first page is too big.
import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { ROOT, say } from './steps.mjs';

const CONSOLE = join(ROOT, 'packages/console');
const MOST_SHELL_BYTES = 300 * 1024;
/** Folders and files. */
const SOURCES = [
  'packages/api/src',
  'packages/console/build',
  'packages/console/index.html',
  'packages/console/src',
  'packages/console/vite.config.ts',
  'packages/flow/src',
  'package-lock.json',
  'scripts/build-console.mjs',
];

function filesOf(source) {
  const path = join(ROOT, source);
  if (statSync(path).isFile()) return [path];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}

function sourceDigest() {
  const hash = createHash('sha256');
  for (const path of SOURCES.flatMap(filesOf)) {
    if (!path.includes('.test.')) hash.update(path).update(readFileSync(path));
  }
  return hash.digest('hex');
}

/** What every visit loads: the file of all scripts that the page imports at once, and the texts that all pages share. */
function shellFiles() {
  const manifest = JSON.parse(readFileSync(join(CONSOLE, 'dist/.vite/manifest.json'), 'utf8'));
  const loaded = new Set();
  const visit = (name) => {
    const chunk = manifest[name];
    if (loaded.has(chunk.file)) return;
    for (const file of [chunk.file, ...(chunk.css ?? [])]) loaded.add(file);
    for (const next of chunk.imports ?? []) visit(next);
  };
  visit('index.html');
  visit('src/i18n/first/chinese.ts');
  return [...loaded];
}

const compressedSize = (file) =>
  (statSync(join(CONSOLE, 'dist', `${file}.gz`), { throwIfNoEntry: false }) ?? statSync(join(CONSOLE, 'dist', file)))
    .size;

const mark = join(CONSOLE, 'dist/.sources');
const digest = sourceDigest();
if (statSync(mark, { throwIfNoEntry: false }) === undefined || readFileSync(mark, 'utf8') !== digest) {
  // tests that build set another one, which would build the slow and big React for development
  process.env.NODE_ENV = 'production';
  await build({ configFile: join(CONSOLE, 'vite.config.ts'), logLevel: 'warn' });
  const bytes = shellFiles().reduce((sum, file) => sum + compressedSize(file), 0);
  say(`console: the first screen loads ${Math.ceil(bytes / 1024)} KB compressed before its page`);
  if (bytes > MOST_SHELL_BYTES) {
    say(`at most ${MOST_SHELL_BYTES / 1024} KB are allowed: load parts that not every page needs with the page`);
    process.exit(1);
  }
  // the server serves each file of the folder
  rmSync(join(CONSOLE, 'dist/.vite'), { recursive: true });
  writeFileSync(mark, digest);
}
// editors read the schema of funcgraph.yaml from the server
copyFileSync(join(ROOT, 'docs/funcgraph.schema.json'), join(CONSOLE, 'dist/funcgraph.schema.json'));
