import type { CodeFiles } from './archive.ts';

export interface TreeNode {
  /** The path; that of a folder ends in a slash. */
  readonly key: string;
  readonly name: string;
  readonly children?: TreeNode[];
}

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: string[];
}

const folder = (): Folder => ({ folders: new Map(), files: [] });

function within(parent: Folder, name: string): Folder {
  const found = parent.folders.get(name) ?? folder();
  parent.folders.set(name, found);
  return found;
}

function nodesOf({ folders, files }: Folder, prefix: string): TreeNode[] {
  const byName = (a: string, b: string) => (a < b ? -1 : 1);
  return [
    ...[...folders.keys()].sort(byName).map((name) => {
      const key = `${prefix}${name}/`;
      return { key, name, children: nodesOf(within({ folders, files }, name), key) };
    }),
    ...files.sort(byName).map((name) => ({ key: prefix + name, name })),
  ];
}

/** Paths as a tree: folders first, then files, each by name. */
export function treeNodes(files: CodeFiles): TreeNode[] {
  const root = folder();
  for (const path of files.keys()) {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    const parent = parts.reduce(within, root);
    if (name !== '') parent.files.push(name);
  }
  return nodesOf(root, '');
}
