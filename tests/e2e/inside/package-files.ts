import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../server.ts';

/** The official SDK. It needs `uuid` and does not name it among its dependencies. */
export const SDK = ['@huaweicloud/huaweicloud-sdk-core', '@huaweicloud/huaweicloud-sdk-functiongraph', 'uuid'];
const RUNS = /\.(?:js|cjs|mjs|json)$/;

/** Packages as `npm install` places them, with their dependencies and without their types and sources. */
export function packageFiles(names: readonly string[]): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  const folders = new Set<string>();
  for (const name of names) collect(name, ROOT, folders);
  for (const folder of folders) add(folder, files);
  return files;
}

/** The folder of a package and those of its dependencies, as Node.js finds them from `from`. */
function collect(name: string, from: string, folders: Set<string>): void {
  const folder = found(name, from);
  if (folder === undefined || folders.has(folder)) return;
  folders.add(folder);
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  for (const dependency of Object.keys(dependencies)) collect(dependency, folder, folders);
}

function found(name: string, from: string): string | undefined {
  for (let folder = from; folder.startsWith(ROOT.replace(/\/$/, '')); folder = join(folder, '..')) {
    const place = join(folder, 'node_modules', name);
    if (existsSync(join(place, 'package.json'))) return place;
  }
  return undefined;
}

function add(folder: string, files: Record<string, Uint8Array>): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) {
      if (name !== 'node_modules') add(path, files);
    } else if (RUNS.test(name)) files[path.slice(ROOT.length)] = readFileSync(path);
  }
}
