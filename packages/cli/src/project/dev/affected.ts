import { basename, dirname, sep } from 'node:path';

/** A function, or a package of the project. */
export interface Watched {
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  /** What its code is made of beside its folder: nothing, the files that its last build read, or what its command reads. */
  readonly made: 'copied' | 'built' | 'by command';
  /** Of one that is `built`; undefined while it cannot be built. */
  readonly reads?: ReadonlySet<string> | undefined;
  /** Absolute paths that belong to one `by command`. */
  readonly homes?: readonly string[];
}

export type Affected =
  | { readonly kind: 'file' }
  /** `inside`: the change is in the folder of these. `sources`: these are built, perhaps from what changed. */
  | { readonly kind: 'functions'; readonly inside: readonly string[]; readonly sources: readonly string[] };

/** What no build reads: installed packages, and what editors and programs write on the side. */
const IGNORED = /(^|[/\\])(node_modules|\.git)([/\\]|$)|(\.log|\.sw[a-z]|~)$/;
/** What decides how a build of a folder below goes. */
const SETTINGS = /^(tsconfig.*|package)\.json$/;

export const isIgnored = (path: string): boolean => IGNORED.test(path);

export const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(folder + sep);

/** What a changed path means; `relative` is the path within the project. */
export function affectedBy(relative: string, path: string, projectFile: string, watched: readonly Watched[]): Affected {
  if (path === projectFile) return { kind: 'file' };
  const owners = watched.filter(({ folder }) => isWithin(path, folder));
  const others = isIgnored(relative) ? [] : watched.filter((one) => !owners.includes(one));
  const claims = others.filter(({ homes = [] }) => homes.some((home) => isWithin(path, home)));
  const reads = (one: Watched): boolean => {
    switch (one.made) {
      case 'copied':
        return false;
      case 'built':
        return (one.reads?.has(path) ?? owners.length === 0) ? true : isSettingOf(path, one.folder);
      case 'by command':
        return owners.length === 0 && (claims.length === 0 || claims.includes(one));
    }
  };
  return {
    kind: 'functions',
    inside: owners.map(({ name }) => name),
    sources: others.filter(reads).map(({ name }) => name),
  };
}

const isSettingOf = (path: string, folder: string): boolean =>
  SETTINGS.test(basename(path)) && isWithin(folder, dirname(path));
