import { chmodSync, chownSync, close, constants, openSync, statfs } from 'node:fs';
import { promisify } from 'node:util';
import { AgentError } from './agent-error.ts';
import { type Claim, DiskRoom, type DiskSpace } from './disk-room.ts';
import { ReadyVolumes } from './ready-volumes.ts';
import type { VolumeMaker } from './volume-maker.ts';

const closeDescriptor = promisify(close);
const fileSystemOf = promisify(statfs);

/** Folders of the volumes: image files on a disk, never in memory; mount points anywhere. */
export interface VolumeFolders {
  readonly images: string;
  readonly mounts: string;
}

/** `f_type` of file systems whose files are memory: tmpfs, ramfs. */
const IN_MEMORY = new Set([0x0102_1994, 0x8584_58f6]);

/** Whether files in this folder take memory of the machine instead of disk space. */
export async function isInMemory(folder: string): Promise<boolean> {
  return IN_MEMORY.has((await fileSystemOf(folder)).type);
}

async function spaceOf(folder: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await fileSystemOf(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

/** A private, empty, size-limited file system for one sandbox. Its content is never charged to the sandbox's memory. */
export interface TmpVolume {
  /** Host folder to bind as `/tmp`, until `hide`. */
  readonly path: string;
  give(uid: number): void;
  /** Unmounts it in the agent's namespace once the sandbox has its own mount: every mount slows down starts. */
  hide(): Promise<void>;
  /** Less than one percent is free. */
  isFull(): Promise<boolean>;
  /** No process of the sandbox runs, so that nothing is written until `wake`. */
  rest(): void;
  wake(): void;
  /** Call it before the first use of one of `takeResting`. Throws `NO_DISK_ROOM`. */
  admit(): Promise<void>;
  /** Called when the sandbox must end because the disk of the machine is nearly full. */
  onDiskFull(end: () => void): void;
  /** The last use: after it the kernel drops the file system, its loop device and its file. */
  close(): Promise<void>;
}

/**
 * Makes volumes ahead of their use, because mounting takes longer than starting a sandbox. Each is an ext4 image
 * without journal on a loop device. The image is unlinked while mounted and the device clears itself, so that no volume
 * survives the agent and its sandboxes, even after a kill. Needs root and a private mount namespace.
 */
export class TmpVolumes {
  readonly #folders: VolumeFolders;
  readonly #maker: VolumeMaker;
  readonly #room: DiskRoom;
  readonly #ready = new ReadyVolumes<LoopVolume>();
  readonly #making = new Map<number, Promise<void>>();
  #count = 0;
  #closed = false;

  /** Closes the maker when it is closed. */
  constructor(folders: VolumeFolders, maker: VolumeMaker) {
    this.#folders = folders;
    this.#maker = maker;
    this.#room = new DiskRoom(() => spaceOf(folders.images));
  }

  /** A fresh volume with at least `bytes` of room. Throws `TMP_FAILED`, or `NO_DISK_ROOM` when the disk has no room for it. */
  async take(bytes: number): Promise<TmpVolume> {
    let volume: LoopVolume | undefined;
    const claim = await this.#room.claim({ bytes, usedBytes: async () => volume?.usedBytes() ?? 0 });
    try {
      volume = this.#ready.take(bytes) ?? (await this.#make(bytes));
      return volume.claimed(claim);
    } catch (error) {
      claim.release();
      throw error;
    }
  }

  /** Like `take`, for a sandbox that waits: nothing is written to it before `admit`. */
  async takeResting(bytes: number): Promise<TmpVolume> {
    const volume = this.#ready.take(bytes) ?? (await this.#make(bytes));
    return volume.claimed(this.#room.claimResting({ bytes, usedBytes: async () => volume.usedBytes() }));
  }

  /** Starts to fill the store for this size. Call it after a start: creating volumes would compete with it. */
  prepare(bytes: number): void {
    if (this.#closed || this.#making.has(bytes)) return;
    const filling = this.#fill(bytes)
      // The next `take` retries and reports the error.
      .catch(() => {})
      .finally(() => this.#making.delete(bytes));
    this.#making.set(bytes, filling);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#room.close();
    await Promise.all(this.#making.values());
    await closeAll(this.#ready.clear());
    await this.#maker.close();
  }

  async #fill(bytes: number): Promise<void> {
    await closeAll(this.#ready.admit(bytes));
    while (this.#ready.wants(bytes) && !this.#closed && (await this.#room.hasRoom(bytes))) {
      const volume = await this.#make(bytes);
      if (!this.#ready.put(bytes, volume)) await closeAll([volume]);
    }
  }

  async #make(bytes: number): Promise<LoopVolume> {
    this.#count += 1;
    const path = `${this.#folders.mounts}/${this.#count}`;
    const image = `${this.#folders.images}/${this.#count}.img`;
    try {
      await this.#maker.make(bytes, image, path);
      return new LoopVolume(path, this.#maker);
    } catch (cause) {
      throw new AgentError('TMP_FAILED', 'cannot make a volume for /tmp', {
        cause,
        hint: 'check loop devices and free disk space',
      });
    }
  }
}

class LoopVolume implements TmpVolume {
  readonly path: string;
  readonly #maker: VolumeMaker;
  readonly #descriptor: number;
  #hidden: Promise<void> | undefined;
  #claim: Claim | undefined;
  #open = true;

  constructor(path: string, maker: VolumeMaker) {
    this.path = path;
    this.#maker = maker;
    this.#descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  }

  /** From now on it counts as used. */
  claimed(claim: Claim): this {
    this.#claim = claim;
    return this;
  }

  rest(): void {
    this.#claim?.rest();
  }

  wake(): void {
    this.#claim?.wake();
  }

  async admit(): Promise<void> {
    await this.#claim?.admit();
  }

  onDiskFull(end: () => void): void {
    this.#claim?.onDiskFull(end);
  }

  give(uid: number): void {
    chownSync(this.path, uid, uid);
    chmodSync(this.path, 0o1777);
  }

  hide(): Promise<void> {
    this.#hidden ??= this.#maker.unmount(this.path);
    return this.#hidden;
  }

  async isFull(): Promise<boolean> {
    if (!this.#open) return false;
    const { bavail, blocks } = await fileSystemOf(`/proc/self/fd/${this.#descriptor}`);
    return bavail < blocks / 100;
  }

  async usedBytes(): Promise<number> {
    if (!this.#open) return 0;
    const { blocks, bfree, bsize } = await fileSystemOf(`/proc/self/fd/${this.#descriptor}`);
    return (blocks - bfree) * bsize;
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#claim?.release();
    await closeDescriptor(this.#descriptor);
  }
}

async function closeAll(volumes: readonly LoopVolume[]): Promise<void> {
  for (const volume of volumes) {
    await volume.hide();
    await volume.close();
  }
}
