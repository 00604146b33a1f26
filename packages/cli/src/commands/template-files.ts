import { readdir, writeFile } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import type { RouteResponse, Routes } from '@funcgraph/api';
import { CliError, EXIT, makeFolders, systemCode, usageError } from '../framework/index.ts';

type Files = RouteResponse<Routes['showTemplateFiles']>['files'];

/** Refuses a folder that has contents. */
export async function refuseFilled(folder: string, shown: string): Promise<void> {
  try {
    if ((await readdir(folder)).length === 0) return;
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return;
    throw usageError(`cannot use ${shown}: ${systemCode(cause) ?? String(cause)}`);
  }
  throw new CliError(`${shown} is not empty`, {
    code: 'CLI.EXISTS',
    exitCode: EXIT.refused,
    hint: 'Name a folder that does not exist yet.',
  });
}

/** The local path of a file from the server; a server must not choose paths outside of the folder. */
function placeOf(folder: string, path: string): string {
  const place = resolve(folder, path);
  if (place.startsWith(folder + sep) && !path.includes('\0')) return place;
  throw new CliError(`the template has a file that would be outside of the folder: ${JSON.stringify(path)}`, {
    code: 'CLI.TEMPLATE',
    exitCode: EXIT.refused,
  });
}

/** Writes the files of a template; replaces none. */
export async function writeFiles(folder: string, files: Files): Promise<void> {
  const places = files.map((file) => ({ ...file, place: placeOf(folder, file.path) }));
  try {
    for (const { place, content, executable } of places) {
      await makeFolders(dirname(place));
      await writeFile(place, Buffer.from(content, 'base64'), { mode: executable ? 0o755 : 0o644, flag: 'wx' });
    }
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw usageError(`cannot write to ${folder}: ${systemCode(cause) ?? String(cause)}`);
  }
}
