import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Context, usageError } from '../framework/index.ts';

interface Given {
  /** Path of a file of lines; a list on the command line wins over it. */
  readonly file: string | undefined;
  readonly list: readonly string[];
  /** The flag of the list, for messages. */
  readonly flag: string;
}

function add(values: Map<string, string>, line: string, where: string): void {
  const at = line.indexOf('=');
  // the value stays out of the message: it may be a secret
  if (at < 1) throw usageError(`${where} is not NAME=VALUE`);
  values.set(line.slice(0, at).trim(), line.slice(at + 1));
}

/** NAME=VALUE from a file and from the command line; undefined without either. Throws usage errors without values. */
export async function readNameValues(
  { file, list, flag }: Given,
  { cwd }: Context,
): Promise<Map<string, string> | undefined> {
  if (file === undefined && list.length === 0) return undefined;
  const values = new Map<string, string>();
  if (file !== undefined) {
    const text = await readFile(resolve(cwd, file), 'utf8').catch((cause: unknown) => {
      throw usageError(`cannot read ${file}: ${String(cause)}`);
    });
    text.split(/\r?\n/).forEach((line, index) => {
      if (line.trim() !== '' && !line.trimStart().startsWith('#')) add(values, line, `line ${index + 1} of ${file}`);
    });
  }
  for (const [name, value] of nameValues(list, flag)) values.set(name, value);
  return values;
}

/** NAME=VALUE from the command line. Throws usage errors without values. */
export function nameValues(list: readonly string[], flag: string): Map<string, string> {
  const values = new Map<string, string>();
  list.forEach((line, index) => {
    add(values, line, `${flag} number ${index + 1}`);
  });
  return values;
}
