// Bundles each program into a few files: loading hundreds of modules takes most of the start time of a command or the
// server.
import { chmodSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { ROOT } from './steps.mjs';

const PROGRAMS = {
  agent: ['main'],
  cli: ['main', 'code/deflate-thread'],
  server: [
    'main',
    'check-stores',
    'maintain',
    'iam/password-thread',
    'images/unpack/unpack-thread',
    'flows/runs/values/value-thread',
    'storage/dialects/sqlite/engine-thread',
    'telemetry/copies/copy-thread',
    'telemetry/telemetry-thread',
    'triggers/brokers/reader-thread',
  ],
};
/** Have a native part, start threads from files of their own, or are loaded by few servers. */
const EXTERNAL = ['better-sqlite3', 'esbuild', 'pino', '@aws-sdk/client-s3', '@aws-sdk/lib-storage'];
/** CommonJS modules load others at run time. */
const BANNER = "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";

/** Relative paths of a module stay valid: `bundle/` is as deep in the package as `src/`, and has the same threads. */
const keepPlaces = (outdir) => ({
  name: 'keep-places',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]packages[/\\][a-z]+[/\\]src[/\\].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const place = path.replace(/([/\\]packages[/\\][a-z]+[/\\])src([/\\].*)\.ts$/, '$1bundle$2.js');
      const url = `new URL(${JSON.stringify(relative(outdir, place))}, import.meta.url).href`;
      return { contents: text.replaceAll('import.meta.url', url), loader: 'ts' };
    });
  },
});

/**
 * An ES module that imports a part of Node.js reads each of its exports, and one of `node:http` loads all of `fetch` and
 * WebSocket: a sixth of the time until the server is loaded. Here each export is read when it is used.
 */
const lazyBuiltins = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    // one that is imported when it is used has its names only as an ES module
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : { path, namespace: 'builtin' },
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

/**
 * TypeBox copies the whole of a schema to mark it as optional, which takes a quarter of the processor time of a command.
 * Schemas never change, so that the copy may share its parts.
 */
const sharedSchemas = {
  name: 'shared-schemas',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]typebox[/\\]build[/\\]system[/\\]memory[/\\]update\.mjs$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replace('Clone(current)', SHALLOW_COPY);
      if (contents === text) throw new Error(`${path} copies schemas in another way`);
      return { contents };
    });
  },
};
const SHALLOW_COPY = 'Object.defineProperties({}, Object.getOwnPropertyDescriptors(current))';

/** kafkajs sets timers for a moment in the past, of which Node.js warns on the standard error output of the server. */
const noPastTimers = {
  name: 'no-past-timers',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]kafkajs[/\\]src[/\\]network[/\\]requestQueue[/\\]index\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replace('this.throttledUntil - Date.now()', 'Math.max(0, $&)');
      if (contents === text) throw new Error(`${path} schedules requests in another way`);
      return { contents };
    });
  },
};

/**
 * TypeBox compiles a validator when it is made. Most are made when their module is loaded, which takes a tenth of the start of
 * the server, and most starts use few of them: here each is compiled when it is used.
 */
const lateValidators = {
  name: 'late-validators',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]typebox[/\\]build[/\\]compile[/\\]validator\.mjs$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replace(EAGER_VALIDATOR, LATE_VALIDATOR);
      if (contents === text) throw new Error(`${path} makes validators in another way`);
      return { contents };
    });
  },
};
const EAGER_VALIDATOR =
  /\bthis\.hasCodec = (HasCodec\(context, type\));\s*this\.buildResult = (Build\(context, type\));\s*this\.evaluateResult = this\.buildResult\.Evaluate\(\);\s*\}/;
const LATE_VALIDATOR = `this.parts = { context, type };
    }
    get hasCodec() {
      const { context, type } = this.parts;
      return (this.parts.hasCodec ??= $1);
    }
    get buildResult() {
      const { context, type } = this.parts;
      return (this.parts.built ??= $2);
    }
    get evaluateResult() {
      return (this.parts.evaluated ??= this.buildResult.Evaluate());
    }`;

/**
 * What a program loads on demand is in files of its own: a launcher loads no server, and a server no unused client. A
 * CommonJS module loaded so has no names: `(await import('saxes')).default`.
 */
async function bundle(name, entry) {
  const folder = join(ROOT, 'packages', name);
  const outdir = dirname(join(folder, 'bundle', entry));
  const { metafile } = await build({
    entryPoints: [join(folder, 'src', `${entry}.ts`)],
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: '[name]-[hash]',
    metafile: true,
    absWorkingDir: ROOT,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    conditions: ['@funcgraph/source'],
    external: EXTERNAL,
    plugins: [keepPlaces(outdir), lazyBuiltins, sharedSchemas, noPastTimers, lateValidators],
    banner: { js: BANNER },
    logLevel: 'warning',
  });
  return Object.keys(metafile.outputs).map((path) => join(ROOT, path));
}

/** CommonJS: test runners of both module systems load it. It runs on the Node.js of the tests, which may be older. */
async function bundleTesting() {
  const folder = join(ROOT, 'packages/testing');
  await build({
    entryPoints: [join(folder, 'src/index.ts')],
    outfile: join(folder, 'bundle/index.cjs'),
    bundle: true,
    absWorkingDir: ROOT,
    platform: 'node',
    conditions: ['@funcgraph/source'],
    format: 'cjs',
    target: 'node20',
    banner: { js: "const fileUrl = require('node:url').pathToFileURL(__filename).href;" },
    define: { 'import.meta.url': 'fileUrl' },
    logLevel: 'warning',
  });
}

/** The database with which a server begins where none exists: to make each table takes an eighth of a start. */
async function makeTemplate() {
  const file = join(ROOT, 'packages/server/bundle/storage/empty.sqlite');
  const made = `${file}.new`;
  for (const path of [made, `${made}-wal`, `${made}-shm`]) rmSync(path, { force: true });
  const { writeEmptyDatabase } = await import(pathToFileURL(join(ROOT, 'packages/server/src/storage/index.ts')).href);
  await writeEmptyDatabase(made);
  // any user may run the server
  chmodSync(made, 0o644);
  renameSync(made, file);
}

for (const [name, entries] of Object.entries(PROGRAMS)) {
  const made = new Set();
  for (const entry of entries) for (const path of await bundle(name, entry)) made.add(path);
  const folder = join(ROOT, 'packages', name, 'bundle');
  for (const path of readdirSync(folder, { recursive: true }).filter((path) => path.endsWith('.js'))) {
    if (!made.has(join(folder, path))) rmSync(join(folder, path));
  }
}
await bundleTesting();
await makeTemplate();
