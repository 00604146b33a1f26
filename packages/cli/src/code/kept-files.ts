import type { FileEntry } from './collect.ts';
import type { PackedFile } from './pack-small.ts';

interface KeptFile {
  readonly stamp: string;
  digest?: string;
  packed?: PackedFile;
}

const MAX_BYTES = 256 * 1024 * 1024;
/** Two changes of a file within this time may have one stamp, as some file systems count seconds. */
const UNSURE_MS = 2500;

/** What was made of files, for the next time: it counts as long as size, times and inode of a file stay. */
export class KeptFiles {
  readonly #files = new Map<string, KeptFile>();
  readonly #now: () => number;
  readonly #contents = new WeakMap<Buffer, Partial<Omit<KeptFile, 'stamp'>>>();
  #bytes = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** SHA-256 of the contents. */
  digestOf(entry: FileEntry, make: () => string | Promise<string>): string | Promise<string> {
    return this.#keptOf(entry)?.digest ?? this.#made(make(), entry, (file, digest) => Object.assign(file, { digest }));
  }

  packedOf(entry: FileEntry, make: () => PackedFile | Promise<PackedFile>): PackedFile | Promise<PackedFile> {
    const kept = this.#keptOf(entry)?.packed;
    return (
      kept ??
      this.#made(make(), entry, (file, packed) => {
        this.#bytes += packed.data.length;
        Object.assign(file, { packed });
      })
    );
  }

  /** Of contents that are the same object as long as they stay the same. */
  digestOfContent(content: Buffer, make: () => string): string {
    const kept = this.#keptOfContent(content);
    kept.digest ??= make();
    return kept.digest;
  }

  packedOfContent(content: Buffer, make: () => PackedFile): PackedFile {
    const kept = this.#keptOfContent(content);
    kept.packed ??= make();
    return kept.packed;
  }

  hasPacked(entry: FileEntry): boolean {
    return this.#keptOf(entry)?.packed !== undefined;
  }

  #keptOf({ source, stamp }: FileEntry): KeptFile | undefined {
    const kept = this.#files.get(source);
    return kept?.stamp === stamp.text ? kept : undefined;
  }

  #keptOfContent(content: Buffer): Partial<Omit<KeptFile, 'stamp'>> {
    let kept = this.#contents.get(content);
    if (kept === undefined) {
      kept = {};
      this.#contents.set(content, kept);
    }
    return kept;
  }

  #made<Made>(made: Made | Promise<Made>, entry: FileEntry, keep: (file: KeptFile, made: Made) => void) {
    // the stamp is older than what was read
    if (this.#now() - entry.stamp.changedAt < UNSURE_MS) return made;
    const done = (value: Made): Made => {
      let file = this.#keptOf(entry);
      if (file === undefined) {
        if (this.#bytes > MAX_BYTES) this.#clear();
        this.#bytes -= this.#files.get(entry.source)?.packed?.data.length ?? 0;
        file = { stamp: entry.stamp.text };
        this.#files.set(entry.source, file);
      }
      keep(file, value);
      return value;
    };
    return made instanceof Promise ? made.then(done) : done(made);
  }

  #clear(): void {
    this.#files.clear();
    this.#bytes = 0;
  }
}
