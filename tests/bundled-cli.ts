import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './server.ts';

/**
 * Writes a program `fgs` into the folder, which is the CLI of these sources as one file: a script that calls it a hundred
 * times would otherwise spend its time with loading sources.
 */
export async function bundleCli(folder: string): Promise<void> {
  const home = join(folder, 'cli');
  await mkdir(join(home, 'dist'), { recursive: true });
  await copyFile(join(ROOT, 'packages/cli/package.json'), join(home, 'package.json'));
  const main = join(home, 'dist/main.mjs');
  await build({
    entryPoints: [join(ROOT, 'packages/cli/src/main.ts')],
    outfile: main,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@funcgraph/source'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'silent',
  });
  const program = join(folder, 'fgs');
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  await chmod(program, 0o755);
}
