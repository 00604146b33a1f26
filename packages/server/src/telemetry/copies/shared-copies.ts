import { rm } from 'node:fs/promises';
import type { SharedFiles } from '../../artifacts/index.ts';
import type { Day } from '../day.ts';
import {
  type CopiedServer,
  INDEX,
  markName,
  marksOf,
  type PieceName,
  pieceName,
  piecesFolder,
  piecesOf,
  serversOf,
  USAGE,
  usageName,
  usagesOf,
} from './copy-names.ts';
import type { MadePiece, MadeUsage } from './piece-maker.ts';

/** Usage of a server that is gone longer is not shown any more. */
const USAGE_KEPT_MS = 400 * 86_400_000;

/** The copies of all servers in the place that they share. A file is written once and never changes. */
export class SharedCopies {
  readonly #files: SharedFiles;
  /** Marks that are known to exist. */
  readonly #marked = new Set<string>();

  constructor(files: SharedFiles) {
    this.#files = files;
  }

  /** `name`: of the server, for people. */
  async store(home: string, name: string, { day, copied, sha256, path }: MadePiece): Promise<void> {
    const mark = markName(day, home, name);
    if (!this.#marked.has(mark)) await this.#files.mark(mark);
    this.#marked.add(mark);
    await this.#files.put(pieceName(day, home, copied.number, sha256), path);
  }

  /** In place of the earlier usage of the server. */
  async storeUsage(home: string, name: string, { path, sha256 }: MadeUsage, now: number): Promise<void> {
    const file = usageName(home, name, now, sha256);
    await this.#files.put(file, path);
    await rm(path, { force: true });
    for (const old of usagesOf(await this.#files.list(USAGE))) {
      if (old.home === home && old.file !== file) await this.#files.remove(old.file);
    }
  }

  async servers(): Promise<readonly CopiedServer[]> {
    return serversOf(await this.#files.list(INDEX), await this.#files.list(USAGE));
  }

  async pieces(day: Day, home: string): Promise<readonly PieceName[]> {
    return piecesOf(await this.#files.list(piecesFolder(day, home)));
  }

  read(name: string, maxBytes: number): Promise<Buffer | undefined> {
    return this.#files.read(name, maxBytes);
  }

  /** Removes days before `oldest`, of all servers, and `days` of one. */
  async sweep(
    oldest: Day,
    now: number,
    removed?: { readonly home: string; readonly days: readonly Day[] },
  ): Promise<void> {
    for (const { file, day, home } of marksOf(await this.#files.list(INDEX))) {
      if (day >= oldest && !(removed?.home === home && removed.days.includes(day))) continue;
      for (const name of await this.#files.list(piecesFolder(day, home))) await this.#files.remove(name);
      // last, so that a crash leaves nothing without a mark
      await this.#files.remove(file);
      this.#marked.delete(file);
    }
    for (const { file, madeAt } of usagesOf(await this.#files.list(USAGE))) {
      if (now - madeAt > USAGE_KEPT_MS) await this.#files.remove(file);
    }
  }
}
