import { LIMITS } from '@funcgraph/api';
import type { JsonObject } from '@funcgraph/flow';
import { type Context, flag, usageError } from '../../framework/index.ts';
import { parseJson, readJsonInput } from '../../input/index.ts';

export const INPUT_FLAGS = {
  input: flag.text('JSON|@FILE', 'an object; {} when absent; @- reads standard input', { short: 'd' }),
  'input-file': flag.text('FILE', 'the same as --input @FILE'),
};

/** Undefined without either flag. Throws a `CliError` for anything that is not a JSON object within the limit. */
export async function readInput(
  flags: { readonly input: string | undefined; readonly 'input-file': string | undefined },
  context: Context,
): Promise<JsonObject | undefined> {
  const { input: text, 'input-file': file } = flags;
  if (text !== undefined && file !== undefined) throw usageError('give the input as one of --input and --input-file');
  const source = { text, file, flag: '--input', noun: 'input', limitBytes: LIMITS.syncEventBytes };
  const bytes = await readJsonInput(source, context);
  return bytes === undefined ? undefined : objectOf(bytes.toString('utf8'), file ?? '--input');
}

export function objectOf(text: string, place: string): JsonObject {
  const value = parseJson(text, place);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw usageError(`${place} is not a JSON object`);
}
