import { rmSync } from 'node:fs';
import type { HelperWords } from './attach/helper-process.ts';
import { LastingHelper } from './attach/lasting-helper.ts';
import { formatImage } from './image-format.ts';
import type { VolumeMaker } from './volume-maker.ts';

/** The server uses two. */
const SIZES = 16;

const WORDS: HelperWords = {
  name: 'volume helper',
  failure: 'the file system could not be mounted',
  code: 'TMP_FAILED',
};

/**
 * By a small long-running program, in a tenth of the processor time that `mkfs.ext4`, `mount` and `umount` take for a volume. An
 * image is formatted once for each size and then copied.
 */
export class VolumeHelper implements VolumeMaker {
  readonly #helper: LastingHelper;
  readonly #folder: string;
  /** The most recently used size is last. */
  readonly #formatted = new Map<number, Promise<string>>();
  #count = 0;

  private constructor(helper: LastingHelper, folder: string) {
    this.#helper = helper;
    this.#folder = folder;
  }

  /**
   * `folder`: for formatted images, on a disk; other users must not be able to enter it. Throws `TMP_FAILED` when the program
   * cannot run.
   */
  static async open(program: string, folder: string): Promise<VolumeHelper> {
    return new VolumeHelper(await LastingHelper.open(program, WORDS), folder);
  }

  async make(bytes: number, image: string, point: string): Promise<void> {
    const [helper, formatted] = await Promise.all([this.#helper.process(), this.#imageOf(bytes)]);
    try {
      await helper.request(['make', formatted, image, point]);
    } catch (error) {
      // It removes the file itself, except when it dies.
      rmSync(image, { force: true });
      throw error;
    }
  }

  async unmount(point: string): Promise<void> {
    const helper = await this.#helper.process();
    await helper.request(['unmount', point, '', '']);
  }

  close(): Promise<void> {
    return this.#helper.close();
  }

  #imageOf(bytes: number): Promise<string> {
    const image = this.#formatted.get(bytes) ?? this.#format(bytes);
    this.#formatted.delete(bytes);
    this.#formatted.set(bytes, image);
    const [longestUnused] = this.#formatted.keys();
    if (this.#formatted.size > SIZES && longestUnused !== undefined) this.#forget(longestUnused);
    return image;
  }

  async #format(bytes: number): Promise<string> {
    this.#count += 1;
    const path = `${this.#folder}/formatted-${this.#count}.img`;
    try {
      await formatImage(path, bytes);
      return path;
    } catch (error) {
      rmSync(path, { force: true });
      this.#formatted.delete(bytes);
      throw error;
    }
  }

  #forget(bytes: number): void {
    const image = this.#formatted.get(bytes);
    this.#formatted.delete(bytes);
    void image?.then(
      (path) => rmSync(path, { force: true }),
      () => {},
    );
  }
}
