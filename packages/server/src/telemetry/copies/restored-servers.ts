import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isDamage } from '../damage.ts';
import { type Day, dayMs, dayOf } from '../day.ts';
import { DayFiles } from '../day-files.ts';
import { UsageFile } from '../metrics/usage-file.ts';
import type { NodeCall } from '../nodes/node-calls.ts';
import { isTime } from '../range.ts';
import { timeOfId } from '../record-chunk.ts';
import type { CopiedServer } from './copy-names.ts';
import { MAX_FILE_BYTES, unpackPiece, unpackUsage } from './piece.ts';
import type { SharedCopies } from './shared-copies.ts';

/** Pieces that are read at once. */
const READ_AT_ONCE = 8;
/** A server may come back and go again, and one that lost its database may still store. */
const LOOK_AGAIN_MS = 5_000;
/** No query takes this long. */
const IN_USE_MS = 10_000;

/** The files of a server that is gone, as far as queries needed them. */
export interface RestoredServer {
  readonly files: DayFiles;
  readonly usage: UsageFile;
  /** False when something of the days that were asked for cannot be read. */
  isComplete(days: readonly Day[]): boolean;
}

interface RestoredDay {
  /** Name of the last piece. */
  last: string;
  lookedAt: number;
  usedAt: number;
  damaged: boolean;
}

interface OpenServer {
  readonly dir: string;
  readonly files: DayFiles;
  readonly usage: UsageFile;
  readonly days: Map<Day, RestoredDay>;
  usageName: string | undefined;
  /** Imports, one after another. */
  work: Promise<unknown>;
}

export interface RestoredServersOptions {
  readonly copies: Pick<SharedCopies, 'pieces' | 'read'>;
  /** Emptied at the start: what is here can be read again. */
  readonly dir: string;
  /** Of all files. The days that are not used for the longest time are removed. */
  readonly maxBytes: number;
}

/** Files of other servers that are gone, made from their copies. */
export class RestoredServers {
  readonly #options: RestoredServersOptions;
  readonly #open = new Map<string, OpenServer>();

  constructor(options: RestoredServersOptions) {
    this.#options = options;
    rmSync(options.dir, { recursive: true, force: true });
  }

