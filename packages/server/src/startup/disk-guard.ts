import { open, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock, Timer } from '../lib/clock.ts';
import { PlatformError } from '../lib/platform-error.ts';

const CHECK_MS = 5_000;
const MB = 2 ** 20;
/** Kept as a file for a start on a full disk: SQLite cannot even open a database without some room. */
const RESERVE_BYTES = 8 * MB;
const RESERVE_FILE = 'disk-reserve';
/** On a small file system the server keeps less space free than configured. */
const SHARE = 0.1;
/** Writes are accepted again when this much more than the limit is free, so that the state does not flicker. */
const RECOVERY = 1.1;

export interface DiskState {
  readonly freeBytes: number;
  /** Below this nothing new is stored. */
  readonly limitBytes: number;
  readonly low: boolean;
}

/** Pure: whether the disk counts as low at a check. */
export function judgeDisk(wasLow: boolean, freeBytes: number, limitBytes: number): boolean {
  return wasLow ? freeBytes < limitBytes * RECOVERY : freeBytes < limitBytes;
}

export interface DiskGuardOptions {
  readonly dataDir: string;
  readonly minFreeBytes: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Watches the free space of the data directory. While it is low, `refuse` throws, so that the remaining space serves
 * reads, calls and removals. Keeps a reserve on disk, which it releases at startup when no other space is left.
 */
export class DiskGuard {
  readonly #options: DiskGuardOptions;
  readonly #reserve: string;
  #state: DiskState = { freeBytes: Number.POSITIVE_INFINITY, limitBytes: 0, low: false };
  #timer: Timer | undefined;
  #stopped = false;

  constructor(options: DiskGuardOptions) {
    this.#options = options;
    this.#reserve = join(options.dataDir, RESERVE_FILE);
  }

  get state(): DiskState {
    return this.#state;
  }

  /** Call before any file of the data directory is opened. */
  async start(): Promise<void> {
    await this.check();
    // only now: other programs could use the space that a running server releases before its next start
    if (this.#state.freeBytes < RESERVE_BYTES / 2) await rm(this.#reserve, { force: true });
    this.#later();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** Looks at the disk now. */
  async check(): Promise<void> {
    const { dataDir, minFreeBytes, log } = this.#options;
    const { bavail, blocks, bsize } = await statfs(dataDir);
    const freeBytes = bavail * bsize;
    const limitBytes = Math.min(minFreeBytes, blocks * bsize * SHARE);
    const { low: wasLow } = this.#state;
    const low = judgeDisk(wasLow, freeBytes, limitBytes);
    this.#state = { freeBytes, limitBytes, low };
    if (low !== wasLow) {
      const facts = { dataDir, freeMb: Math.floor(freeBytes / MB), limitMb: Math.floor(limitBytes / MB) };
      if (low) log.error(facts, 'the disk is nearly full: changes are refused, calls and reads go on');
      else log.info(facts, 'the disk has room again: changes are accepted');
    }
    if (!low && freeBytes > limitBytes + RESERVE_BYTES) await this.#keepReserve();
  }

  /** Throws `disk_full` while the disk is low. */
  refuse(): void {
    const { low, freeBytes, limitBytes } = this.#state;
    if (!low) return;
    const [free, limit] = [freeBytes, limitBytes].map((bytes) => Math.floor(bytes / MB));
    throw new PlatformError(
      'disk_full',
      `the disk of the server has ${free} MB free, less than the ${limit} MB that it keeps`,
      {
        hint: 'Delete functions, images or logs, or free space on the machine of the server. Calls and reads continue.',
      },
    );
  }

  #later(): void {
    if (this.#stopped) return;
    this.#timer = this.#options.clock.after(CHECK_MS, () => {
      this.check()
        .catch((error: unknown) => this.#options.log.error({ err: error }, 'the free space of the disk is unknown'))
        .finally(() => this.#later());
    });
  }

  async #keepReserve(): Promise<void> {
    const size = await stat(this.#reserve).then(
      (stats) => stats.size,
      () => 0,
    );
    if (size === RESERVE_BYTES) return;
    try {
      const file = await open(this.#reserve, 'w', 0o600);
      try {
        await file.write(Buffer.alloc(RESERVE_BYTES));
      } finally {
        await file.close();
      }
    } catch (error) {
      await rm(this.#reserve, { force: true });
      throw error;
    }
  }
}
