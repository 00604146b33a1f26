import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LIMITS } from '@funcgraph/api';
import { packFolder } from '../../code/index.ts';
import { CONNECTION_FLAGS, type Connection, connect } from '../../connection/index.ts';
import { CliError, type Context, defineCommand, EXIT, flag, systemCode, usageError } from '../../framework/index.ts';
import { withProgress } from '../functions/progress.ts';
import { runtimeFor } from '../functions/runtime-for.ts';

/** The archive in the form of the API: its bytes, or its address. */
async function sourceFields(
  { zip, folder, url }: { zip: string | undefined; folder: string | undefined; url: string | undefined },
  context: Context,
): Promise<object> {
  if ([zip, folder, url].filter((given) => given !== undefined).length !== 1) {
    throw usageError('give the libraries as one of --folder, --zip and --url');
  }
  if (url !== undefined) return { depend_type: 'obs', depend_link: url };
  const bytes =
    folder === undefined
      ? await readArchive(resolve(context.cwd, zip ?? ''), zip ?? '')
      : (await packFolder(resolve(context.cwd, folder))).zip;
  return { depend_type: 'zip', depend_file: bytes.toString('base64') };
}

async function readArchive(path: string, shown: string): Promise<Buffer> {
  try {
    // checked before reading, so that a wrong file of many gigabytes does not fill the memory
    const { size } = await stat(path);
    if (size > LIMITS.codeZipBytes) {
      throw new CliError(`${shown} has ${size} bytes; at most ${LIMITS.codeZipBytes} are allowed`, {
        code: 'CLI.CODE',
        exitCode: EXIT.refused,
        hint: 'Put it where the server can fetch it, and give --url.',
      });
    }
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw usageError(`cannot read ${shown}: ${systemCode(cause) ?? String(cause)}`);
  }
}

/** A language without a version means the runtime of the existing package, otherwise the newest of this server. */
async function runtimeOf(
  name: string,
  requested: string,
  { client, credentials }: Connection,
  signal: AbortSignal,
): Promise<string> {
  // a runtime that this machine lacks is allowed: its functions may run elsewhere
  if (/\d/.test(requested)) return requested;
  const params = { project_id: credentials.projectId };
  const { data } = await client.call('listDependencies', { params, query: { name }, signal });
  const own = data.dependencies.find(
    (one) => one.name === name && one.owner !== 'public' && one.runtime.startsWith(requested),
  );
  return runtimeFor(requested, own?.runtime, client, signal);
}

export const create = defineCommand({
  name: 'dependencies create',
  summary: 'Store a library package, or another version of one of this name and runtime',
  flags: {
    runtime: flag.text(
      'RUNTIME',
      'runtime of the functions it is for; a language alone is that of its package, or the newest',
      { required: true },
    ),
    folder: flag.text('DIR', 'folder to pack; for Node.js it holds node_modules'),
    zip: flag.text('FILE', 'zip archive of at most 50 MB'),
    url: flag.text('URL', 'http or https address from which the server fetches a zip'),
    description: flag.text('TEXT', 'its contents'),
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'name', summary: 'name of the package' }],
  examples: [
    'fgs dependencies create drawing --runtime Node.js --folder ./layer',
    'fgs dependencies create tables --runtime Python3.10 --zip tables.zip --description "pandas 2"',
  ],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const { client, credentials } = connection;
    const body = {
      name: args.name,
      runtime: await runtimeOf(args.name, flags.runtime, connection, context.signal),
      ...(await sourceFields(flags, context)),
      ...(flags.description === undefined ? {} : { description: flags.description }),
    };
    const params = { project_id: credentials.projectId };
    const call = client.call('createDependencyVersion', { params, body, signal: context.signal });
    const { data } = await withProgress(`storing ${args.name}`, context, call);
    const { download_link: _link, ...shown } = data;
    return {
      kind: 'message',
      text: `${data.name}: version ${data.version} (${data.size} bytes, id ${data.id})`,
      data: shown,
    };
  },
});
