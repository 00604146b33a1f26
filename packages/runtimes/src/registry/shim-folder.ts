import { createHash } from 'node:crypto';
import { copyFile, cp, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ownLibraries } from './interpreter.ts';
import { withTemporary } from './placing.ts';
import { runProgram } from './run-program.ts';

const FOLDERS = ['nodejs', 'python', 'custom', 'http', 'go', 'image'];
const COMPILE_TIMEOUT_MS = 30_000;

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function contentHash(shims: string): Promise<string> {
  const hash = createHash('sha256');
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
  for (const file of JAVA_FILES)
    hash
      .update(`${file}\0`)
      .update(await readFile(join(shims, file)).catch(() => ''))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}

/** The Java shim is built, and only where there is a JDK. */
const JAVA_FILES = ['java/relay.js', 'java/build/shim.jar'];

/** Whether the Java shim was built. */
export function hasJavaShim(shims: string): Promise<boolean> {
  return exists(join(shims, 'java/build/shim.jar'));
}

/**
 * A copy of the shims under `<dir>/.shims/<hash of their content>`, which every user can read and beside whose sources
 * Python may keep its compiled modules. An existing copy is used as it is: instances may be running from it.
 */
export async function placeShims(shims: string, dir: string): Promise<string> {
  const parent = join(dir, '.shims');
  const target = join(parent, await contentHash(shims));
  if (await exists(target)) return target;
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
    await mkdir(join(copy, 'java'), { mode: 0o755 });
    for (const file of JAVA_FILES)
      if (await exists(join(shims, file))) await copyFile(join(shims, file), join(copy, 'java', basename(file)));
    await rename(copy, target).catch(async (error: unknown) => {
      // Another process was faster; its copy has the same content.
      if (!(await exists(target))) throw error;
    });
  });
  return target;
}

/**
 * Lets `program` compile the Python shim once, which saves 4 ms at each start. `key` names interpreter and version. A
 * failure costs only that time, so it is not reported.
 */
export async function compilePythonShim(program: string, key: string, shims: string): Promise<void> {
  const marker = join(shims, 'python', `.compiled-${key}`);
  if (await exists(marker)) return;
  const result = await runProgram(
    program,
    ['-E', '-s', '-m', 'compileall', '-q', join(shims, 'python')],
    COMPILE_TIMEOUT_MS,
    { env: ownLibraries(program) },
  ).catch(() => undefined);
  if (result?.code === 0) await writeFile(marker, '');
}
