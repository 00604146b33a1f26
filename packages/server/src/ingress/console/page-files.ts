import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
/** Compressed copies beside a file, the smallest first. */
const CODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

export interface PageBytes {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly type: string;
  /** `Content-Encoding`; undefined for the file as it is. */
  readonly coding: string | undefined;
  /** Whether other bytes of the same path exist. */
  readonly varies: boolean;
}

/** Files of a folder by their path below it. The list is made once, so that no path of a request reaches the disk. */
export class PageFiles {
  readonly #folder: string;
  readonly #names: ReadonlySet<string>;
  readonly #read = new Map<string, Promise<{ readonly bytes: Buffer; readonly etag: string }>>();

  private constructor(folder: string, names: ReadonlySet<string>) {
    this.#folder = folder;
    this.#names = names;
  }

  /** Without files when the folder does not exist. */
  static async open(folder: string): Promise<PageFiles> {
    const names = new Set<string>();
    try {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (entry.isFile()) names.add(relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    return new PageFiles(folder, names);
  }

  has(name: string): boolean {
    const type = TYPES[extname(name)];
    return type !== undefined && this.#names.has(name);
  }

  /** In the best coding that the client accepts. Call for a name that `has` knows. */
  async get(name: string, accepted: string): Promise<PageBytes> {
    const copies = CODINGS.filter(([, ending]) => this.#names.has(`${name}${ending}`));
    const [coding, ending = ''] = copies.find(([each]) => accepts(accepted, each)) ?? [];
    const { bytes, etag } = await this.#load(`${name}${ending}`);
    return { bytes, etag, type: TYPES[extname(name)] ?? '', coding, varies: copies.length > 0 };
  }

  /** Each file is read once. */
  #load(name: string): Promise<{ readonly bytes: Buffer; readonly etag: string }> {
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    const reading = readFile(join(this.#folder, name)).then((bytes) => ({
      bytes,
      etag: `"${createHash('sha256').update(bytes).digest('base64url')}"`,
    }));
    this.#read.set(name, reading);
    reading.catch(() => this.#read.delete(name));
    return reading;
  }
}

/** Whether an `Accept-Encoding` header has a coding, and not with the weight 0. */
function accepts(header: string, coding: string): boolean {
  return header.split(',').some((part) => {
    const [name = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase());
    return name === coding && !parameters.some((each) => /^q=0(?:\.0{0,3})?$/.test(each));
  });
}
