import { randomUUID } from 'node:crypto';
import type { FileSystemMount, MountCheck } from '@funcgraph/agent';
import type { WantedMount } from '../../domain/surroundings.ts';
import type { Clock } from '../../lib/clock.ts';
import { KeyLock } from '../../lib/key-lock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Catalog } from '../catalog.ts';
import type { Kept } from '../functions/types.ts';
import { exists, hostRefusal, inUse } from '../networks/host-refusal.ts';
import { areNested, readFileSystemBody } from './file-system-body.ts';
import type { FileSystemStore } from './file-system-store.ts';
import type { FileSystem, FileSystemState, MountHost } from './types.ts';

export interface FileSystemsOptions {
  readonly store: FileSystemStore;
  readonly host: MountHost;
  readonly catalog: Catalog;
  readonly clock: Clock;
}

const MAX_FILE_SYSTEMS = 1000;
/** Whom functions are inside, for the trial. */
const USUAL_ID = 1003;
const REFUSALS = {
  MOUNT_FAILED: 'mount_not_ready',
  NOT_SUPPORTED: 'not_available',
  BAD_REQUEST: 'invalid_request',
} as const;

/**
 * File systems of the administrator, and which ones a version mounts. All are in memory; a change is durable when its
 * promise resolves. A file system never changes, so that two functions that name it share their files.
 */
export class FileSystems {
  readonly #options: FileSystemsOptions;
  readonly #byName = new Map<string, FileSystem>();
  readonly #changes = new KeyLock();

  constructor(options: FileSystemsOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    for (const one of await this.#options.store.all()) this.#byName.set(one.name, one);
  }

  /** By name. */
  list(): FileSystemState[] {
    return [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map((one) => this.#state(one));
  }

  /** Throws `not_found`. */
  show(name: string): FileSystemState {
    return this.#state(this.#named(name));
  }

  /**
   * Mounts a file system once, to see that it can be, and registers it. Throws `invalid_request`, `resource_exists`,
   * `mount_not_ready`, `not_available`.
   */
  async add(body: Kept): Promise<FileSystemState & MountCheck> {
    const wanted = readFileSystemBody(body);
    return this.#changes.run('', async () => {
      this.#refuseTwice(wanted);
      const fileSystem = { ...wanted, id: randomUUID(), createdAt: this.#options.clock.now() };
      const check = await this.#try(fileSystem);
      if (!(await this.#options.store.insert(fileSystem))) throw exists(`a file system ${wanted.name}`);
      this.#byName.set(wanted.name, fileSystem);
      return { ...this.#state(fileSystem), ...check };
    });
  }

  /** Nothing of its content is touched. Throws `not_found`, `resource_in_use`. */
  async remove(name: string): Promise<void> {
    await this.#changes.run('', async () => {
      const fileSystem = this.#named(name);
      const [user, ...others] = this.#usersOf(fileSystem);
      if (user !== undefined) throw inUse(`file system ${name}`, user, others.length);
      await this.#options.store.remove(fileSystem.id);
      this.#byName.delete(name);
    });
  }

  /** Throws `mount_not_found`, `mounted_already`. */
  check(mounts: readonly WantedMount[]): void {
    const seen = new Set<string>();
    for (const { id, name } of mounts.map((mount) => this.#wanted(mount))) {
      if (seen.has(id)) throw new PlatformError('mounted_already', `file system ${name} is mounted twice`);
      seen.add(id);
    }
  }

  /** What a sandbox is given. Throws `mount_not_found`. */
  of(mounts: readonly WantedMount[]): FileSystemMount[] {
    return mounts.map((mount) => {
      const { source, readOnly } = this.#wanted(mount);
      const { uid, gid, path } = mount;
      return { source, readOnly, uid, gid, target: path };
    });
  }

  #wanted({ resource }: WantedMount): FileSystem {
    const found = this.#byName.get(resource) ?? [...this.#byName.values()].find(({ id }) => id === resource);
    if (found !== undefined) return found;
    throw new PlatformError('mount_not_found', `there is no file system ${resource.slice(0, 80)} on this machine`, {
      hint: 'Its administrator registers one with: fgs filesystems add NAME --path DIR',
    });
  }

  #named(name: string): FileSystem {
    const found = this.#byName.get(name);
    if (found === undefined) throw new PlatformError('not_found', `there is no file system ${name.slice(0, 80)}`);
    return found;
  }

  #refuseTwice({ name, source }: Pick<FileSystem, 'name' | 'source'>): void {
    if (this.#byName.has(name)) throw exists(`a file system ${name}`);
    if (this.#byName.size >= MAX_FILE_SYSTEMS) {
      throw new PlatformError('invalid_request', `there are ${MAX_FILE_SYSTEMS} file systems`);
    }
    const around = [...this.#byName.values()].find((other) => areNested(source, other.source));
    if (around === undefined) return;
    throw new PlatformError('invalid_request', `the folder stands in that of ${around.name}, or around it`, {
      hint: 'Register folders that stand beside each other.',
    });
  }

  async #try({ source, readOnly }: FileSystem): Promise<MountCheck> {
    const mount = { source, readOnly, target: '/mnt/trial', uid: USUAL_ID, gid: USUAL_ID };
    try {
      return await this.#options.host.tryMount(mount);
    } catch (error) {
      throw hostRefusal(error, REFUSALS);
    }
  }

  #state(fileSystem: FileSystem): FileSystemState {
    return { ...fileSystem, usedBy: this.#usersOf(fileSystem) };
  }

  #usersOf({ id, name }: FileSystem): string[] {
    const urns: string[] = [];
    for (const { urn, surroundings } of this.#options.catalog.versions()) {
      if (surroundings.mounts.some(({ resource }) => resource === name || resource === id)) urns.push(urn);
    }
    return urns;
  }
}
