import type { S3Place } from '../../lib/s3-place.ts';
import { S3Objects } from './s3-objects.ts';
import { unavailable } from './shared-blobs.ts';
import { checkFileName, type SharedFiles } from './shared-files.ts';

/** Shared files in one part of a bucket of an S3 service. */
export class S3Files implements SharedFiles {
  readonly #place: S3Place;
  #opened: Promise<S3Objects> | undefined;

  constructor(place: S3Place, part: string) {
    this.#place = { ...place, prefix: `${place.prefix}${part}/` };
  }

  put(name: string, file: string): Promise<void> {
    return this.#reach((objects) => objects.put(checkFileName(name), file));
  }

  mark(name: string): Promise<void> {
    return this.#reach((objects) => objects.putText(checkFileName(name), ''));
  }

  read(name: string, maxBytes: number): Promise<Buffer | undefined> {
    return this.#reach((objects) => objects.getBytes(checkFileName(name), maxBytes));
  }

  list(folder: string): Promise<readonly string[]> {
    return this.#reach(async (objects) => {
      const names: string[] = [];
      for await (const { key } of objects.list(checkFileName(folder))) names.push(key);
      return names;
    });
  }

  remove(name: string): Promise<void> {
    return this.#reach((objects) => objects.remove(checkFileName(name)));
  }

  async #reach<T>(work: (objects: S3Objects) => Promise<T>): Promise<T> {
    try {
      this.#opened ??= S3Objects.open(this.#place);
      return await work(await this.#opened);
    } catch (error) {
      throw unavailable(error);
    }
  }
}
