import { relative } from 'node:path';
import { type Affected, affectedBy, isIgnored, isWithin, type Watched } from '../../project/dev/affected.ts';
import { pathsBelow, readState } from '../../project/dev/file-states.ts';
import { SavedFiles } from '../../project/dev/saved-files.ts';
import { TreeWatch } from '../../project/dev/tree-watch.ts';

interface Options {
  /** Of the project. */
  readonly root: string;
  /** The project file. */
  readonly file: string;
  watched(): readonly Watched[];
  onSave(affected: Affected): void;
  say(text: string, data: Readonly<Record<string, unknown>>): void;
  fail(error: unknown): void;
}

const SHOWN = 5;

/** Watches the folder of a project, and folders of functions outside of it. */
export class ProjectWatch {
  readonly #options: Options;
  readonly #folders: string[] = [];
  readonly #watchers: TreeWatch[] = [];
  readonly #saved: SavedFiles;
  #isReady = false;

  /** What changes from now on is reported after `ready`. */
  constructor(options: Options) {
    this.#options = options;
    this.#saved = new SavedFiles({
      paths: pathsBelow(options.root),
      readState,
      isIgnored: (path) => isIgnored(this.#relative(path)),
      onSave: (path) => options.onSave(this.#affectedBy(path)),
      onWritten: (paths) => this.#sayWritten(paths),
      now: Date.now,
      setTimer: (run, ms) => void setTimeout(run, ms),
    });
    this.#watch(options.root);
  }

  /** Everything is deployed for the first time. */
  ready(): void {
    const { root, watched } = this.#options;
    const outside = watched().map(({ folder }) => folder);
    for (const folder of new Set(outside)) if (!isWithin(folder, root)) this.#watch(folder);
    this.#isReady = true;
    this.#saved.ready();
  }

  buildBegins(): void {
    this.#saved.buildBegins();
  }

  buildEnds(): void {
    this.#saved.buildEnds();
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
  }

  #watch(folder: string): void {
    this.#folders.push(folder);
    this.#watchers.push(new TreeWatch(folder, (path) => this.#changed(path), this.#options.fail));
  }

  #changed(path: string): void {
    const affected = this.#affectedBy(path);
    if (!this.#isReady) this.#saved.changed(path);
    else if (affected.kind === 'file') this.#options.onSave(affected);
    else {
      // only build commands write files, so for a function without one each change is a save
      const { inside, sources } = affected;
      const { watched, onSave } = this.#options;
      const made = new Set(watched().flatMap((one) => (one.made === 'by command' ? [one.name] : [])));
      const others = inside.filter((name) => !made.has(name));
      if (others.length > 0) onSave({ kind: 'functions', inside: others, sources: [] });
      if (sources.length > 0 || others.length < inside.length) this.#saved.changed(path);
    }
  }

  #affectedBy(path: string): Affected {
    const { file, watched } = this.#options;
    return affectedBy(this.#relative(path), path, file, watched());
  }

  #relative(path: string): string {
    return relative(this.#folders.find((folder) => isWithin(path, folder)) ?? this.#options.root, path);
  }

  #sayWritten(paths: readonly string[]): void {
    const names = paths.map((path) => this.#relative(path)).sort();
    const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
    const text = `builds write ${names.slice(0, SHOWN).join(', ')}${more}: what changes there during a build starts no other`;
    this.#options.say(text, { outcome: 'written by builds', paths: names });
  }
}
