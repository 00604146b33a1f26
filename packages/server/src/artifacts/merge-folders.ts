import type { Dirent } from 'node:fs';
import { chmod, copyFile, link, lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ArtifactError } from './errors.ts';
import { checkLinks } from './link-check.ts';
import type { TreeParts } from './types.ts';

const LINKS_AT_ONCE = 16;
/** The file system has no hard links, not between these folders, or no further one of this file. */
const NO_LINK: ReadonlySet<string> = new Set(['EMLINK', 'EXDEV', 'EPERM', 'ENOTSUP', 'ENOSYS']);

/**
 * One name of the merged tree: a folder of several sources, the strongest first, or the entry of the strongest source.
 */
type Winner =
  | { readonly kind: 'folder'; readonly sources: string[] }
  | { readonly kind: 'leaf'; readonly entry: Dirent };

/**
 * Merges the parts into `target`. Folders of one name become one folder; for all other entries the strongest part wins
 * and hides the others. Symbolic links are never followed, and checked again: links of one part may meet folders of
 * another. Throws `ArtifactError` for more than `maxEntries` names or a link that leads out; the caller removes the
 * folder.
 */
export async function mergeInto(target: string, parts: TreeParts, maxEntries: number): Promise<void> {
  const merge = new Merge(target, maxEntries);
  const strongestFirst = [...parts.layers].reverse();
  await merge.folder([parts.base, ...strongestFirst], '');
  if (parts.nodePackages) {
    for (const layer of strongestFirst) {
      for (const name of await packagesAtTop(layer)) await merge.graft(join(layer, name), `node_modules/${name}`);
    }
  }
  merge.checkLinks();
}

class Merge {
  readonly #target: string;
  readonly #maxEntries: number;
  readonly #links = new Map<string, string>();
  #entries = 0;

  constructor(target: string, maxEntries: number) {
    this.#target = target;
    this.#maxEntries = maxEntries;
  }

  async folder(sources: readonly string[], path: string): Promise<void> {
    const made = join(this.#target, path);
    await mkdir(made);
    await chmod(made, 0o755);
    const winners = await winnersOf(sources);
    this.#count(winners.size);
    const leaves: Dirent[] = [];
    for (const [name, winner] of winners) {
      const below = path === '' ? name : `${path}/${name}`;
      if (winner.kind === 'folder') await this.folder(winner.sources, below);
      else leaves.push(winner.entry);
    }
    for (let at = 0; at < leaves.length; at += LINKS_AT_ONCE) {
      await Promise.all(leaves.slice(at, at + LINKS_AT_ONCE).map((entry) => this.#leaf(entry, path)));
    }
  }

  /** Adds a folder at an unused path; existing entries stay. */
  async graft(source: string, path: string): Promise<void> {
    const parents = path.split('/').slice(0, -1);
    for (let depth = 1; depth <= parents.length; depth++) {
      const parent = join(this.#target, ...parents.slice(0, depth));
      const kind = await kindOf(parent);
      if (kind === 'other') return;
      if (kind === 'folder') continue;
      this.#count(1);
      await mkdir(parent);
      await chmod(parent, 0o755);
    }
    if ((await kindOf(join(this.#target, path))) === 'none') await this.folder([source], path);
  }

  checkLinks(): void {
    checkLinks(this.#links);
  }

  #count(more: number): void {
    this.#entries += more;
    if (this.#entries > this.#maxEntries) {
      throw new ArtifactError(
        'too-many-entries',
        `code and dependencies have more than ${this.#maxEntries} files together`,
      );
    }
  }

  async #leaf(entry: Dirent, path: string): Promise<void> {
    const from = join(entry.parentPath, entry.name);
    const to = join(this.#target, path, entry.name);
    if (entry.isSymbolicLink()) {
      const text = await readlink(from);
      this.#links.set(path === '' ? entry.name : `${path}/${entry.name}`, text);
      await symlink(text, to);
      return;
    }
    if (!entry.isFile()) throw new Error('a tree of the artifact store holds neither file, folder nor link');
    await link(from, to).catch(async (error: unknown) => {
      if (!(error instanceof Error && 'code' in error && NO_LINK.has(String(error.code)))) throw error;
      const { mode } = await lstat(from);
      await copyFile(from, to);
      await chmod(to, mode & 0o777);
    });
  }
}

async function winnersOf(sources: readonly string[]): Promise<Map<string, Winner>> {
  const winners = new Map<string, Winner>();
  for (const source of sources) {
    for (const entry of await readdir(source, { withFileTypes: true })) {
      const known = winners.get(entry.name);
      const path = join(source, entry.name);
      if (known === undefined) {
        winners.set(entry.name, entry.isDirectory() ? { kind: 'folder', sources: [path] } : { kind: 'leaf', entry });
      } else if (known.kind === 'folder' && entry.isDirectory()) known.sources.push(path);
    }
  }
  return winners;
}

/** Folders that Node.js would load as packages, including those in a scope as `@scope/name`. */
async function packagesAtTop(layer: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(layer, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name === 'node_modules') continue;
    if (!entry.name.startsWith('@')) {
      if (await isPackage(join(layer, entry.name))) found.push(entry.name);
      continue;
    }
    for (const inner of await readdir(join(layer, entry.name), { withFileTypes: true })) {
      const name = `${entry.name}/${inner.name}`;
      if (inner.isDirectory() && (await isPackage(join(layer, name)))) found.push(name);
    }
  }
  return found;
}

async function isPackage(folder: string): Promise<boolean> {
  const names = await readdir(folder);
  return names.includes('package.json') || names.includes('index.js');
}

async function kindOf(path: string): Promise<'folder' | 'other' | 'none'> {
  try {
    return (await lstat(path)).isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'none';
    throw error;
  }
}
