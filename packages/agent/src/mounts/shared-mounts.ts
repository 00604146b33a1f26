import { closeSync, fstatSync, mkdirSync, rmdirSync, type Stats } from 'node:fs';
import { AgentError } from '../agent-error.ts';
import { runHostCommand } from '../host-command.ts';
import type { FileSystemMount, MountCheck } from '../protocol.ts';
import type { Source, Sources } from '../sources/sources.ts';
import { Answering, isMissing } from './answering.ts';
import { bindMapped, mappingOption } from './id-mapping.ts';
import { checkMountUser, type MountUserRules } from './mount-users.ts';
import { type NfsExport, NfsExports } from './nfs-exports.ts';

/** An unused user id of the host, for the test of the mapping. */
const PROBE_USER = 299_999;

/** What bubblewrap binds. */
export interface MountBind {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** The file systems of one sandbox, ready to be bound. */
export interface PreparedMounts {
  readonly binds: readonly MountBind[];
  /** Unmounts them in the agent's namespace once the sandbox has its own: every mount slows down starts. Idempotent. */
  hide(): Promise<void>;
}

export interface SharedMountsParts extends MountUserRules {
  /** For mount points; sandbox users need search permission on its path. */
  readonly folder: string;
  readonly sources: Sources;
  readonly exports: readonly NfsExport[];
}

/** The user that a sandbox must run as to own the files of a file system that cannot map users. */
export interface HostUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * File systems that several sandboxes share. Each sandbox has a host user of its own, so the kernel maps users at each
 * mount where the file system can do that; where it cannot (NFS), sandboxes run as the user to whom the files belong.
 */
export class SharedMounts {
  readonly #folder: string;
  readonly #sources: Sources;
  readonly #exports: NfsExports;
  readonly #answering = new Answering();
  readonly #userRules: MountUserRules;
  /** Which file systems can map users, by device. */
  readonly #users = new Map<number, MountCheck['users']>();
  #count = 0;

  private constructor({ folder, sources, exports, ...userRules }: SharedMountsParts) {
    this.#folder = folder;
    this.#sources = sources;
    this.#exports = new NfsExports({ folder, allowed: exports, answering: this.#answering });
    this.#userRules = userRules;
  }

  /** Needs root and the agent's own mount namespace. */
  static open(parts: SharedMountsParts): SharedMounts {
    mkdirSync(parts.folder, { recursive: true, mode: 0o711 });
    return new SharedMounts(parts);
  }

  /** Throws `MOUNT_FAILED` with the obstacle, `NOT_ALLOWED` for a source that the rules do not list. */
  async check(mount: FileSystemMount): Promise<MountCheck> {
    return this.#opened(mount, async (root) => {
      const found = fstatSync(root);
      const users = this.#users.get(found.dev) ?? (await this.#tryUsers(root, mount));
      this.#users.set(found.dev, users);
      return { users, writable: !mount.readOnly && mayWrite(found, mount) };
    });
  }

  /** The host user that these mounts require for a sandbox; undefined if any user works. */
  async hostUser(mounts: readonly FileSystemMount[]): Promise<HostUser | undefined> {
    for (const mount of mounts) {
      if ((await this.check(mount)).users === 'shared') return { uid: mount.uid, gid: mount.gid };
    }
    return undefined;
  }

  /** For a sandbox that runs as `hostUser`. Throws `MOUNT_FAILED`; then no mount is left. */
  async prepare(mounts: readonly FileSystemMount[], hostUser: number): Promise<PreparedMounts> {
    const points: string[] = [];
    const hide = async (): Promise<void> => {
      for (const point of points.splice(0)) {
        await runHostCommand('umount', ['--lazy', '--', point]);
        rmdirSync(point);
      }
    };
    try {
      const binds: MountBind[] = [];
      for (const mount of mounts) {
        const { target, readOnly } = mount;
        const point = this.#newPoint();
        const mapping = mount.uid === hostUser ? undefined : mappingOption(mount, hostUser);
        await this.#opened(mount, (root) => bindMapped(root, point, mapping)).catch((error: unknown) => {
          rmdirSync(point);
          throw error;
        });
        points.push(point);
        binds.push({ source: point, target, readOnly });
      }
      return { binds, hide };
    } catch (error) {
      await hide();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#exports.close();
  }

  async #tryUsers(root: number, mount: FileSystemMount): Promise<MountCheck['users']> {
    const point = this.#newPoint();
    try {
      await bindMapped(root, point, mappingOption(mount, PROBE_USER));
    } catch {
      return 'shared';
    } finally {
      await runHostCommand('umount', ['--lazy', '--', point]).catch(() => {});
      rmdirSync(point);
    }
    return 'mapped';
  }

  /** Calls `use` with a descriptor of the root of a file system. Throws `MOUNT_FAILED` when it cannot be opened. */
  async #opened<T>({ source, uid, gid }: FileSystemMount, use: (root: number) => Promise<T>): Promise<T> {
    checkMountUser({ uid, gid }, this.#userRules);
    if (source.kind === 'nfs') {
      const descriptor = await this.#exports.open(source);
      return use(descriptor).finally(() => closeSync(descriptor));
    }
    const folder = await this.#openFolder(source.path).catch((cause: unknown) => {
      const detail = cause instanceof AgentError ? cause.message : String(cause);
      throw new AgentError('MOUNT_FAILED', `${source.path} cannot be shared: ${detail}`, {
        cause,
        hint: 'share a folder without links in its path, below one of mount_roots in the configuration (/srv, /mnt, /media)',
      });
    });
    return use(folder.descriptor).finally(() => folder.close());
  }

  /** A folder of the machine may also be an NFS mount. */
  async #openFolder(path: string): Promise<Source> {
    this.#sources.checkAllowed('shared', path);
    await this.#answering.wait(path, path).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
    return this.#sources.open('shared', path);
  }

  #newPoint(): string {
    this.#count += 1;
    const point = `${this.#folder}/${this.#count}`;
    mkdirSync(point, { mode: 0o711 });
    return point;
  }
}

function mayWrite({ mode, uid: owner, gid: group }: Stats, { uid, gid }: FileSystemMount): boolean {
  if (owner === uid) return (mode & 0o300) === 0o300;
  return group === gid ? (mode & 0o030) === 0o030 : (mode & 0o003) === 0o003;
}
