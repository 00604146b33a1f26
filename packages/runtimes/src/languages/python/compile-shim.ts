import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileExists, ownLibraries } from '../../programs/interpreter-file.ts';
import { runProgram } from '../../programs/run-program.ts';

const COMPILE_TIMEOUT_MS = 30_000;

/**
 * Lets `program` compile the Python shim once, which saves 4 ms at each start. `key` names interpreter and version. A
 * failure costs only that time, so it is not reported.
 */
export async function compileShim(program: string, key: string, shims: string): Promise<void> {
  const marker = join(shims, 'python', `.compiled-${key}`);
  if (await fileExists(marker)) return;
  const result = await runProgram(
    program,
    ['-E', '-s', '-m', 'compileall', '-q', join(shims, 'python')],
    COMPILE_TIMEOUT_MS,
    { env: ownLibraries(program) },
  ).catch(() => undefined);
  if (result?.code === 0) await writeFile(marker, '');
}
