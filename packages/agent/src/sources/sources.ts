import { closeSync, fstatSync, mkdirSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { AgentError } from '../agent-error.ts';
import { bindDescriptor } from './bind-descriptor.ts';
import { closeSteps, descend, openPlace } from './descend.ts';
import { closeOpened, type Opened, type Roots } from './roots.ts';

const MAX_STAGED = 256;
const OTHERS_MAY_ENTER = 0o001;
const OTHERS_MAY_READ = 0o004;
const OTHERS_MAY_CONNECT = 0o002;

/** A checked source of a sandbox, held open until it is bound. */
export interface Source {
  readonly descriptor: number;
  /** The same for a program that opens it by itself: a root, and names below it. */
  readonly root: string;
  readonly below: string;
  close(): void;
}

/** The use of a source: code and runtimes, the files of an image, a link socket, a file system to share. */
export type Purpose = 'code' | 'image' | 'link' | 'shared';

export interface SourcesParts {
  readonly roots: Readonly<Record<Purpose, Roots>>;
  /** Folder of the agent whose path every user can search. */
  readonly folder: string;
  /** The agent has a mount namespace of its own. */
  readonly mayMount: boolean;
  /** Sandboxes run as other users than the agent, which own nothing. */
  readonly otherUsers: boolean;
}

interface Place {
  readonly descriptor: number;
  readonly evenClosed: boolean;
  readonly path: string;
}

/**
 * Opens sources for sandboxes and makes them reachable for sandbox users, even below a folder of mode 0700. The first
 * folder below such a closed folder is mounted once below the agent's own folder, by its descriptor, in the agent's
 * private mount namespace: no other process of the machine sees the mount, and it ends with the agent.
 */
export class Sources {
  readonly #parts: SourcesParts;
  readonly #staged = new Map<string, Promise<string>>();

  constructor(parts: SourcesParts) {
    this.#parts = parts;
  }

  /** Checks the rules only, not the disk. Throws `SOURCE_REFUSED`. */
  checkAllowed(purpose: Purpose, path: string): void {
    this.#parts.roots[purpose].check(path);
  }

  /** Throws `SOURCE_REFUSED`, `BIND_UNREACHABLE`. */
  async open(purpose: Purpose, path: string): Promise<Source> {
    const opened = this.#parts.roots[purpose].open(path);
    const { root, rootDescriptor, parts, steps } = opened;
    try {
      const stats = steps.at(-1)?.stats ?? fstatSync(rootDescriptor);
      checkKind(stats, purpose, path);
      // The agent mounts shared file systems itself, with mapped users.
      if (!this.#parts.otherUsers || purpose === 'shared') return this.#source(opened, reopened(opened));
      checkMode(stats, path);
      const entrance = this.#entrance(opened);
      if (entrance === undefined) return this.#source(opened, reopened(opened));
      const { place, rest } = entrance;
      const staged = await this.#stage(place);
      return this.#source(opened, openBelow(staged, rest));
    } catch (error) {
      if (error instanceof AgentError) throw error;
      throw new AgentError('SOURCE_REFUSED', `${root}/${parts.join('/')} changed while it was opened`, {
        cause: error,
      });
    } finally {
      closeOpened(opened);
    }
  }

  #source({ root, parts }: Opened, descriptor: number): Source {
    return { descriptor, root, below: parts.join('/'), close: () => closeSync(descriptor) };
  }

  /**
   * The folder below the deepest one that others may not enter, and the path from there; undefined when none is closed.
   */
  #entrance({
    root,
    rootDescriptor,
    evenClosed,
    parts,
    steps,
  }: Opened): { place: Place; rest: readonly string[] } | undefined {
    const folders = [fstatSync(rootDescriptor), ...steps.map(({ stats }) => stats)].slice(0, -1);
    const deepest = folders.findLastIndex((stats) => isClosed(stats));
    if (deepest === -1) {
      return isReachable(root)
        ? undefined
        : { place: { descriptor: rootDescriptor, evenClosed, path: root }, rest: parts };
    }
    const behind = steps[deepest];
    if (behind === undefined) throw new Error('a closed folder has nothing behind it');
    const path = [root, ...parts.slice(0, deepest + 1)].join('/');
    return { place: { descriptor: behind.descriptor, evenClosed, path }, rest: parts.slice(deepest + 1) };
  }

  #stage({ descriptor, evenClosed, path }: Place): Promise<string> {
    const { folder } = this.#parts;
    // A closed system folder protects its content from other users, regardless of the modes inside.
    const mayMount = this.#parts.mayMount && evenClosed;
    const { dev, ino } = fstatSync(descriptor);
    // By device and inode, not by name: a folder that replaced another one is different.
    const key = `${dev}:${ino}`;
    const known = this.#staged.get(key);
    if (known !== undefined) return known;
    const above = dirname(path);
    if (!mayMount) {
      throw new AgentError('BIND_UNREACHABLE', `the sandbox user cannot reach ${path}: a folder above is closed`, {
        hint: `chmod o+x ${above} and the folders above it, or keep it in another folder`,
      });
    }
    if (this.#staged.size >= MAX_STAGED) {
      throw new AgentError('BIND_UNREACHABLE', `more than ${MAX_STAGED} closed folders are in use`, {
        hint: `open the folders above ${path} with chmod o+x`,
      });
    }
    if (!fstatSync(descriptor).isDirectory()) {
      throw new AgentError('BIND_UNREACHABLE', `${path} stands in a closed folder`, { hint: `chmod o+x ${above}` });
    }
    const target = `${folder}/${this.#staged.size}`;
    const mounting = mountOn(descriptor, target);
    this.#staged.set(key, mounting);
    mounting.catch(() => this.#staged.delete(key));
    return mounting;
  }
}

