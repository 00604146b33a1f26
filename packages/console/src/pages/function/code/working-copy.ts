import { type CodeFiles, textFile } from './archive.ts';

/** The code of a function with what a person has changed and not deployed yet. */
export interface WorkingCopy {
  /** As deployed. */
  readonly base: CodeFiles;
  /** Of the deployed code. */
  readonly digest: string;
  /** Folders are paths that end in a slash; those with files need no entry. */
  readonly files: CodeFiles;
}

export type Change =
  | { readonly kind: 'load'; readonly files: CodeFiles; readonly digest: string }
  | { readonly kind: 'write'; readonly path: string; readonly text: string }
  | { readonly kind: 'create'; readonly path: string }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'deployed'; readonly files: CodeFiles; readonly digest: string };

export const startOf = (files: CodeFiles, digest: string): WorkingCopy => ({ base: files, digest, files });

/** The path itself, and everything below it when it is a folder. */
const isWithin = (path: string, place: string): boolean =>
  path === place || (place.endsWith('/') && path.startsWith(place));

export function changed(copy: WorkingCopy, change: Change): WorkingCopy {
  const entries = [...copy.files];
  switch (change.kind) {
    case 'load':
      return startOf(change.files, change.digest);
    case 'deployed':
      // what was written since stays a change
      return { ...copy, base: change.files, digest: change.digest };
    case 'write': {
      const before = copy.files.get(change.path);
      if (before?.text === change.text) return copy;
      const present = copy.base.get(change.path);
      const file = present?.text === change.text ? present : textFile(change.text, before?.attributes);
      return { ...copy, files: new Map(entries).set(change.path, file) };
    }
    case 'create':
      return { ...copy, files: new Map(entries).set(change.path, textFile('')) };
    case 'remove':
      return { ...copy, files: new Map(entries.filter(([path]) => !isWithin(path, change.path))) };
    case 'rename': {
      const { from, to } = change;
      const moved = (path: string) => (isWithin(path, from) ? to + path.slice(from.length) : path);
      return { ...copy, files: new Map(entries.map(([path, file]) => [moved(path), file])) };
    }
  }
}

export const isModified = ({ base, files }: WorkingCopy, path: string): boolean =>
  files.get(path)?.bytes !== base.get(path)?.bytes;

export function modifiedPaths(copy: WorkingCopy): readonly string[] {
  return [...new Set([...copy.files.keys(), ...copy.base.keys()])].filter((path) => isModified(copy, path));
}

const MOST_PATH_CHARS = 400;
const PART = /^(?!\.{1,2}$)[^\\:*?"<>|\p{Cc}]{1,255}$/u;

/** Why a file or folder cannot have this path; undefined when it can. */
export function pathProblem(path: string, files: CodeFiles): 'invalid' | 'taken' | undefined {
  const plain = path.replace(/\/$/, '');
  if (plain.length > MOST_PATH_CHARS || !plain.split('/').every((part) => PART.test(part))) return 'invalid';
  // a file cannot be a folder too
  const parents = plain.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/'));
  const isTaken = [...files.keys()].some((other) => other === plain || other.startsWith(`${plain}/`));
  return isTaken || parents.some((parent) => files.has(parent)) ? 'taken' : undefined;
}
