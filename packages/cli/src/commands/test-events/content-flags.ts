import { LIMITS } from '@funcgraph/api';
import type { Connection } from '../../connection/index.ts';
import { type Context, type FlagSpecs, type FlagValues, flag, usageError } from '../../framework/index.ts';
import { readJsonInput } from '../../input/index.ts';
import { templateBytes } from './find.ts';

/** Sources of the content of a test event. */
export const CONTENT_FLAGS = {
  data: flag.text('JSON|@FILE', 'the event; @- reads standard input', { short: 'd' }),
  'data-file': flag.text('FILE', 'the same as --data @FILE'),
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
  const source = { text: data, file, flag: '--data', noun: 'test event', limitBytes: LIMITS.testEventBytes };
  const bytes =
    (await readJsonInput(source, context)) ??
    Buffer.from(await templateBytes(connection, template ?? '', context.signal));
  return bytes.toString('base64');
}
