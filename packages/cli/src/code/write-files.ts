import { realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { makeFolders } from '../framework/index.ts';
import { codeError } from './collect.ts';
import type { UnzippedFile } from './unzip.ts';

/** Writes the files of an archive below a folder; replaces none. Throws a CliError for one that leads out of the folder. */
export async function writeFiles(folder: string, files: readonly UnzippedFile[]): Promise<void> {
  const placed = files.map((file) => ({ ...file, place: inside(folder, file.path) }));
  for (const { place, content, executable } of placed.filter(({ isLink }) => !isLink)) {
    await makeFolders(dirname(place));
    await writeFile(place, content, { mode: executable ? 0o755 : 0o644, flag: 'wx' });
  }
  // after the files, so that none of them is written through a link
  const root = placed.length === 0 ? folder : await realRoot(folder);
  for (const { path, place, content } of placed.filter(({ isLink }) => isLink)) {
    const target = content.toString('utf8');
    if (isAbsolute(target)) throw leadsOut(path);
    inside(folder, join(dirname(path), target));
    await makeFolders(dirname(place));
    // below another link the target would be counted from elsewhere
    if ((await realpath(dirname(place))) !== resolve(root, dirname(path))) throw leadsOut(path);
    await symlink(target, place);
  }
}

async function realRoot(folder: string): Promise<string> {
  await makeFolders(folder);
  return realpath(folder);
}

const leadsOut = (path: string) =>
  codeError(`the code has a file that leads out of its folder: ${JSON.stringify(path)}`);

function inside(folder: string, path: string): string {
  const place = resolve(folder, path);
  if (place.startsWith(folder + sep) && !isAbsolute(path) && !path.includes('\0')) return place;
  throw leadsOut(path);
}
