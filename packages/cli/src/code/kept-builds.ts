import type { BuildContext, BuildOptions, BuildResult } from 'esbuild';

type Result = BuildResult<{ metafile: true; write: false }>;
type Options = BuildOptions & { metafile: true; write: false };

/** Builds that are repeated: each keeps the files that it has read and parsed, and looks only at those that changed. */
export class KeptBuilds {
  readonly #contexts = new Map<string, Promise<BuildContext<Options>>>();

  /** `kind` stands for options that are no data. Rejects like a build of esbuild. */
  async build(esbuild: typeof import('esbuild'), options: Options, kind: string): Promise<Result> {
    const key = JSON.stringify([kind, options.entryPoints, options.absWorkingDir, options.format, options.target]);
    let context = this.#contexts.get(key);
    if (context === undefined) {
      context = esbuild.context(options);
      this.#contexts.set(key, context);
    }
    return (await context).rebuild();
  }

  /** Ends the programs that build. */
  async close(): Promise<void> {
    const contexts = await Promise.all(this.#contexts.values());
    this.#contexts.clear();
    await Promise.all(contexts.map((context) => context.dispose()));
  }
}
