import type { FileState } from './file-states.ts';

/** What a build wrote is reported a little after its end. */
const LATE_MS = 20;
/** File systems take their times from a clock that lags behind by so much. */
const LAG_MS = 10;
const WINDOWS = 64;
/** A file is written by builds when so many of them changed it, and nothing else did. */
const BUILDS_TO_LEARN = 3;
/** So many builds in a row begin because of what changed during the one before. */
const LONGEST_CHAIN = 3;
/** The same when files are among them that were saved while no build ran. */
const LONGEST_CHAIN_OF_SAVES = 20;

interface Surroundings {
  /** What exists. */
  readonly paths: Iterable<string>;
  readState(path: string): FileState;
  /** No build is made of it, as of installed packages. */
  isIgnored(path: string): boolean;
  /** A file was saved. */
  onSave(path: string): void;
  /** Builds change these files again and again, so that their changes during a build do not count any more. */
  onWritten(paths: readonly string[]): void;
  now(): number;
  readonly setTimer: (run: () => void, ms: number) => void;
}

interface Window {
  readonly begin: number;
  end: number;
}

/**
 * Tells what is saved from what build commands write. A file that changes while a build runs is judged after it: it is
 * saved when it has other contents than before, unless builds are known to write it. What is written by a build and
 * taken for saved makes one more build, which writes the same, and that is the end of it.
 */
export class SavedFiles {
  readonly #around: Surroundings;
  /** By path; undefined for contents that were never read. */
  readonly #contents = new Map<string, string | undefined>();
  readonly #written = new Set<string>();
  /** Changed while no build ran. */
  readonly #saved = new Set<string>();
  /** Builds that changed a file which was never saved otherwise. */
  readonly #counts = new Map<string, number>();
  readonly #pending = new Set<string>();
  readonly #windows: Window[] = [];
  #running = 0;
  #chain = 0;
  #phase: 'first builds' | 'ready' | 'watching' = 'first builds';

  constructor(around: Surroundings) {
    this.#around = around;
    for (const path of around.paths) this.#contents.set(path, undefined);
  }

  /** The first builds have ended: what they changed is what builds write. */
  ready(): void {
    this.#phase = 'ready';
    if (this.#running === 0) this.#judgePending(true);
  }

  buildBegins(): void {
    this.#running += 1;
    this.#windows.push({ begin: this.#around.now() - LAG_MS, end: Number.POSITIVE_INFINITY });
    if (this.#windows.length > WINDOWS) this.#windows.shift();
  }

  buildEnds(): void {
    const window = this.#windows.at(-1);
    if (window !== undefined) window.end = this.#around.now() + 1;
    this.#around.setTimer(() => {
      this.#running -= 1;
      if (this.#running === 0 && this.#phase !== 'first builds') this.#judgePending(true);
    }, LATE_MS);
  }

  changed(path: string): void {
    this.#pending.add(path);
    if (this.#running === 0 && this.#phase === 'watching') this.#judgePending(false);
  }

  #judgePending(isAfterBuild: boolean): void {
    const isFirst = this.#phase === 'ready';
    this.#phase = 'watching';
    const saved: string[] = [];
    const duringBuild: string[] = [];
    for (const path of this.#pending) {
      const found = this.#look(path, isAfterBuild);
      if (found?.isDuringBuild === false) saved.push(path);
      else if (found !== undefined && isFirst) this.#written.add(path);
      else if (found !== undefined) duringBuild.push(path);
    }
    this.#pending.clear();
    for (const path of saved) {
      this.#saved.add(path);
      this.#written.delete(path);
    }
    const others = this.#notWritten(duringBuild);
    if (saved.length > 0 || (isAfterBuild && others.length === 0)) this.#chain = 0;
    for (const path of [...saved, ...this.#withinChain(others)]) this.#around.onSave(path);
  }

  /** Undefined when it is as it was. */
  #look(path: string, isAfterBuild: boolean): { readonly isDuringBuild: boolean } | undefined {
    const state = this.#around.readState(path);
    const isKnown = this.#contents.has(path);
    const before = this.#contents.get(path);
    if (state === 'folder') {
      this.#contents.set(path, undefined);
      return undefined;
    }
    if (state === undefined) {
      this.#contents.delete(path);
      // a temporary file: made and removed during the build
      return isKnown ? { isDuringBuild: isAfterBuild } : undefined;
    }
    this.#contents.set(path, state.content);
    const isDuringBuild = this.#windows.some(({ begin, end }) => state.changedAt >= begin && state.changedAt <= end);
    if (before !== state.content) return { isDuringBuild };
    // a build that writes it again, after it was saved once by something else
    if (isDuringBuild) this.#saved.delete(path);
    return undefined;
  }

  /** Of files that changed during a build, those that builds do not write as far as is known. */
  #notWritten(paths: readonly string[]): string[] {
    const others = paths.filter((path) => !this.#written.has(path) && !this.#around.isIgnored(path));
    const learned: string[] = [];
    for (const path of others.filter((one) => !this.#saved.has(one))) {
      const count = (this.#counts.get(path) ?? 0) + 1;
      this.#counts.set(path, count);
      if (count >= BUILDS_TO_LEARN) learned.push(path);
    }
    this.#learn(learned);
    return others.filter((path) => !this.#written.has(path));
  }

  #withinChain(paths: readonly string[]): readonly string[] {
    if (paths.length === 0) return paths;
    this.#chain += 1;
    const longest = paths.some((path) => this.#saved.has(path)) ? LONGEST_CHAIN_OF_SAVES : LONGEST_CHAIN;
    if (this.#chain < longest) return paths;
    this.#learn(paths);
    return [];
  }

  #learn(paths: readonly string[]): void {
    if (paths.length === 0) return;
    for (const path of paths) this.#written.add(path);
    this.#around.onWritten(paths);
  }
}