/** True when every user may walk down to this folder and through it. */
export function isOpen(folder: string): boolean {
  return !isClosed(statSync(folder)) && isReachable(folder);
}

function isReachable(path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (isClosed(statSync(folder))) return false;
    if (folder === '/') return true;
  }
}

function isClosed(stats: Stats): boolean {
  return stats.isDirectory() && (stats.mode & OTHERS_MAY_ENTER) === 0;
}

function checkKind(stats: Stats, purpose: Purpose, path: string): void {
  if (stats.isDirectory()) {
    if (purpose !== 'link') return;
  } else if (purpose === 'link' ? stats.isSocket() : purpose === 'code' && stats.isFile()) return;
  const expected = { code: 'a folder or a file', image: 'a folder', link: 'a socket', shared: 'a folder' }[purpose];
  throw new AgentError('SOURCE_REFUSED', `${path} is not ${expected}`);
}

function checkMode(stats: Stats, path: string): void {
  const [bit, letter] = stats.isDirectory()
    ? [OTHERS_MAY_ENTER, 'rx']
    : stats.isSocket()
      ? [OTHERS_MAY_CONNECT, 'w']
      : [OTHERS_MAY_READ, 'r'];
  if ((stats.mode & bit) !== 0) return;
  throw new AgentError('BIND_UNREACHABLE', `${path} is closed to the sandbox user`, {
    hint: `chmod o+${letter} ${path}`,
  });
}

/** A descriptor that outlives the walk. */
function reopened({ rootDescriptor, steps }: Opened): number {
  return openPlace(`/proc/self/fd/${steps.at(-1)?.descriptor ?? rootDescriptor}`);
}

/** The agent made the mount at `folder`; paths below it are opened with the same checks. */
function openBelow(folder: string, parts: readonly string[]): number {
  const top = openPlace(folder);
  if (parts.length === 0) return top;
  try {
    const steps = descend(top, parts);
    closeSteps(steps.slice(0, -1));
    const last = steps.at(-1);
    if (last === undefined) throw new Error('nothing was opened');
    return last.descriptor;
  } finally {
    closeSync(top);
  }
}

async function mountOn(descriptor: number, target: string): Promise<string> {
  mkdirSync(target, { recursive: true });
  await bindDescriptor(descriptor, target, ['nosuid', 'nodev']);
  return target;
}
