import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { CliError, type Context, EXIT, systemCode, usageError } from '../framework/index.ts';
import { jsonFault } from './json-fault.ts';

/** A value of the command line that may stand in a file. */
export interface InputSource {
  /** Of the flag that may have the text itself, `@FILE` or `@-` for standard input. */
  readonly text: string | undefined;
  /** Of the flag that names a file, or `-` for standard input. */
  readonly file: string | undefined;
  /** The name of the first flag, for messages: `--data`. */
  readonly flag: string;
  /** What it is, for messages: `event`. */
  readonly noun: string;
  readonly limitBytes: number;
}

async function readAll(file: string, { noun, limitBytes }: InputSource, { stdin, cwd }: Context): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of file === '-' ? stdin : createReadStream(resolve(cwd, file))) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > limitBytes)
        throw new CliError(`the ${noun} is over ${limitBytes} bytes`, { code: 'CLI.INPUT', exitCode: EXIT.refused });
      chunks.push(bytes);
    }
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw usageError(`cannot read ${file}: ${systemCode(cause) ?? String(cause)}`);
  }
  return Buffer.concat(chunks);
}

/** Throws a usage error with line and column for a text that is not JSON. `place` names it: `--data`. */
export function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const fault = jsonFault(text);
    if (fault === undefined) throw cause;
    const { line, column, expected, found } = fault;
    throw usageError(`${place} is not JSON: line ${line}, column ${column}: expected ${expected}, found ${found}`);
  }
}

/** The bytes of a JSON text from the command line, a file or standard input; undefined without either flag. */
export async function readJsonInput(source: InputSource, context: Context): Promise<Buffer | undefined> {
  const { text, file, flag } = source;
  const named = file ?? (text?.startsWith('@') === true ? text.slice(1) : undefined);
  if (named === '')
    throw usageError(`${flag} @ needs a file name`, `${flag} @event.json, or ${flag} @- for standard input`);
  if (named === undefined && text === undefined) return undefined;
  const bytes = named === undefined ? Buffer.from(text ?? '') : await readAll(named, source, context);
  parseJson(bytes.toString('utf8'), named === undefined ? flag : named === '-' ? 'standard input' : named);
  return bytes;
}
