// Bundles each program into one file: loading hundreds of modules takes most of the start time of a command or the
// server.
import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './steps.mjs';

const PROGRAMS = {
  agent: ['main'],
  cli: ['main'],
  server: [
    'main',
    'serve',
    'iam/password-thread',
    'images/unpack/unpack-thread',
    'flows/runs/values/value-thread',
    'storage/dialects/sqlite/engine-thread',
    'telemetry/telemetry-thread',
  ],
};
/** Have a native part, start threads from files of their own, or are loaded by few servers. */
const EXTERNAL = ['better-sqlite3', 'pino', '@aws-sdk/client-s3', '@aws-sdk/lib-storage'];
/** CommonJS modules load others at run time. */
const BANNER = "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";

/** Modules that a program loads on demand are a separate bundle: the launcher stays small without the server. */
const loadedLater = {
  name: 'loaded-later',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/serve\.js$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
};

/** Relative paths of a module stay valid: `bundle/` is as deep in the package as `dist/`, and has the same threads. */
function keepPlaces(outfile) {
  return {
    name: 'keep-places',
    setup({ onLoad }) {
      onLoad({ filter: /[/\\]packages[/\\][a-z]+[/\\]dist[/\\].*\.js$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const place = path.replace(/([/\\])dist([/\\])/, '$1bundle$2');
        const url = `new URL(${JSON.stringify(relative(dirname(outfile), place))}, import.meta.url).href`;
        return { contents: text.replaceAll('import.meta.url', url) };
      });
    },
  };
}

for (const [name, entries] of Object.entries(PROGRAMS)) {
  for (const entry of entries) {
    const outfile = join(ROOT, 'packages', name, 'bundle', `${entry}.js`);
    await build({
      entryPoints: [join(ROOT, 'packages', name, 'dist', `${entry}.js`)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node24',
      external: EXTERNAL,
      plugins: [keepPlaces(outfile), loadedLater],
      banner: { js: BANNER },
      logLevel: 'warning',
    });
  }
}
