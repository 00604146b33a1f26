import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LIMITS } from '@funcgraph/api';
import type { Connection } from '../../connection/index.ts';
import { type Context, type FlagSpecs, type FlagValues, flag, systemCode, usageError } from '../../framework/index.ts';
import { templateBytes } from './find.ts';

/** Sources of the content of a test event. */
export const CONTENT_FLAGS = {
  data: flag.text('JSON', 'the event', { short: 'd' }),
  'data-file': flag.text('FILE', 'read the event from a file'),
  template: flag.text('KIND', 'start from a sample: fgs test-events templates'),
} as const satisfies FlagSpecs;

/** The content in Base64, as the API takes it. */
export async function readContent(
  flags: FlagValues<typeof CONTENT_FLAGS>,
  connection: Connection,
  context: Context,
): Promise<string> {
  const { data, 'data-file': file, template } = flags;
  if ([data, file, template].filter((given) => given !== undefined).length !== 1) {
    throw usageError('give the event as one of --data, --data-file and --template');
  }
  const bytes =
    data !== undefined
      ? Buffer.from(data)
      : file !== undefined
        ? await readEventFile(resolve(context.cwd, file), file)
        : Buffer.from(await templateBytes(connection, template ?? '', context.signal));
  return bytes.toString('base64');
}

async function readEventFile(path: string, shown: string): Promise<Buffer> {
  try {
    if ((await stat(path)).size <= LIMITS.testEventBytes) return await readFile(path);
  } catch (cause) {
    throw usageError(`cannot read ${shown}: ${systemCode(cause) ?? String(cause)}`);
  }
  throw usageError(
    `${shown} is over ${LIMITS.testEventBytes} bytes`,
    'run it once with fgs functions invoke --data-file',
  );
}
