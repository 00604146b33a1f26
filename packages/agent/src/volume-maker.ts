import { mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { runHostCommand } from './host-command.ts';
import { formatImage } from './image-format.ts';

/** Makes file systems for `/tmp` in the agent's mount namespace. */
export interface VolumeMaker {
  /**
   * Mounts a new, empty ext4 with room for `bytes` at `point`, from a sparse file at `image`; neither exists before. The
   * file is unlinked and its loop device clears itself, so that nothing is left after the last use. Nothing is left after a
   * failure either.
   */
  make(bytes: number, image: string, point: string): Promise<void>;
  /** Hides what was made there. It lives on for those who use it. */
  unmount(point: string): Promise<void>;
  close(): Promise<void>;
}

/** By the programs of the machine, where the compiled helper is missing or the kernel has not all that it needs. */
export class VolumePrograms implements VolumeMaker {
  async make(bytes: number, image: string, point: string): Promise<void> {
    try {
      await formatImage(image, bytes);
      mkdirSync(point);
      await runHostCommand('mount', ['-o', 'loop,nosuid,nodev,noinit_itable', '--make-private', image, point]);
      rmdirSync(`${point}/lost+found`);
    } finally {
      rmSync(image, { force: true });
    }
  }

  async unmount(point: string): Promise<void> {
    await runHostCommand('umount', ['--lazy', point]);
    rmdirSync(point);
  }

  async close(): Promise<void> {}
}
