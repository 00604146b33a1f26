import { type FileHandle, open, rm } from 'node:fs/promises';
import { CliError, EXIT, type Row, systemCode, usageError } from '../../framework/index.ts';

/**
 * Writes the result of `make`, as JSON, to a new file that only its owner may read. The file exists before the secret
 * does: a secret that is shown only once must not be lost to a file that cannot be written. Refuses an existing file,
 * and leaves none when `make` fails. If writing fails after all, the hint of the error has the secret.
 */
export async function saveNew<T extends Row>(file: string, shown: string, make: () => Promise<T>): Promise<T> {
  const handle = await openNew(file, shown);
  try {
    const data = await make();
    await write(handle, shown, `${JSON.stringify(data, null, 2)}\n`);
    return data;
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

async function openNew(file: string, shown: string): Promise<FileHandle> {
  try {
    return await open(file, 'wx', 0o600);
  } catch (cause) {
    const code = systemCode(cause);
    if (code !== 'EEXIST') throw usageError(`cannot write ${shown}: ${code ?? String(cause)}`);
    throw new CliError(`${shown} exists already`, {
      code: 'CLI.EXISTS',
      exitCode: EXIT.refused,
      hint: 'Name another file, or remove it first.',
    });
  }
}

async function write(handle: FileHandle, shown: string, text: string): Promise<void> {
  try {
    await handle.writeFile(text);
    await handle.sync();
  } catch (cause) {
    const what = systemCode(cause) ?? String(cause);
    throw new CliError(`it was made, but cannot be written to ${shown}: ${what}`, {
      code: 'CLI.NOT_SAVED',
      hint: `Keep this yourself, it is not shown again: ${text}`,
      cause,
    });
  }
}
