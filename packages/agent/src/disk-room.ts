import { AgentError } from './agent-error.ts';

/** Bytes of a file system. */
export interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** One volume that grows on the disk as its sandbox writes. */
export interface Growing {
  /** Maximum size in bytes. */
  readonly bytes: number;
  /** Bytes in use. */
  usedBytes(): Promise<number>;
}

export interface Claim {
  /** No process of the sandbox runs: it cannot grow. */
  rest(): void;
  wake(): void;
  /** Like `wake`, for a sandbox that has never run. Throws `NO_DISK_ROOM` without room, and leaves the claim resting. */
  admit(): Promise<void>;
  /** Called when the sandbox must end because the disk is nearly full. */
  onDiskFull(end: () => void): void;
  release(): void;
}

interface Claimed {
  readonly volume: Growing;
  isResting: boolean;
  end: () => void;
}

const MOST_KEPT_BYTES = 1 << 30;
const LOOK_EVERY_MS = 250;
/** Stopping a sandbox with less frees too little to justify a failed call. */
const LEAST_VICTIM_BYTES = 16 << 20;

/** Space of the file system that functions may not use: 5 %, at most 1 GiB. */
export function keptBytes({ totalBytes }: DiskSpace): number {
  return Math.min(MOST_KEPT_BYTES, Math.floor(totalBytes / 20));
}

/**
 * Keeps volumes, which are sparse files, from filling the disk. A new one is admitted only when all running sandboxes
 * could fill theirs; resting ones cannot write and are not counted. Because they can be woken later, and other
 * processes write to the disk too, the free space is watched: when less than half of the reserved space is left, the
 * sandbox with the largest volume is stopped, resting ones first.
 */
export class DiskRoom {
  readonly #spaceOf: () => Promise<DiskSpace>;
  readonly #claims = new Set<Claimed>();
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;

  constructor(spaceOf: () => Promise<DiskSpace>) {
    this.#spaceOf = spaceOf;
  }

  /** Throws `NO_DISK_ROOM` when there is no room for it. */
  async claim(volume: Growing): Promise<Claim> {
    const claim = this.claimResting(volume);
    try {
      await claim.admit();
    } catch (error) {
      claim.release();
      throw error;
    }
    return claim;
  }

  /** For a sandbox that waits: it is counted from `admit` on. */
  claimResting(volume: Growing): Claim {
    const claimed: Claimed = { volume, isResting: true, end: () => {} };
    this.#claims.add(claimed);
    const wake = (): void => {
      claimed.isResting = false;
      this.#watch();
    };
    return {
      rest: () => {
        claimed.isResting = true;
      },
      wake,
      admit: async () => {
        // Counted before the disk is read, so that two concurrent claims see each other.
        wake();
        try {
          await this.#refuseWithoutRoom();
        } catch (error) {
          claimed.isResting = true;
          throw error;
        }
      },
      onDiskFull: (end) => {
        claimed.end = end;
      },
      release: () => this.#claims.delete(claimed),
    };
  }

  /** Whether a volume of this size would be admitted now. */
  async hasRoom(bytes: number): Promise<boolean> {
    const space = await this.#spaceOf();
    return space.freeBytes - keptBytes(space) >= bytes + (await this.#growth(space));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #refuseWithoutRoom(): Promise<void> {
    const space = await this.#spaceOf();
    const room = space.freeBytes - keptBytes(space);
    const growth = await this.#growth(space);
    if (growth <= room) return;
    const [free, kept, needed] = [space.freeBytes, keptBytes(space), growth].map((bytes) =>
      Math.round(bytes / 2 ** 20),
    );
    throw new AgentError(
      'NO_DISK_ROOM',
      `no disk space for the /tmp of another instance: ${free} MB are free, ${kept} MB of them stay free, and running instances may write ${needed} MB`,
      { hint: 'free disk space in the data directory, or move it to a larger disk' },
    );
  }

  /** Bytes that running sandboxes can still write. Measures each volume only if the sum of their sizes is too large. */
  async #growth(space: DiskSpace): Promise<number> {
    const running = [...this.#claims].filter(({ isResting }) => !isResting).map(({ volume }) => volume);
    const most = running.reduce((sum, { bytes }) => sum + bytes, 0);
    if (most <= space.freeBytes - keptBytes(space)) return most;
    const left = await Promise.all(running.map(async (one) => Math.max(0, one.bytes - (await one.usedBytes()))));
    return left.reduce((sum, bytes) => sum + bytes, 0);
  }

  #watch(): void {
    this.#timer ??= setInterval(() => {
      // If the disk cannot be read now, the next tick reads it again.
      this.#look().catch(() => {});
    }, LOOK_EVERY_MS).unref();
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      if ([...this.#claims].every(({ isResting }) => isResting)) this.close();
      const space = await this.#spaceOf();
      if (space.freeBytes < keptBytes(space) / 2) await this.#endLargest();
    } finally {
      this.#isLooking = false;
    }
  }

  async #endLargest(): Promise<void> {
    const sizes = await Promise.all(
      [...this.#claims].map(async (claimed) => ({ claimed, usedBytes: await claimed.volume.usedBytes() })),
    );
    const [victim] = sizes
      .filter(({ usedBytes }) => usedBytes >= LEAST_VICTIM_BYTES)
      .sort((a, b) => Number(b.claimed.isResting) - Number(a.claimed.isResting) || b.usedBytes - a.usedBytes);
    // One at a time: the space is freed only some time after the sandbox ends.
    victim?.claimed.end();
    if (victim !== undefined) this.#claims.delete(victim.claimed);
  }
}
