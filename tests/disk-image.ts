import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file system of its own in a file, mounted on a folder. Only root can make one. */
export class DiskImage implements Disposable {
  readonly folder: string;
  readonly #image: string;

  constructor(folder: string, bytes: number) {
    this.folder = folder;
    this.#image = `${folder}.img`;
    writeFileSync(this.#image, '');
    truncateSync(this.#image, bytes);
    execFileSync('mkfs.ext4', ['-q', '-F', '-m', '0', this.#image]);
    execFileSync('mount', ['-o', 'loop', this.#image, folder]);
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.folder);
    return bavail * bsize;
  }

  /** Leaves about this much free. */
  fill(freeBytes: number): void {
    execFileSync('fallocate', ['-l', String(this.freeBytes - freeBytes), this.#ballast]);
  }

  empty(): void {
    if (existsSync(this.#ballast)) rmSync(this.#ballast);
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['--lazy', this.folder]);
    rmSync(this.#image, { force: true });
  }

  get #ballast(): string {
    return join(this.folder, 'ballast');
  }
}
