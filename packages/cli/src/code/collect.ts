import { lstatSync, readdirSync, readFileSync, realpathSync, type Stats } from 'node:fs';
import { readlink, realpath } from 'node:fs/promises';
import { isAbsolute, join, resolve, sep } from 'node:path';
import { LIMITS } from '@funcgraph/api';
import { CliError, EXIT, systemCode } from '../framework/index.ts';
import { IgnoreRules } from './ignore.ts';

export interface FileEntry {
  readonly kind: 'file';
  readonly path: string;
  readonly source: string;
  readonly executable: boolean;
  readonly size: number;
  /** Another one when the file has changed, unless it changed twice in a short time. `changedAt` is by `Date.now()`. */
  readonly stamp: { readonly text: string; readonly changedAt: number };
}

/** A file of the archive that is made, and not read from the folder. */
export interface MadeFile {
  readonly path: string;
  readonly content: Buffer;
}

/** One entry of the archive. `path` is relative with `/`. */
export type Entry =
  | FileEntry
  | ({ readonly kind: 'made' } & MadeFile)
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

/** The folder cannot be a function. */
export function codeError(message: string, hint?: string, cause?: unknown): CliError {
  return new CliError(message, { code: 'CLI.CODE', exitCode: EXIT.refused, hint, cause });
}

/** A file or folder has gone since it was listed, such as one that an editor writes and renames. */
export class FolderChanged extends CliError {
  constructor(path: string, cause: unknown) {
    const hint = 'Try again when nothing writes to the folder. Name files that come and go in .fgsignore.';
    super(`${path} has gone while the folder was read`, { code: 'CLI.CODE', exitCode: EXIT.refused, hint, cause });
  }
}

/** The error of reading what was listed. */
export function unread(path: string, error: unknown): unknown {
  return systemCode(error) === 'ENOENT' ? new FolderChanged(path, error) : error;
}

const inside = (root: string, path: string): boolean => path === root || path.startsWith(root + sep);

/** Reads a link and refuses one that leaves the folder, directly or through other links. */
async function linkTarget(root: string, source: string, path: string): Promise<string> {
  const target = await readlink(source);
  const hint = 'Only relative links that stay inside the folder can be kept. Copy the file, or name it in .fgsignore.';
  if (isAbsolute(target) || !inside(root, resolve(source, '..', target)))
    throw codeError(`the link ${path} leads out of the folder`, hint);
  try {
    if (!inside(root, await realpath(source))) throw codeError(`the link ${path} leads out of the folder`, hint);
  } catch (error) {
    // a link to a missing file is harmless: its text was checked above
    if (systemCode(error) === 'ELOOP') throw codeError(`the link ${path} leads to itself`, hint, error);
    if (systemCode(error) !== 'ENOENT') throw error;
  }
  return target;
}

function stampOf({ size, ino, mtimeMs, ctimeMs }: Stats): FileEntry['stamp'] {
  return { text: `${size} ${ino} ${mtimeMs} ${ctimeMs}`, changedAt: Math.max(mtimeMs, ctimeMs) };
}

function readIgnoreFile(folder: string, name: string): string | undefined {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'EISDIR') return undefined;
    throw error;
  }
}

function rootOf(folder: string): string {
  try {
    const root = realpathSync(folder);
    if (lstatSync(root).isDirectory()) return root;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw codeError(`there is no folder ${folder}`, undefined, error);
    throw error;
  }
  throw codeError(`${folder} is not a folder`, 'For a single file or an archive: fgs functions create');
}

/** The files of a function, and what a `.gitignore` keeps out of it: files, and folders with `/` at the end. */
export interface Collected {
  readonly entries: readonly Entry[];
  readonly ignored: readonly string[];
}

/**
 * Lists the files of the function in `folder`, in an order that does not depend on the file system. Refuses links that
 * lead out, special files, more than 30,000 entries and more than 1500 MB. Empty folders are left out.
 * `leavesOut` judges each path; then the folder may have no other files.
 */
export async function collectEntries(folder: string, leavesOut?: (path: string) => boolean): Promise<Collected> {
  const root = rootOf(folder);
  const rules = new IgnoreRules(readIgnoreFile(root, '.fgsignore'));
  const entries: Entry[] = [];
  const ignored: string[] = [];
  let bytes = 0;

  async function add(source: string, path: string): Promise<void> {
    const stat = lstatSync(source);
    if (stat.isSymbolicLink()) entries.push({ kind: 'link', path, target: await linkTarget(root, source, path) });
    else if (stat.isFile()) {
      bytes += stat.size;
      const executable = (stat.mode & 0o111) !== 0;
      entries.push({ kind: 'file', path, source, executable, size: stat.size, stamp: stampOf(stat) });
    } else throw codeError(`${path} is neither a file nor a folder`, 'List it in .fgsignore.');
    if (entries.length > LIMITS.codeFiles)
      throw codeError(`the folder has more than ${LIMITS.codeFiles} files`, 'List unneeded files in .fgsignore.');
    if (bytes > LIMITS.codeUnpackedBytes)
      throw codeError('the folder is larger than 1500 MB', 'List unneeded files in .fgsignore.');
  }

  async function walk(directory: string, within: string): Promise<void> {
    const text = rules.reads(within) ? readIgnoreFile(directory, '.gitignore') : undefined;
    if (text !== undefined) rules.addGitignore(within, text);
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = within === '' ? entry.name : `${within}/${entry.name}`;
      if (leavesOut?.(path)) continue;
      const isFolder = entry.isDirectory();
      const by = rules.ignores(path, isFolder);
      if (by === '.gitignore') ignored.push(isFolder ? `${path}/` : path);
      if (by !== undefined) continue;
      const source = join(directory, entry.name);
      try {
        if (isFolder) await walk(source, path);
        else await add(source, path);
      } catch (error) {
        throw unread(path, error);
      }
    }
  }

  await walk(root, '');
  if (entries.length === 0 && leavesOut === undefined) throw codeError(`${folder} has no files`);
  return { entries: entries.sort((a, b) => (a.path < b.path ? -1 : 1)), ignored: ignored.sort() };
}
