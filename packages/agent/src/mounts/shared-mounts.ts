import { createHash } from 'node:crypto';
import { closeSync, fstatSync, mkdirSync, rmdirSync, type Stats } from 'node:fs';
import { AgentError } from '../agent-error.ts';
import { findProgram, runHostCommand } from '../host-command.ts';
import type { FileSystemMount, MountCheck } from '../protocol.ts';
import { openPlace } from '../sources/descend.ts';
import type { Sources } from '../sources/sources.ts';
import { waitForAnswer } from './answering.ts';
import { bindMapped, mappingOption } from './id-mapping.ts';

/** A user of the host that nobody is, to try with. */
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
  /** Takes them out of the agent's namespace once the sandbox has its own: starts get slower with every mount. Idempotent. */
  hide(): Promise<void>;
}

/** As whom a sandbox must run so that the files of a file system that cannot map users are its own. */
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
  /** NFS exports that are mounted, by their name. */
  readonly #exports = new Map<string, Promise<string>>();
  /** Which file systems can map users, by device. */
  readonly #users = new Map<number, MountCheck['users']>();
  #count = 0;

  readonly #serverUser: number;

  private constructor(folder: string, sources: Sources, serverUser: number) {
    this.#serverUser = serverUser;
    this.#folder = folder;
    this.#sources = sources;
  }

  /** Needs root and a mount namespace of the agent's own. `folder` must be one that sandbox users can walk to. */
  static open(folder: string, sources: Sources, serverUser: number): SharedMounts {
    mkdirSync(folder, { recursive: true, mode: 0o711 });
    return new SharedMounts(folder, sources, serverUser);
  }

  /** Throws `MOUNT_FAILED` with what is in the way. */
  async check(mount: FileSystemMount): Promise<MountCheck> {
    return this.#opened(mount, async (root) => {
      const found = fstatSync(root);
      const users = this.#users.get(found.dev) ?? (await this.#tryUsers(root, mount));
      this.#users.set(found.dev, users);
      return { users, writable: !mount.readOnly && mayWrite(found, mount) };
    });
  }

  /** The host user that these mounts force on a sandbox, or undefined when its own will do. */
  async hostUser(mounts: readonly FileSystemMount[]): Promise<HostUser | undefined> {
    for (const mount of mounts) {
      if ((await this.check(mount)).users === 'shared') return { uid: mount.uid, gid: mount.gid };
    }
    return undefined;
  }

  /** For a sandbox that runs as `hostUser`. Throws `MOUNT_FAILED`; then nothing is left. */
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

  async close(): Promise<void> {
    const mounted = await Promise.allSettled(this.#exports.values());
    this.#exports.clear();
    for (const found of mounted) {
      if (found.status === 'fulfilled') await runHostCommand('umount', ['--lazy', '--', found.value]).catch(() => {});
    }
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

  /** Lets `use` have the root of a file system as a descriptor. Throws `MOUNT_FAILED` when there is none. */
  async #opened<T>({ source, uid, gid }: FileSystemMount, use: (root: number) => Promise<T>): Promise<T> {
    if (uid === this.#serverUser || gid === this.#serverUser)
      throw new AgentError('MOUNT_FAILED', `user ${this.#serverUser} is the one of the server`);
    if (source.kind === 'nfs') {
      const name = `${source.host}:${source.export}`;
      const point = await this.#exportAt(name);
      await waitForAnswer(point, name);
      const descriptor = openPlace(point);
      return use(descriptor).finally(() => closeSync(descriptor));
    }
    const folder = await this.#sources.open('shared', source.path).catch((cause: unknown) => {
      const detail = cause instanceof AgentError ? cause.message : String(cause);
      throw new AgentError('MOUNT_FAILED', `${source.path} cannot be shared: ${detail}`, {
        cause,
        hint: 'share a folder without links in its path, below one of mount_roots in the configuration (/srv, /mnt, /media)',
      });
    });
    return use(folder.descriptor).finally(() => folder.close());
  }

  #exportAt(name: string): Promise<string> {
    const mounting = this.#exports.get(name) ?? this.#mountExport(name);
    this.#exports.set(name, mounting);
    mounting.catch(() => this.#exports.delete(name));
    return mounting;
  }

  async #mountExport(name: string): Promise<string> {
    if (findProgram('mount.nfs') === undefined) {
      throw new AgentError('MOUNT_FAILED', 'this machine cannot mount NFS exports', {
        hint: 'install the package nfs-common',
      });
    }
    const point = `${this.#folder}/nfs-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
    mkdirSync(point, { recursive: true, mode: 0o711 });
    try {
      // A server that does not answer must fail a function with an error, not hold it for ever.
      await runHostCommand('mount', ['-t', 'nfs', '-o', 'nosuid,nodev,softerr,timeo=50,retry=0', '--', name, point]);
      return point;
    } catch (cause) {
      const detail = cause instanceof AgentError ? cause.message : String(cause);
      throw new AgentError('MOUNT_FAILED', `${name} cannot be mounted: ${detail}`, { cause });
    }
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
