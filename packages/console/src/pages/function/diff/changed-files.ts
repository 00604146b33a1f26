import type { CodeFile, CodeFiles } from '../code/archive.ts';

export interface FileChange {
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before: CodeFile | undefined;
  readonly after: CodeFile | undefined;
}

const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one === other || (one.length === other.length && one.every((byte, at) => byte === other[at]));

/** What differs between two states of code, by path. Folders are what their files make of them. */
export function changedFiles(before: CodeFiles, after: CodeFiles): readonly FileChange[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => !path.endsWith('/'))
    .sort()
    .flatMap((path): FileChange[] => {
      const change = { path, before: before.get(path), after: after.get(path) };
      if (change.before === undefined) return [{ ...change, kind: 'added' }];
      if (change.after === undefined) return [{ ...change, kind: 'removed' }];
      return isSame(change.before.bytes, change.after.bytes) ? [] : [{ ...change, kind: 'changed' }];
    });
}
