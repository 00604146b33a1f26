import { resolve } from 'node:path';
import type { BuildContext } from 'esbuild';
import { KeptFiles } from './kept-files.ts';
import { type Built, bytesOfCode, LibrariesApart, type Options } from './libraries-apart.ts';

/** Of the memory of the last build, in percent, until the garbage of the next one is collected: a build takes a third less time. */
const GARBAGE_PERCENT = '400';
/** All of the libraries beside the parts that are used, which one bundle has: each start of an instance loads it. */
const MOST_TIMES_LARGER = 1.5;

interface KeptBuild {
  readonly whole: Promise<BuildContext<Options>>;
  /** Of code, in the last whole build. */
  wholeBytes: number;
  apart?: LibrariesApart;
  /** Builds apart that failed, one after another, where the whole build had no error. */
  failures: number;
  /** Its libraries cannot be built apart, or are much larger than what is used of them. */
  isWhole: boolean;
}

/** Builds that are repeated: each keeps the files that it has read and parsed, and looks only at those that changed. */
export class KeptBuilds {
  /** Of functions and packages that are packed again and again. */
  readonly files = new KeptFiles();
  readonly #builds = new Map<string, KeptBuild>();
  readonly #reads = new Map<string, ReadonlySet<string>>();

  /**
   * The first build is the one that a deploy makes, later ones have their libraries apart where that is possible. `kind`
   * stands for options that are no data. Needs a metafile. Rejects like a build of esbuild.
   */
  async build(esbuild: typeof import('esbuild'), options: Options, kind: string): Promise<Built> {
    const key = JSON.stringify([kind, options.entryPoints, options.absWorkingDir, options.format, options.target]);
    this.#reads.delete(options.outdir);
    const kept = this.#builds.get(key);
    if (kept !== undefined && !kept.isWhole) return this.#apart(esbuild, kept, options);
    if (kept !== undefined) return this.#whole(kept, options);
    const whole = startedWith('GOGC', GARBAGE_PERCENT, () => esbuild.context(options));
    const first = { whole, wholeBytes: 0, failures: 0, isWhole: options.entryPoints.length > 1 };
    this.#builds.set(key, first);
    return this.#whole(first, options);
  }

  /** Files that the last build for the folder has read; undefined when it failed. */
  readsOf(folder: string): ReadonlySet<string> | undefined {
    return this.#reads.get(folder);
  }

  /** Ends the programs that build. */
  async close(): Promise<void> {
    const builds = [...this.#builds.values()];
    this.#builds.clear();
    await Promise.all(builds.flatMap(({ whole, apart }) => [whole.then((one) => one.dispose()), apart?.close()]));
  }

  async #apart(esbuild: typeof import('esbuild'), kept: KeptBuild, options: Options): Promise<Built> {
    kept.apart ??= new LibrariesApart(esbuild, options);
    // the fault is that of the sources, or that of building apart: the whole build tells
    const built = await kept.apart.rebuild().catch(() => undefined);
    if (built === undefined) {
      const whole = await this.#whole(kept, options);
      kept.failures += 1;
      // once, a file may have been saved between the two
      kept.isWhole = kept.failures > 1;
      return whole;
    }
    kept.failures = 0;
    const most = (): number => kept.wholeBytes * MOST_TIMES_LARGER;
    if (built.bytes > most()) {
      // of what is imported now
      const whole = await this.#whole(kept, options);
      kept.isWhole = built.bytes > most();
      if (kept.isWhole) return whole;
    }
    this.#reads.set(options.outdir, built.reads);
    return built;
  }

  async #whole(kept: KeptBuild, { absWorkingDir, outdir }: Options): Promise<Built> {
    const { outputFiles, metafile } = await (await kept.whole).rebuild();
    const inputs = Object.keys(metafile?.inputs ?? {});
    this.#reads.set(outdir, new Set(inputs.map((path) => resolve(absWorkingDir, path))));
    kept.wholeBytes = bytesOfCode(outputFiles);
    return { outputFiles, metafile, libraries: [] };
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
