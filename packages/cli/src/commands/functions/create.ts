import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { LIMITS } from '@funcgraph/api';
import { codeError } from '../../code/index.ts';
import { connect, FUNCTION_FLAGS, parseConfig } from '../../connection/index.ts';
import {
  type Context,
  defineCommand,
  type FlagSpecs,
  type FlagValues,
  flag,
  systemCode,
  usageError,
} from '../../framework/index.ts';
import { CONFIG_FLAGS, configFields, NEW_FUNCTION } from './config-flags.ts';
import { DEPENDENCY_FLAGS, dependencyFields } from './dependency-flags.ts';
import { IMAGE_FLAGS, imageFields } from './image-flags.ts';
import { withProgress } from './progress.ts';
import { runtimeFor } from './runtime-for.ts';
import { SURROUNDINGS_FLAGS, surroundingsFields } from './surroundings-flags.ts';
import { readVariables, variableFields } from './variables.ts';

async function readCode(file: string, limit: number, context: Context): Promise<Buffer> {
  const path = resolve(context.cwd, file);
  try {
    // checked before reading, so that a wrong file of many gigabytes does not fill the memory
    const { size } = await stat(path);
    if (size > limit)
      throw codeError(
        `${file} has ${size} bytes; at most ${limit} are allowed`,
        'Larger code: fgs functions deploy FOLDER',
      );
    return await readFile(path);
  } catch (cause) {
    const code = systemCode(cause);
    if (code === undefined || code.startsWith('CLI.')) throw cause;
    throw usageError(`cannot read ${file}: ${code}`);
  }
}

const CODE_FLAGS = {
  'code-file': flag.text('FILE', 'one source file of at most 10 KB'),
  zip: flag.text('FILE', 'zip archive of at most 50 MB'),
  jar: flag.text('FILE', 'Java archive of at most 50 MB'),
  'code-url': flag.text('URL', 'an object in a bucket, or another https address: an archive of at most 300 MB'),
  ...IMAGE_FLAGS,
} as const satisfies FlagSpecs;

async function codeFields(flags: FlagValues<typeof CODE_FLAGS>, context: Context): Promise<object> {
  const given = (['code-file', 'zip', 'jar'] as const).filter((flag) => flags[flag] !== undefined);
  const [kind] = given;
  const image = imageFields(flags);
  const { 'code-url': url } = flags;
  if (url !== undefined && kind === undefined && image === undefined) return { code_type: 'obs', code_url: url };
  if (image !== undefined && kind === undefined && url === undefined)
    return { code_type: 'Custom-Image-Swr', ...image };
  if (kind === undefined || given.length > 1 || image !== undefined || url !== undefined)
    throw usageError('give the code as one of --code-file, --zip, --jar, --code-url and --image');
  const file = flags[kind] ?? '';
  const bytes = await readCode(file, kind === 'code-file' ? LIMITS.inlineCodeBytes : LIMITS.codeZipBytes, context);
  return {
    code_type: kind === 'code-file' ? 'inline' : kind,
    code_filename: basename(file),
    func_code: { file: bytes.toString('base64') },
  };
}

export const create = defineCommand({
  name: 'functions create',
  summary: 'Create a function from one source file, an archive or a container image',
  flags: {
    runtime: flag.text(
      'RUNTIME',
      'language and version, such as Python3.10; Node.js, Python or Java alone for the newest',
      { required: true },
    ),
    ...CODE_FLAGS,
    ...CONFIG_FLAGS,
    ...DEPENDENCY_FLAGS,
    ...SURROUNDINGS_FLAGS,
    ...FUNCTION_FLAGS,
    handler: { ...CONFIG_FLAGS.handler, required: true },
  },
  args: [{ name: 'name', summary: 'name of the new function' }],
  examples: [
    'fgs functions create hello --runtime Python3.10 --handler index.handler --code-file index.py',
    "fgs functions create app --runtime 'Custom Image' --handler - --image team/app:v1 --memory 512",
    'fgs functions create resize --runtime Node.js20.15 --handler index.handler --zip resize.zip --memory 512',
  ],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const { project_id } = connection.functionParams(args.name, flags.package);
    const runtime = await runtimeFor(flags.runtime, undefined, connection.client, context.signal);
    const body = {
      func_name: args.name,
      package: flags.package,
      runtime,
      ...NEW_FUNCTION,
      ...configFields(flags),
      ...variableFields(await readVariables(flags, context), undefined),
      ...(await codeFields(flags, context)),
      ...(await dependencyFields(flags, connection, runtime, context)),
      ...(await surroundingsFields(flags, connection, context)),
    };
    const call = connection.client.call('createFunction', { params: { project_id }, body, signal: context.signal });
    const config = parseConfig((await withProgress(`creating ${args.name}`, context, call)).data);
    return { kind: 'message', text: `${args.name}: created (${config.runtime}, ${config.handler})`, data: config };
  },
});
