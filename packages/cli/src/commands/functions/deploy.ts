import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { ApiError, type Client } from '@funcgraph/api';
import { type Collected, functionCode, handlerFault, packEntries } from '../../code/index.ts';
import {
  connect,
  FUNCTION_FLAGS,
  type FunctionConfig,
  type FunctionParams,
  findConfig,
} from '../../connection/index.ts';
import {
  type Context,
  defineCommand,
  type FlagSpecs,
  type FlagValues,
  flag,
  type Row,
  usageError,
} from '../../framework/index.ts';
import {
  CONFIG_FLAGS,
  type ConfigFields,
  changedFields,
  configChange,
  configFields,
  NEW_FUNCTION,
} from './config-flags.ts';
import { DEPENDENCY_FLAGS, dependencyFields } from './dependency-flags.ts';
import { withProgress } from './progress.ts';
import { runtimeFor } from './runtime-for.ts';
import { readVariables, variableFields } from './variables.ts';

export const DEPLOY_FLAGS = {
  name: flag.text('NAME', 'name of the function; that of the folder when absent'),
  runtime: flag.text('RUNTIME', 'language and version, or Node.js, Python, Java for the newest; for a new function'),
  ...CONFIG_FLAGS,
  ...DEPENDENCY_FLAGS,
  ...FUNCTION_FLAGS,
} as const satisfies FlagSpecs;

type DeployFields = ConfigFields & { readonly runtime?: string };

interface Entry {
  readonly runtime: string;
  readonly handler: string;
}

interface Target {
  readonly client: Client;
  readonly params: FunctionParams;
  readonly name: string;
}

/** Runtime and handler. Throws before anything is packed when a new function lacks one, or the code has no such file. */
function checkedEntry(
  name: string,
  { runtime, handler }: { runtime: string | undefined; handler: string | undefined },
  code: Collected,
): Entry {
  if (runtime === undefined || handler === undefined) {
    throw usageError(
      `${name} is new: --${runtime === undefined ? 'runtime' : 'handler'} is missing`,
      'for example --runtime Node.js --handler index.handler; see fgs runtimes list',
    );
  }
  const fault = handlerFault(runtime, handler, code);
  if (fault !== undefined) throw fault;
  return { runtime, handler };
}

const SHOWN_IGNORED = 5;

/** What a .gitignore leaves out, because a function may need it; empty for nothing. */
function ignoredLine({ ignored }: Collected): string {
  if (ignored.length === 0) return '';
  const more = ignored.length > SHOWN_IGNORED ? `, and ${ignored.length - SHOWN_IGNORED} more` : '';
  return `\n.gitignore leaves out ${ignored.slice(0, SHOWN_IGNORED).join(', ')}${more}`;
}

async function createFrom(
  target: Target,
  zip: Buffer,
  pkg: string,
  fields: DeployFields & Entry,
  context: Context,
): Promise<string> {
  const body = {
    func_name: target.name,
    package: pkg,
    code_type: 'zip',
    code_filename: `${target.name}.zip`,
    ...NEW_FUNCTION,
    ...fields,
    func_code: { file: zip.toString('base64') },
  };
  const params = { project_id: target.params.project_id };
  await withProgress(
    `creating ${target.name}`,
    context,
    target.client.call('createFunction', { params, body, signal: context.signal }),
  );
  return 'created';
}

/** Whether the server has this very archive, which then need not be sent. */
const hasCode = ({ code_type, digest }: FunctionConfig, zip: Buffer): boolean =>
  code_type === 'zip' && digest === createHash('sha512').update(zip).digest('hex');

/** True when the code was replaced, false when the server had the same already. */
async function replaceCode(target: Target, present: FunctionConfig, zip: Buffer, context: Context): Promise<boolean> {
  if (hasCode(present, zip)) return false;
  const { client, params, name } = target;
  const body = { code_type: 'zip', code_filename: `${name}.zip`, func_code: { file: zip.toString('base64') } };
  try {
    await withProgress(
      `uploading ${name}`,
      context,
      client.call('updateFunctionCode', { params, body, signal: context.signal }),
    );
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.code === 'FSS.0409') return false;
    throw error;
  }
}

