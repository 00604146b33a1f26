import { sep } from 'node:path';

interface Watched {
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  /** Its code is made, perhaps from files outside of its folder. */
  readonly isMade: boolean;
}

export type Affected =
  | { readonly kind: 'file' }
  /** `inside`: the change is in the folder of these. `sources`: these are built, perhaps from what changed. */
  | { readonly kind: 'functions'; readonly inside: readonly string[]; readonly sources: readonly string[] };

const IGNORED = /(^|[/\\])(node_modules|\.git)([/\\]|$)/;

/** What a changed path means; `relative` is the path within the project. */
export function affectedBy(relative: string, path: string, projectFile: string, watched: readonly Watched[]): Affected {
  if (path === projectFile) return { kind: 'file' };
  const owners = watched.filter(({ folder }) => path === folder || path.startsWith(folder + sep));
  const isSource = owners.length === 0 && !IGNORED.test(relative);
  return {
    kind: 'functions',
    inside: owners.map(({ name }) => name),
    sources: isSource ? watched.filter(({ isMade }) => isMade).map(({ name }) => name) : [],
  };
}
