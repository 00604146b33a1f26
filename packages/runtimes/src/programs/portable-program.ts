import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, open, realpath, rename, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileExists } from './interpreter-file.ts';
import { runProgram } from './run-program.ts';
import { RuntimeError } from './runtime-error.ts';
import { withTemporary } from './temporary.ts';

/** A program that needs no files of the host but these. */
export interface PortableProgram {
  readonly program: string;
  /** The folder with its loader and every library it needs; undefined for a static program. */
  readonly libraries: { readonly folder: string; readonly loader: string } | undefined;
}

const LIST_TIMEOUT_MS = 15_000;
const PROGRAM_HEADER_INTERPRETER = 3;

/**
 * Copies the libraries of `program` to `<dir>/.libraries/<hash>`; an existing copy of the same files is reused. Throws
 * `runtime.not_runnable` when the loader does not list them.
 */
export async function portableProgram(program: string, dir: string): Promise<PortableProgram> {
  const loader = await interpreterOf(program);
  if (loader === undefined) return { program, libraries: undefined };
  const listed = await runProgram(loader, ['--list', program], LIST_TIMEOUT_MS);
  const found = new Map<string, string>([[basename(loader), await realpath(loader)]]);
  for (const [, name, path] of listed.stdout.matchAll(/^\s*(\S+) => (\/\S+)/gm)) {
    if (name !== undefined && path !== undefined && !name.startsWith('/')) found.set(name, await realpath(path));
  }
  if (listed.code !== 0 || found.size < 2) {
    throw new RuntimeError(
      'runtime.not_runnable',
      `${loader} does not list the libraries of ${program}`,
      'run the server with a Node.js for this machine',
    );
  }
  const parent = join(dir, '.libraries');
  const folder = join(parent, await stampOf(found));
  if (!(await fileExists(folder))) {
    await mkdir(parent, { recursive: true, mode: 0o755 });
    await withTemporary(parent, async (temporary) => {
      const copy = join(temporary, 'libraries');
      await mkdir(copy, { mode: 0o755 });
      for (const [name, path] of found) {
        await copyFile(path, join(copy, name));
        await chmod(join(copy, name), 0o755);
      }
      await rename(copy, folder).catch(async (error: unknown) => {
        // Another process was faster; its copy has the same content.
        if (!(await fileExists(folder))) throw error;
      });
    });
  }
  return { program, libraries: { folder, loader: basename(loader) } };
}

/** The loader that an ELF program names; undefined for a static one. */
async function interpreterOf(program: string): Promise<string | undefined> {
  const file = await open(program, 'r');
  try {
    const head = Buffer.alloc(64);
    await file.read(head, 0, 64, 0);
    if (head.readUInt32BE(0) !== 0x7f454c46 || head[4] !== 2 || head[5] !== 1) {
      throw new RuntimeError(
        'runtime.not_runnable',
        `${program} is no 64-bit program`,
        'container images need a Node.js for a 64-bit machine',
      );
    }
    const [at, size, count] = [Number(head.readBigUInt64LE(32)), head.readUInt16LE(54), head.readUInt16LE(56)];
    const table = Buffer.alloc(size * count);
    await file.read(table, 0, table.length, at);
    for (let row = 0; row + 56 <= table.length; row += size) {
      if (table.readUInt32LE(row) !== PROGRAM_HEADER_INTERPRETER) continue;
      const text = Buffer.alloc(Number(table.readBigUInt64LE(row + 32)));
      await file.read(text, 0, text.length, Number(table.readBigUInt64LE(row + 8)));
      return text.toString('utf8').replace(/\0+$/, '');
    }
    return undefined;
  } finally {
    await file.close();
  }
}

async function stampOf(files: ReadonlyMap<string, string>): Promise<string> {
  const hash = createHash('sha256');
  for (const [name, path] of [...files].sort()) {
    const { size, mtimeMs } = await stat(path);
    hash.update(`${name}\0${path}\0${size}\0${mtimeMs}\0`);
  }
  return hash.digest('hex').slice(0, 16);
}
