import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecureContext } from 'node:tls';
import type { Logger } from 'pino';
import type { Clock, Timer } from '../../lib/clock.ts';
import { contextOf, entryFor, filesOf, namesIn } from './key-pair.ts';

const LOOK_MS = 5_000;
const MAX_NAMES = 1000;
const MAX_FILE_BYTES = 256 * 1024;

interface Entry {
  /** Changes with either file; both may be links. */
  readonly state: string;
  /** Undefined for a pair that was never usable. */
  readonly context: SecureContext | undefined;
  /** When that certificate ends, in ms since the epoch. */
  readonly endsAt: number | undefined;
}

export interface CertificatesOptions {
  readonly dir: string;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/**
 * Certificates by host name, from a folder that is looked at every few seconds. A pair that cannot be used is logged
 * once, and the one before it stays.
 */
export class Certificates {
  readonly #options: CertificatesOptions;
  #entries: ReadonlyMap<string, Entry> = new Map();
  #timer: Timer | undefined;
  #isStopped = false;

  private constructor(options: CertificatesOptions) {
    this.#options = options;
  }

  /** Rejects when the folder cannot be read. */
  static async open(options: CertificatesOptions): Promise<Certificates> {
    const certificates = new Certificates(options);
    await certificates.#look();
    certificates.#lookLater();
    return certificates;
  }

  /** Undefined for a name without a certificate. */
  contextFor(serverName: string): SecureContext | undefined {
    return entryFor(this.#entries, serverName)?.context;
  }

  /** When the certificates in use end, in ms since the epoch, by host name. */
  ends(): ReadonlyMap<string, number> {
    const all = [...this.#entries].flatMap(([name, { endsAt }]) =>
      endsAt === undefined ? [] : [[name, endsAt] as const],
    );
    return new Map(all);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #lookLater(): void {
    const { clock, log, dir } = this.#options;
    this.#timer = clock.after(LOOK_MS, () => {
      this.#look()
        .catch((error: unknown) => log.warn({ err: error, dir }, 'certificates cannot be read; the known ones stay'))
        .finally(() => {
          if (!this.#isStopped) this.#lookLater();
        });
    });
  }

  async #look(): Promise<void> {
    const { dir, log } = this.#options;
    const names = [...namesIn(await readdir(dir))].sort();
    if (names.length > MAX_NAMES) log.warn({ dir }, `only the first ${MAX_NAMES} names have their certificate`);
    const entries = new Map<string, Entry>();
    for (const name of names.slice(0, MAX_NAMES)) entries.set(name, await this.#entry(name));
    for (const name of this.#entries.keys()) if (!entries.has(name)) log.info({ name }, 'certificate removed');
    this.#entries = entries;
  }

  async #entry(name: string): Promise<Entry> {
    const { dir, log } = this.#options;
    const known = this.#entries.get(name);
    const { certificate, key } = filesOf(name);
    const paths = [join(dir, certificate), join(dir, key)] as const;
    const state = `${await stateOf(paths[0])} ${await stateOf(paths[1])}`;
    if (known?.state === state) return known;
    try {
      const { context, validTo } = contextOf(name, await read(paths[0]), await read(paths[1]));
      log.info({ name, validTo }, 'certificate loaded');
      return { state, context, endsAt: Date.parse(validTo) };
    } catch (error) {
      const rest = known?.context === undefined ? 'no connection for its name is accepted' : 'the one before it stays';
      log.warn({ name, reason: (error as Error).message }, `a certificate cannot be used; ${rest}`);
      return { state, context: known?.context, endsAt: known?.endsAt };
    }
  }
}

async function stateOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return `${ino}:${size}:${mtimeMs}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

async function read(path: string): Promise<string> {
  if ((await stat(path)).size > MAX_FILE_BYTES) throw new Error(`${path} is too large`);
  return readFile(path, 'utf8');
}
