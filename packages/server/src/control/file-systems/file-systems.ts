import { randomUUID } from 'node:crypto';
import type { FileSystemMount, MountCheck, UserRange } from '@funcgraph/agent';
import type { MountChoice } from '../../domain/surroundings.ts';
import type { Clock } from '../../lib/clock.ts';
import { KeyLock } from '../../lib/key-lock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { type ChangeFeed, Replica } from '../../storage/index.ts';
import type { Catalog } from '../catalog.ts';
import { exists, hostRefusal, inUse } from '../networks/host-refusal.ts';
import { areNested, checkFileSystem } from './check-file-system.ts';
import type { FileSystemStore } from './file-system-store.ts';
import type { DiskUser, FileSystem, FileSystemState, MountHost, NewFileSystem } from './types.ts';

export interface FileSystemsOptions {
  readonly store: FileSystemStore;
  readonly feed: ChangeFeed;
  readonly host: MountHost;
  readonly catalog: Catalog;
  readonly clock: Clock;
  /** Whether functions of a project may mount a file system. Reads memory only. */
  readonly mayUse: (fileSystemId: string, projectId: string) => boolean;
  /** Called after a file system was removed. */
  readonly onRemoved: (fileSystemId: string) => Promise<void>;
  /** Folders of the server, without links: none of them, and nothing in or around them, can be registered. */
  readonly ownFolders: readonly string[];
  /** The users as whom functions may use file systems. The agent checks them as well. */
  readonly mountUsers: readonly UserRange[];
}

