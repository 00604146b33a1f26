import { createHash } from 'node:crypto';
import { copyFile, cp, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LANGUAGES } from '../languages/runtimes.ts';
import { fileExists } from '../programs/interpreter-file.ts';
import { withTemporary } from '../programs/temporary.ts';
import { JOINED_FORM, joinShim } from './joined-shim.ts';

const SHIMS = LANGUAGES.flatMap(({ shims }) => shims);
const FOLDERS = SHIMS.filter((shim) => !shim.includes('/'));
/** Some are built, and only where there is a compiler. */
const FILES = SHIMS.filter((shim) => shim.includes('/'));

async function contentHash(shims: string): Promise<string> {
  const hash = createHash('sha256').update(`${JOINED_FORM}\0`);
  for (const folder of FOLDERS) {
    const entries = await readdir(join(shims, folder), { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.pyc'))
      .map((entry) => join(entry.parentPath, entry.name));
    for (const file of files.sort())
      hash
        .update(`${file.slice(shims.length)}\0`)
        .update(await readFile(file))
        .update('\0');
  }
  for (const file of FILES)
    hash
      .update(`${file}\0`)
      .update(await readFile(join(shims, file)).catch(() => ''))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}

/**
 * A copy of the shims under `<dir>/.shims/<hash of their content>`, which every user can read and beside whose sources
 * Python may keep its compiled modules. An existing copy is used as it is: instances may be running from it.
 */
export async function placeShims(shims: string, dir: string): Promise<string> {
  const parent = join(dir, '.shims');
  const target = join(parent, await contentHash(shims));
  if (await fileExists(target)) return target;
  await mkdir(parent, { recursive: true, mode: 0o755 });
  await withTemporary(parent, async (folder) => {
    const copy = join(folder, 'shims');
    await mkdir(copy, { mode: 0o755 });
    for (const each of FOLDERS) {
      await cp(join(shims, each), join(copy, each), {
        recursive: true,
        filter: (path) => !path.endsWith('__pycache__') && !path.endsWith('.pyc'),
      });
    }
    for (const file of FILES) {
      const [folder = ''] = file.split('/');
      await mkdir(join(copy, folder), { recursive: true, mode: 0o755 });
      if (await fileExists(join(shims, file))) await copyFile(join(shims, file), join(copy, folder, basename(file)));
    }
    await joinShim(join(copy, 'nodejs'));
    await rename(copy, target).catch(async (error: unknown) => {
      // Another process was faster; its copy has the same content.
      if (!(await fileExists(target))) throw error;
    });
  });
  return target;
}
