import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { LIMITS } from '@funcgraph/api';
import type { JsonObject } from '@funcgraph/flow';
import { CliError, type Context, EXIT, flag, systemCode, usageError } from '../../framework/index.ts';

export const INPUT_FLAGS = {
  input: flag.text('JSON', 'an object; {} when absent', { short: 'd' }),
  'input-file': flag.text('FILE', 'read the input from a file, or from standard input: -'),
};

/** Undefined without either flag. Throws a `CliError` for anything that is not a JSON object within the limit. */
export async function readInput(
  flags: { readonly input: string | undefined; readonly 'input-file': string | undefined },
  context: Context,
): Promise<JsonObject | undefined> {
  const { input, 'input-file': file } = flags;
  if (input !== undefined && file !== undefined) throw usageError('give the input as one of --input and --input-file');
  if (file !== undefined) return objectOf(await readAll(file, context), file);
  return input === undefined ? undefined : objectOf(input, '--input');
}

export function objectOf(text: string, place: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw usageError(`${place} is not JSON: ${(cause as Error).message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw usageError(`${place} is not a JSON object`);
}

async function readAll(file: string, { stdin, cwd }: Context): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of file === '-' ? stdin : createReadStream(resolve(cwd, file))) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > LIMITS.syncEventBytes) {
        const message = `the input is over ${LIMITS.syncEventBytes} bytes`;
        throw new CliError(message, { code: 'CLI.INPUT', exitCode: EXIT.refused });
      }
      chunks.push(bytes);
    }
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw usageError(`cannot read ${file}: ${systemCode(cause) ?? String(cause)}`);
  }
  return Buffer.concat(chunks).toString('utf8');
}
