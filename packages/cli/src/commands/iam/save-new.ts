import { open, rm } from 'node:fs/promises';
import { CliError, EXIT, systemCode, usageError } from '../../framework/index.ts';

/**
 * Makes a file that only its owner may read, before the secret that goes into it exists: a secret that is shown once must
 * not be lost to a file that cannot be written. Refuses a file that is there, and leaves none when `make` fails.
 */
export async function saveNew<T>(
  file: string,
  shown: string,
  make: () => Promise<{ readonly text: string; readonly value: T }>,
): Promise<T> {
  const handle = await open(file, 'wx', 0o600).catch((cause: unknown) => {
    const code = systemCode(cause);
    if (code !== 'EEXIST') throw usageError(`cannot write ${shown}: ${code ?? String(cause)}`);
    throw new CliError(`${shown} is there already`, {
      code: 'CLI.EXISTS',
      exitCode: EXIT.refused,
      hint: 'Name another file, or remove it first.',
    });
  });
  try {
    const { text, value } = await make();
    await handle.writeFile(text);
    await handle.sync();
    return value;
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}
