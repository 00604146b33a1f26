import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FunctionConfig } from '../../connection/index.ts';
import { type Context, type FlagSpecs, type FlagValues, flag, systemCode, usageError } from '../../framework/index.ts';
import { parseEnvFile } from '../../input/index.ts';
import { nameValues } from '../name-values.ts';

/** Flags for the environment variables of a function. Variables that none of them names stay as they are. */
export const VARIABLE_FLAGS = {
  env: flag.list('NAME=VALUE', 'environment variable to add or change; the others stay', { short: 'e' }),
  'env-file': flag.text('FILE', 'lines NAME=VALUE, with quotes, comments and export; each --env wins over it'),
  'encrypted-env': flag.list('NAME=VALUE', 'variable that is encrypted at rest and never shown again'),
  'encrypted-env-file': flag.text('FILE', 'the same from a file, which keeps secrets off the command line'),
  'unset-env': flag.list('NAME', "variable to remove, encrypted or not; '*' for all that are not given"),
} as const satisfies FlagSpecs;

type VariableFlags = FlagValues<typeof VARIABLE_FLAGS>;

/** What the flags say, before the present variables are known. */
export interface VariableChange {
  readonly plain: ReadonlyMap<string, string>;
  readonly encrypted: ReadonlyMap<string, string>;
  readonly removed: readonly string[];
}

export interface VariableFields {
  readonly user_data?: string;
  readonly encrypted_user_data?: string;
}

async function readFrom(
  file: string | undefined,
  list: readonly string[],
  flag: string,
  { cwd }: Context,
): Promise<Map<string, string>> {
  const given = nameValues(list, flag);
  if (file === undefined) return given;
  const text = await readFile(resolve(cwd, file), 'utf8').catch((cause: unknown) => {
    throw usageError(`cannot read ${file}: ${systemCode(cause) ?? String(cause)}`);
  });
  return new Map([...parseEnvFile(text, file), ...given]);
}

/** Undefined when no flag names a variable. Throws usage errors without values. */
export async function readVariables(flags: VariableFlags, context: Context): Promise<VariableChange | undefined> {
  const plain = await readFrom(flags['env-file'], flags.env, '--env', context);
  const encrypted = await readFrom(flags['encrypted-env-file'], flags['encrypted-env'], '--encrypted-env', context);
  const removed = flags['unset-env'];
  const twice = [...plain.keys()].find((name) => encrypted.has(name));
  if (twice !== undefined) throw usageError(`${twice} is given as plain and as encrypted variable`);
  const both = removed.find((name) => plain.has(name) || encrypted.has(name));
  if (both !== undefined) throw usageError(`${both} is given both with a value and in --unset-env`);
  return plain.size + encrypted.size + removed.length === 0 ? undefined : { plain, encrypted, removed };
}

const present = (text: string | undefined): Map<string, string> =>
  new Map(Object.entries(JSON.parse(text || '{}') as Record<string, string>));

const json = (values: ReadonlyMap<string, string>): string => JSON.stringify(Object.fromEntries(values));

/**
 * The fields that a change makes of the variables of `config`; only those with a difference in names or values. Values of
 * encrypted variables come masked, and the server takes a mask for the value it has. Throws a usage error for a plain
 * value of an encrypted variable, and for the removal of one that does not exist.
 */
export function variableFields(change: VariableChange | undefined, config: FunctionConfig | undefined): VariableFields {
  if (change === undefined) return {};
  const plain = present(config?.user_data);
  const encrypted = present(config?.encrypted_user_data);
  if (change.removed.includes('*')) {
    plain.clear();
    for (const name of encrypted.keys()) if (!change.encrypted.has(name)) encrypted.delete(name);
  }
  for (const name of change.removed) {
    if (name === '*') continue;
    const found = plain.delete(name);
    if (!encrypted.delete(name) && !found && !change.removed.includes('*')) {
      const names = [...plain.keys(), ...encrypted.keys()].join(', ');
      throw usageError(`there is no variable ${name}`, names === '' ? undefined : `there are: ${names}`);
    }
  }
  for (const [name, value] of change.plain) {
    if (encrypted.has(name))
      throw usageError(
        `the variable ${name} is encrypted`,
        `--encrypted-env changes it; --unset-env ${name} removes it`,
      );
    plain.set(name, value);
  }
  for (const [name, value] of change.encrypted) {
    plain.delete(name);
    encrypted.set(name, value);
  }
  const fields = { user_data: json(plain), encrypted_user_data: json(encrypted) };
  const before = { user_data: config?.user_data || '{}', encrypted_user_data: config?.encrypted_user_data || '{}' };
  return {
    ...(fields.user_data === json(present(before.user_data)) ? {} : { user_data: fields.user_data }),
    ...(fields.encrypted_user_data === json(present(before.encrypted_user_data))
      ? {}
      : { encrypted_user_data: fields.encrypted_user_data }),
  };
}
