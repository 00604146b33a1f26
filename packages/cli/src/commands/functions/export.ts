import { open, rename, rm } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { CliError, type Context, defineCommand, EXIT, flag, systemCode, usageError } from '../../framework/index.ts';

const PARTS = ['both', 'config', 'code'];
const REPORT_EVERY_MS = 1000;

/** The server's own name for the archive, where it is a plain file name. */
function nameIn(disposition: string | null, fallback: string): string {
  return /filename="([A-Za-z0-9][A-Za-z0-9_-]{0,120}\.zip)"/.exec(disposition ?? '')?.[1] ?? fallback;
}

/**
 * Writes to a temporary file beside the target first, so that a broken download never looks like an archive. Returns
 * the bytes written.
 */
async function save(
  path: string,
  shown: string,
  pieces: AsyncIterable<Uint8Array>,
  { context, total }: { readonly context: Context; readonly total: number },
): Promise<number> {
  const part = `${path}.part`;
  const file = await open(part, 'w').catch((cause: unknown) => {
    throw usageError(`cannot write ${shown}: ${systemCode(cause) ?? String(cause)}`);
  });
  let bytes = 0;
  let reported = context.now();
  try {
    for await (const piece of pieces) {
      await file.writeFile(piece);
      bytes += piece.length;
      if (context.format === 'json' || context.now() - reported < REPORT_EVERY_MS) continue;
      reported = context.now();
      await context.stderr.write(`${bytes} of ${total} bytes ...\n`);
    }
    await file.sync();
    await file.close();
    await rename(part, path);
    return bytes;
  } catch (cause) {
    await file.close().catch(() => undefined);
    await rm(part, { force: true });
    if (context.signal.aborted) throw cause;
    throw new CliError(`the archive is not complete: ${cause instanceof Error ? cause.message : String(cause)}`, {
      code: 'CLI.EXPORT',
      hint: 'Try again; nothing was kept.',
      cause,
    });
  }
}

async function refuseExisting(path: string, shown: string): Promise<void> {
  const found = await open(path, 'r').catch(() => undefined);
  await found?.close();
  if (found === undefined) return;
  throw new CliError(`${shown} exists already`, {
    code: 'CLI.EXISTS',
    exitCode: EXIT.refused,
    hint: 'Give another --file, or --force to replace it.',
  });
}

export const exportFunction = defineCommand({
  name: 'functions export',
  summary: 'Write configuration and code of a function to one archive, for import here or elsewhere',
  flags: {
    file: flag.text('FILE', 'where to; named by function and code when absent'),
    parts: flag.text('VALUE', 'parts to include; import needs both', { choices: PARTS, fallback: 'both' }),
    force: flag.boolean('replace an existing file'),
    qualifier: flag.text('VERSION|!ALIAS', 'version, or alias after !'),
    ...FUNCTION_FLAGS,
  },
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: ['fgs functions export hello', 'fgs functions export hello --qualifier v1 --file hello-v1.zip'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const params = connection.functionParams(args.function, flags.package, flags.qualifier);
    if (flags.file !== undefined && !flags.force) {
      await refuseExisting(resolve(context.cwd, flags.file), flags.file);
    }
    const query = { config: String(flags.parts !== 'code'), code: String(flags.parts !== 'config') };
    const { headers, pieces } = await connection.client.pieces('exportFunction', {
      params,
      query,
      signal: context.signal,
    });
    const usual = `${basename(args.function).replaceAll(/[^A-Za-z0-9_-]/g, '-')}.zip`;
    const shown = flags.file ?? nameIn(headers.get('content-disposition'), usual);
    const path = resolve(context.cwd, shown);
    if (!flags.force) await refuseExisting(path, shown);
    const total = Number(headers.get('content-length') ?? 0);
    const bytes = await save(path, shown, pieces, { context, total });
    return { kind: 'message', text: `${shown}: ${bytes} bytes`, data: { file: path, bytes } };
  },
});
