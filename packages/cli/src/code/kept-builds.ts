import { resolve } from 'node:path';
import type { BuildContext, BuildOptions, BuildResult } from 'esbuild';
import { KeptFiles } from './kept-files.ts';

type Options = BuildOptions & { write: false; absWorkingDir: string; outdir: string };
type Result = BuildResult<{ write: false }>;

/** Of the memory of the last build, in percent, until the garbage of the next one is collected: a build takes a third less time. */
const GARBAGE_PERCENT = '400';

/** Builds that are repeated: each keeps the files that it has read and parsed, and looks only at those that changed. */
export class KeptBuilds {
  /** Of functions and packages that are packed again and again. */
  readonly files = new KeptFiles();
  readonly #contexts = new Map<string, Promise<BuildContext<Options>>>();
  readonly #reads = new Map<string, ReadonlySet<string>>();

  /** `kind` stands for options that are no data. Needs a metafile. Rejects like a build of esbuild. */
  async build(esbuild: typeof import('esbuild'), options: Options, kind: string): Promise<Result> {
    const key = JSON.stringify([kind, options.entryPoints, options.absWorkingDir, options.format, options.target]);
    let context = this.#contexts.get(key);
    if (context === undefined) {
      context = startedWith('GOGC', GARBAGE_PERCENT, () => esbuild.context(options));
      this.#contexts.set(key, context);
    }
    const folder = options.outdir;
    this.#reads.delete(folder);
    const result = await (await context).rebuild();
    const inputs = Object.keys(result.metafile?.inputs ?? {});
    this.#reads.set(folder, new Set(inputs.map((path) => resolve(options.absWorkingDir, path))));
    return result;
  }

  /** Files that the last build for the folder has read; undefined when it failed. */
  readsOf(folder: string): ReadonlySet<string> | undefined {
    return this.#reads.get(folder);
  }

  /** Ends the programs that build. */
  async close(): Promise<void> {
    const contexts = await Promise.all(this.#contexts.values());
    this.#contexts.clear();
    await Promise.all(contexts.map((context) => context.dispose()));
  }
}

/** Programs that `start` begins at once get the variable, and no others. */
function startedWith<Started>(name: string, value: string, start: () => Started): Started {
  // esbuild gives its program the environment of this process
  const { env } = process;
  const before = env[name];
  if (before !== undefined) return start();
  env[name] = value;
  try {
    return start();
  } finally {
    delete env[name];
  }
}
