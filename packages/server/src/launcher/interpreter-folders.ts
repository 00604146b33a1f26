import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * The folders of the Node.js that runs the platform and of those in `searchPath`, which functions may get. A version
 * manager of root keeps them below `/root`, where the server's user needs access.
 */
export function interpreterFolders(platformNode: string, searchPath: readonly string[]): string[] {
  const programs = [
    platformNode,
    ...searchPath.flatMap((folder) => ['node', 'nodejs'].map((name) => join(folder, name))),
  ];
  const folders = programs.filter((path) => existsSync(path)).map((path) => dirname(realpathSync(path)));
  return [...new Set(folders.map((folder) => (basename(folder) === 'bin' ? dirname(folder) : folder)))];
}
