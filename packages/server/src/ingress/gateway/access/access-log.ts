import { appendFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock, Timer } from '../../../lib/clock.ts';

const FLUSH_MS = 500;
/** Lines that wait for the disk; above it new ones are dropped. */
const MAX_WAITING_CHARS = 4 * 1024 * 1024;
const REPORT_MS = 60_000;
const DAY_MS = 86_400_000;
/** A day has as many files as needed: the oldest can be removed while the day goes on. */
const PARTS = 8;
const FILE = /^gateway-(\d{4}-\d{2}-\d{2})\.(\d{4})\.jsonl$/;

export interface AccessLogOptions {
  readonly dir: string;
  /** Of all files. */
  readonly maxBytes: number;
  /** Today included. */
  readonly retainDays: number;
  readonly mayWrite: () => boolean;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
}

interface Written {
  readonly name: string;
  bytes: number;
}

/** Lines of the gateway's requests in files of a day, appended in batches. No request waits for it. */
export class AccessLog {
  readonly #options: AccessLogOptions;
  /** By name, the oldest first. */
  readonly #files: Written[];
  #waiting: string[] = [];
  #chars = 0;
  #dropped = 0;
  #reported = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();

  private constructor(options: AccessLogOptions, files: Written[]) {
    this.#options = options;
    this.#files = files;
  }

  static async open(options: AccessLogOptions): Promise<AccessLog> {
    await mkdir(options.dir, { recursive: true, mode: 0o700 });
    const names = (await readdir(options.dir)).filter((name) => FILE.test(name)).sort();
    const files: Written[] = [];
    for (const name of names) files.push({ name, bytes: (await stat(join(options.dir, name))).size });
    return new AccessLog(options, files);
  }

  /** Lines that no file has, since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Its files, the newest first, each with the begin of its day. */
  newestFirst(): readonly { readonly name: string; readonly path: string; readonly day: number }[] {
    return this.#files.toReversed().map(({ name }) => ({
      name,
      path: join(this.#options.dir, name),
      day: Date.parse(FILE.exec(name)?.[1] ?? ''),
    }));
  }

  write(line: string): void {
    if (this.#chars + line.length > MAX_WAITING_CHARS) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(line);
    this.#chars += line.length;
    this.#timer ??= this.#options.clock.after(FLUSH_MS, () => void this.flush());
  }

  /** Resolves when all earlier lines are in a file, or dropped. Never rejects. */
  flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#append());
    return this.#writing;
  }

  async #append(): Promise<void> {
    const lines = this.#waiting;
    this.#waiting = [];
    this.#chars = 0;
    let error: unknown;
    if (lines.length > 0) {
      try {
        if (this.#options.mayWrite()) await this.#store(Buffer.from(`${lines.join('\n')}\n`));
        else this.#dropped += lines.length;
      } catch (thrown) {
        error = thrown;
        this.#dropped += lines.length;
      }
    }
    this.#report(error);
  }

  async #store(bytes: Buffer): Promise<void> {
    const { dir, clock, maxBytes } = this.#options;
    const day = new Date(clock.now()).toISOString().slice(0, 10);
    let file = this.#files.at(-1);
    const [, lastDay = '', part = '0'] = FILE.exec(file?.name ?? '') ?? [];
    const isFull = file !== undefined && file.bytes + bytes.length > maxBytes / PARTS;
    if (file === undefined || lastDay < day || isFull) {
      // a clock that went back must not begin files that sort before the last
      const next = lastDay < day ? { day, part: 1 } : { day: lastDay, part: Number(part) + 1 };
      const name = `gateway-${next.day}.${String(next.part).padStart(4, '0')}.jsonl`;
      file = { name, bytes: 0 };
      this.#files.push(file);
    }
    await this.#removeOld(bytes.length);
    await appendFile(join(dir, file.name), bytes, { mode: 0o600 });
    file.bytes += bytes.length;
  }

  async #removeOld(added: number): Promise<void> {
    const { dir, clock, maxBytes, retainDays } = this.#options;
    const oldest = new Date(clock.now() - (retainDays - 1) * DAY_MS).toISOString().slice(0, 10);
    let total = this.#files.reduce((sum, { bytes }) => sum + bytes, added);
    for (let first = this.#files[0]; first !== undefined && this.#files.length > 1; first = this.#files[0]) {
      const [, day = ''] = FILE.exec(first.name) ?? [];
      if (total <= maxBytes && day >= oldest) return;
      await rm(join(dir, first.name), { force: true });
      total -= first.bytes;
      this.#files.shift();
    }
  }

  #report(error: unknown): void {
    const { clock, log } = this.#options;
    const dropped = this.#dropped - this.#reported;
    if (dropped === 0 || clock.monotonic() < this.#reportedAt + REPORT_MS) return;
    this.#reportedAt = clock.monotonic();
    log.warn({ dropped, ...(error === undefined ? {} : { err: error }) }, 'lines of the access log were lost');
    this.#reported = this.#dropped;
  }
}
