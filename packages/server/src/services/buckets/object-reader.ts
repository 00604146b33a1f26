import { checkRead, resolveRange } from './conditions.ts';
import { BucketError } from './errors.ts';
import type { BucketFiles, StoredPiece } from './files/bucket-files.ts';
import { headOf, noSuchKey, type ObjectRow, type PartRow } from './rows.ts';
import type { ByteRange, ObjectBytes, ReadConditions } from './types.ts';
import type { UploadStore } from './upload-store.ts';

/** An object that was replaced between the looks at its row and at its files is looked up again so often. */
const MAX_TRIES = 3;

/** The files of objects. */
export class ObjectReader {
  readonly #files: BucketFiles;
  readonly #uploads: UploadStore;

  constructor(files: BucketFiles, uploads: UploadStore) {
    this.#files = files;
    this.#uploads = uploads;
  }

  /** Throws `NoSuchKey`, `InvalidRange`, `PreconditionFailed` and `NotModified`. `find` looks at the row once more. */
  async open(
    key: string,
    first: ObjectRow | undefined,
    find: () => Promise<ObjectRow | undefined>,
    { range, conditions }: { readonly range?: ByteRange; readonly conditions?: ReadConditions },
  ): Promise<ObjectBytes> {
    let object = first;
    for (let tries = 1; ; tries += 1) {
      if (object === undefined) throw noSuchKey();
      const head = headOf(key, object);
      checkRead(head, conditions);
      const at = range === undefined ? undefined : resolveRange(range, object.size);
      try {
        const { first: from, last } = at ?? { first: 0, last: object.size - 1 };
        const bytes = await this.#files.read(cut(await this.parts(object), from, last));
        return { head, length: last - from + 1, bytes, ...(at && { range: at }) };
      } catch (error) {
        const isGone = error instanceof Replaced || (error as NodeJS.ErrnoException).code === 'ENOENT';
        if (!isGone || tries === MAX_TRIES) throw error;
        object = await find();
      }
    }
  }

  /** What an object consists of. Throws when it was replaced since its row was read. */
  async parts(object: ObjectRow): Promise<readonly Pick<PartRow, 'file' | 'size'>[]> {
    if (!object.inParts) return [{ file: object.version, size: object.size }];
    const parts = await this.#uploads.parts(object.version);
    if (parts.reduce((sum, { size }) => sum + size, 0) === object.size) return parts;
    throw new Replaced();
  }

  /** The parts of an object with all they are stored with. */
  async partRows(object: ObjectRow): Promise<PartRow[]> {
    return this.#uploads.parts(object.version);
  }
}

/** The parts of the version are no longer listed. */
class Replaced extends Error {
  constructor() {
    super('the object was replaced while it was looked at');
    this.name = 'Replaced';
  }
}

/** Pure: the pieces of files with these bytes of all, both ends inclusive. */
export function cut(
  files: readonly { readonly file: string; readonly size: number }[],
  first: number,
  last: number,
): StoredPiece[] {
  const pieces: StoredPiece[] = [];
  let begin = 0;
  for (const { file, size } of files) {
    const from = Math.max(first, begin);
    const to = Math.min(last, begin + size - 1);
    if (from <= to) pieces.push({ file, offset: from - begin, length: to - from + 1 });
    begin += size;
  }
  return pieces;
}

/** Runs a check of the source of a copy: what a reader knows already is no reason to copy it. */
export function asSource<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof BucketError) || error.code !== 'NotModified') throw error;
    throw new BucketError('PreconditionFailed', 'A condition on the source of the copy does not hold.');
  }
}