  /** With these days of a server. Rejects when the copies cannot be read. */
  async get(server: CopiedServer, days: readonly Day[]): Promise<RestoredServer> {
    const restored = this.#restoredOf(server.home);
    const done = restored.work.then(() => this.#import(restored, server, days));
    restored.work = done.catch(() => {});
    try {
      await done;
    } catch (error) {
      // made again by the next query
      if (isDamage(error)) this.#close(server.home);
      throw error;
    }
    const { files, usage } = restored;
    return { files, usage, isComplete: (of) => of.every((day) => restored.days.get(day)?.damaged !== true) };
  }

  /** Removes the files of servers that are back, and days before `oldest`. */
  keepOnly(isGone: (home: string) => boolean, oldest: Day): void {
    for (const home of [...this.#open.keys()]) if (!isGone(home)) this.#close(home);
    for (const { files, days } of this.#open.values()) {
      for (const day of [...days.keys()].filter((one) => one < oldest)) {
        files.drop(day);
        days.delete(day);
      }
    }
  }

  /** Aborts running imports; their callers get an error. */
  close(): void {
    for (const home of [...this.#open.keys()]) this.#close(home);
  }

  #restoredOf(home: string): OpenServer {
    let restored = this.#open.get(home);
    if (restored === undefined) {
      const dir = join(this.#options.dir, home);
      // a damaged file of a copy is made again
      const ignore = (): void => {};
      const files = new DayFiles(dir, ignore);
      const usage = new UsageFile(dir, ignore);
      restored = { dir, files, usage, days: new Map(), usageName: undefined, work: Promise.resolve() };
      this.#open.set(home, restored);
    }
    return restored;
  }

  async #import(restored: OpenServer, server: CopiedServer, days: readonly Day[]): Promise<void> {
    this.#checkOpen(server.home, restored);
    if (server.usage !== undefined && server.usage !== restored.usageName)
      await this.#importUsage(restored, server.usage);
    for (const day of days) {
      const known = restored.days.get(day);
      const now = performance.now();
      if (known !== undefined) known.usedAt = now;
      if (known === undefined || now - known.lookedAt > LOOK_AGAIN_MS)
        await this.#importDay(restored, server.home, day);
    }
    this.#limit(restored, days);
  }

  async #importUsage(restored: OpenServer, name: string): Promise<void> {
    const bytes = await this.#options.copies.read(name, MAX_FILE_BYTES);
    // replaced meanwhile: the next list has the new one
    if (bytes === undefined) return;
    this.#checkOpen(basename(restored.dir), restored);
    restored.usage.replace(unpackUsage(bytes, name.slice(-64)));
    restored.usageName = name;
  }

  async #importDay(restored: OpenServer, home: string, day: Day): Promise<void> {
    const { copies } = this.#options;
    const now = performance.now();
    const state = restored.days.get(day) ?? { last: '', lookedAt: now, usedAt: now, damaged: false };
    const pieces = (await copies.pieces(day, home)).filter(({ name }) => name > state.last);
    for (let from = 0; from < pieces.length; from += READ_AT_ONCE) {
      const some = pieces.slice(from, from + READ_AT_ONCE);
      const read = await Promise.all(some.map(({ name }) => copies.read(name, MAX_FILE_BYTES)));
      this.#checkOpen(home, restored);
      for (const [at, { name, sha256 }] of some.entries()) {
        const bytes = read[at];
        try {
          if (bytes === undefined) throw new Error('a piece of a copy is missing');
          restored.files.get(day).addCopy(unpackPiece(bytes, sha256));
        } catch (error) {
          if ((error as { code?: unknown }).code !== undefined && !isOfContent(error)) throw error;
          state.damaged = true;
        }
        state.last = name;
        restored.days.set(day, state);
        // others may ask meanwhile
        await new Promise((resolve) => setImmediate(resolve));
        this.#checkOpen(home, restored);
      }
    }
    state.lookedAt = performance.now();
    restored.days.set(day, state);
  }

  #checkOpen(home: string, restored: OpenServer): void {
    if (this.#open.get(home) !== restored) throw new Error('the copies of this server are closed');
  }

  /** May be exceeded by what one query needs. */
  #limit(using: OpenServer, needed: readonly Day[]): void {
    const now = performance.now();
    const all = [...this.#open.values()].flatMap((restored) =>
      [...restored.days].map(([day, { usedAt }]) => ({ restored, day, usedAt, bytes: restored.files.bytesOf(day) })),
    );
    let excess = all.reduce((sum, { bytes }) => sum + bytes, 0) - this.#options.maxBytes;
    for (const { restored, day, usedAt, bytes } of all.sort((a, b) => a.usedAt - b.usedAt)) {
      if (excess <= 0) return;
      if ((restored === using && needed.includes(day)) || now - usedAt < IN_USE_MS) continue;
      restored.files.drop(day);
      restored.days.delete(day);
      excess -= bytes;
    }
  }

  #close(home: string): void {
    const restored = this.#open.get(home);
    if (restored === undefined) return;
    this.#open.delete(home);
    restored.files.close();
    restored.usage.close();
    rmSync(restored.dir, { recursive: true, force: true });
  }
}

/** Errors of what was read, not of the disk or of the place. */
function isOfContent(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('Z_') || error instanceof RangeError;
}

/** The days of a server whose files a call reads. For the usage of months, those that `closed` does not have. */
export function daysFor(call: NodeCall, { days }: Pick<CopiedServer, 'days'>, closed: readonly Day[] = []): Day[] {
  const between = (from: number, to: number): Day[] => {
    const [first, last] = [dayOf(clamped(from)), dayOf(clamped(to))];
    return days.filter((day) => day >= first && day <= last);
  };
  switch (call.op) {
    case 'lines':
    case 'each':
    case 'records':
      return between(call.query.from, call.query.to);
    case 'attempts': {
      const time = timeOfId(call.requestId);
      // a request that waits is recorded on the day in which its attempt began
      return time === undefined ? [...days] : days.filter((day) => day >= dayOf(clamped(time - dayMs)));
    }
    case 'steps':
    case 'ranks':
      return between(call.query.from - dayMs, call.query.to + dayMs);
    case 'months':
      return days.filter((day) => !closed.includes(day));
  }
}

function clamped(time: number): number {
  return isTime(time) ? time : time < 0 || Number.isNaN(time) ? 0 : Date.UTC(9999, 0);
}