async function updateFrom(
  target: Target,
  present: FunctionConfig,
  zip: Buffer,
  { fields, isDry }: { readonly fields: DeployFields; readonly isDry: boolean },
  context: Context,
): Promise<string> {
  const { runtime, ...requested } = fields;
  if (runtime !== undefined && runtime !== present.runtime) {
    throw usageError(
      `${target.name} has the runtime ${present.runtime}, which cannot be changed`,
      'deploy under another --name, or delete the function first',
    );
  }
  const change = configChange(present, requested);
  if (isDry) {
    const differs = [...(hasCode(present, zip) ? [] : ['code']), ...changedFields(present, requested)];
    return differs.length === 0 ? 'unchanged' : `would change: ${differs.join(', ')}`;
  }
  const code = await replaceCode(target, present, zip, context);
  if (change !== undefined) {
    await target.client.call('updateFunctionConfig', { params: target.params, body: change, signal: context.signal });
  }
  if (!code && change === undefined) return 'unchanged';
  return `updated ${[code && 'code', change !== undefined && 'configuration'].filter(Boolean).join(' and ')}`;
}

export interface Deployed {
  readonly text: string;
  readonly data: Row;
  readonly name: string;
}

/** Creates or updates a function from a folder. Used by `functions deploy` and `up`. */
export async function deployFolder(
  folder: string,
  flags: FlagValues<typeof DEPLOY_FLAGS>,
  context: Context,
): Promise<Deployed> {
  const path = resolve(context.cwd, folder);
  const name = flags.name ?? basename(path);
  const connection = await connect(flags, context);
  const target: Target = { client: connection.client, name, params: connection.functionParams(name, flags.package) };
  const given = configFields(flags);
  const variables = await readVariables(flags, context);
  const present = await findConfig(target.client, target.params, context.signal);
  const runtime =
    flags.runtime === undefined
      ? undefined
      : await runtimeFor(flags.runtime, present?.runtime, target.client, context.signal);
  const fields: DeployFields = {
    ...given,
    ...variableFields(variables, present),
    ...(await dependencyFields(flags, connection, runtime ?? present?.runtime, context)),
    ...(runtime === undefined ? {} : { runtime }),
  };
  const chosen = { runtime: runtime ?? present?.runtime, handler: flags.handler ?? present?.handler };
  const code = await functionCode({
    ...{ folder: path, root: path, runtime: chosen.runtime ?? '' },
    entries: [chosen.handler ?? '', fields.initializer_handler ?? present?.initializer_handler ?? ''],
    hasLibraries: (fields.depend_version_list ?? present?.depend_version_list ?? []).length > 0,
  });
  const entry = checkedEntry(name, chosen, code);
  const zip = await withProgress(`packing ${path}`, context, packEntries(code.entries));
  const isDry = flags['dry-run'];
  const outcome = present
    ? await updateFrom(target, present, zip, { fields, isDry }, context)
    : isDry
      ? 'would be created'
      : await createFrom(target, zip, flags.package, { ...fields, ...entry }, context);
  const files = code.entries.length;
  const size = `${files} ${files === 1 ? 'file' : 'files'}, ${(zip.length / 1024).toFixed(1)} KB`;
  return {
    name,
    text: `${name}: ${outcome} (${size})${ignoredLine(code)}`,
    data: { name, outcome, files, zip_bytes: zip.length, ignored: code.ignored, func_urn: target.params.function_urn },
  };
}

export const deploy = defineCommand({
  name: 'functions deploy',
  summary: 'Create or update a function from a folder; unchanged code is not uploaded again',
  flags: DEPLOY_FLAGS,
  args: [
    {
      name: 'folder',
      summary: 'folder with the code; its .fgsignore, or else its .gitignore, lists files to leave out',
    },
  ],
  examples: [
    'fgs functions deploy ./hello --runtime Node.js --handler index.handler',
    'fgs functions deploy ./hello --memory 256 --dry-run',
    'fgs functions deploy . --name resize --memory 512 --timeout 30 --env BUCKET=pictures',
  ],
  async run({ flags, args }, context) {
    const { text, data } = await deployFolder(args.folder, flags, context);
    return { kind: 'message', text, data };
  },
});