const MAX_FILE_SYSTEMS = 1000;
const REFUSALS = {
  NOT_ALLOWED: 'invalid_request',
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
  readonly #fileSystems: Replica<FileSystem>;
  readonly #changes = new KeyLock();

  constructor(options: FileSystemsOptions) {
    this.#options = options;
    const { feed, store } = options;
    const load = (ids: readonly string[] | undefined) => store.load(ids);
    this.#fileSystems = new Replica({ feed, topic: 'file-system', load, keyOf: ({ id }) => id });
  }

  start(): Promise<void> {
    return this.#fileSystems.start();
  }

  /** By name. */
  list(): FileSystemState[] {
    return this.#all()
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((one) => this.#state(one));
  }

  /** Throws `not_found`. */
  show(name: string): FileSystemState {
    return this.#state(this.#named(name));
  }

  /**
   * Mounts a file system once, to see that it can be, and registers it. Throws `invalid_request`, `invalid_mount_user`,
   * `resource_exists`, `mount_not_ready`, `not_available`.
   */
  async add(added: NewFileSystem): Promise<FileSystemState & MountCheck> {
    const requested = checkFileSystem(added, this.#options.ownFolders);
    this.#checkUser(requested.user);
    return this.#changes.run('', async () => {
      this.#refuseTwice(requested);
      const fileSystem = { ...requested, id: randomUUID(), createdAt: this.#options.clock.now() };
      const check = await this.#try(fileSystem);
      if (!(await this.#options.store.insert(fileSystem))) throw exists(`a file system ${requested.name}`);
      await this.#fileSystems.caughtUp();
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
      await this.#fileSystems.caughtUp();
      await this.#options.onRemoved(fileSystem.id);
    });
  }

  /**
   * Throws `mount_not_found` (also for one that the project may not use), `mounted_already`, `invalid_mount_user`.
   */
  check(mounts: readonly MountChoice[], projectId: string): void {
    const seen = new Set<string>();
    for (const mount of mounts) {
      const { id, name } = this.#mounted(mount, projectId).fileSystem;
      if (seen.has(id)) throw new PlatformError('mounted_already', `file system ${name} is mounted twice`);
      seen.add(id);
    }
  }

  /** Replaces the instances of every version that mounts a file system: its shares have changed. */
  sharingChanged(id: string): void {
    const fileSystem = this.#fileSystems.get(id);
    if (fileSystem === undefined) return;
    for (const snapshot of this.#options.catalog.snapshots()) {
      if (snapshot.surroundings.mounts.some((mount) => isOf(mount, fileSystem)))
        this.#options.catalog.facts.emit('surroundings.changed', { snapshot });
    }
  }

  /** The mounts of a sandbox. Throws as `check` does. */
  of(mounts: readonly MountChoice[], projectId: string): FileSystemMount[] {
    return mounts.map((mount) => {
      const { fileSystem, user } = this.#mounted(mount, projectId);
      const { source, readOnly } = fileSystem;
      return { source, readOnly, ...user, target: mount.path };
    });
  }

  #all(): FileSystem[] {
    return [...this.#fileSystems.values()];
  }

  #byName(name: string): FileSystem | undefined {
    return this.#all().find((one) => one.name === name);
  }

  #mounted(mount: MountChoice, projectId: string): { readonly fileSystem: FileSystem; readonly user: DiskUser } {
    const { resource } = mount;
    const found = this.#byName(resource) ?? this.#fileSystems.get(resource);
    if (found === undefined || !this.#options.mayUse(found.id, projectId)) {
      throw new PlatformError('mount_not_found', `file system ${resource.slice(0, 80)} does not exist`, {
        hint: 'The administrator of the machine registers one with: fgs filesystems add NAME --path DIR, and lets other accounts use it with: fgs shares add --filesystem NAME --account ACCOUNT',
      });
    }
    const user = diskUser(found, mount);
    this.#checkUser(user);
    return { fileSystem: found, user };
  }

  #checkUser({ uid, gid }: DiskUser): void {
    const isAllowed = (id: number) => this.#options.mountUsers.some(({ from, to }) => id >= from && id <= to);
    if (isAllowed(uid) && isAllowed(gid)) return;
    throw new PlatformError(
      'invalid_mount_user',
      `functions may not use file systems as user ${uid} and group ${gid}`,
      {
        hint: 'The operator names users and groups of the machine in mount_users of the configuration of the server.',
      },
    );
  }

  #named(name: string): FileSystem {
    const found = this.#byName(name);
    if (found === undefined) throw new PlatformError('not_found', `there is no file system ${name.slice(0, 80)}`);
    return found;
  }

  #refuseTwice({ name, source }: Pick<FileSystem, 'name' | 'source'>): void {
    const all = this.#all();
    if (all.some((one) => one.name === name)) throw exists(`a file system ${name}`);
    if (all.length >= MAX_FILE_SYSTEMS) {
      throw new PlatformError('invalid_request', `there are ${MAX_FILE_SYSTEMS} file systems`);
    }
    const around = all.find((other) => areNested(source, other.source));
    if (around === undefined) return;
    throw new PlatformError('invalid_request', `the folder is inside that of ${around.name}, or contains it`, {
      hint: 'Register folders that are not inside each other.',
    });
  }

  async #try({ source, readOnly, user }: FileSystem): Promise<MountCheck> {
    const mount = { source, readOnly, target: '/mnt/trial', ...user };
    try {
      return await this.#options.host.tryMount(mount);
    } catch (error) {
      throw hostRefusal(error, REFUSALS);
    }
  }

  #state(fileSystem: FileSystem): FileSystemState {
    return { ...fileSystem, usedBy: this.#usersOf(fileSystem) };
  }

  /** Versions of projects that may not use it do not count: they do not mount it. */
  #usersOf(fileSystem: FileSystem): string[] {
    const urns: string[] = [];
    for (const { urn, projectId, surroundings } of this.#options.catalog.snapshots()) {
      const mounts = surroundings.mounts.some((mount) => isOf(mount, fileSystem));
      if (mounts && this.#options.mayUse(fileSystem.id, projectId)) urns.push(urn);
    }
    return urns;
  }
}

function isOf({ resource }: MountChoice, { id, name }: FileSystem): boolean {
  return resource === name || resource === id;
}

/** The user that a function names must be the registered one, unless the registration leaves the choice to functions. */
function diskUser({ name, user, anyUser }: FileSystem, mount: Pick<MountChoice, 'uid' | 'gid'>): DiskUser {
  const requested = { uid: mount.uid ?? user.uid, gid: mount.gid ?? user.gid };
  if (anyUser || (requested.uid === user.uid && requested.gid === user.gid)) return requested;
  throw new PlatformError(
    'invalid_mount_user',
    `file system ${name} is mounted as user ${user.uid} and group ${user.gid}, not as ${requested.uid} and ${requested.gid}`,
    { hint: 'Set user_id and user_group_id of mount_user to -1. The administrator can register it with --any-user.' },
  );
}
