import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { LIMITS } from '@funcgraph/api';
import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { CliError, defineCommand, EXIT, flag, systemCode, usageError } from '../../framework/index.ts';
import { withProgress } from './progress.ts';

/** Suffix that the server adds to a name: the MD5 of the code. */
const EXPORT_NAME = /^(.+?)[0-9a-f]{32}\.zip$/;

async function readArchive(path: string, shown: string): Promise<Buffer> {
  try {
    // checked before reading, so that a wrong file of many gigabytes does not fill the memory
    const { size } = await stat(path);
    if (size > LIMITS.exportZipBytes) {
      throw new CliError(`${shown} has ${size} bytes; at most ${LIMITS.exportZipBytes} are allowed`, {
        code: 'CLI.CODE',
        exitCode: EXIT.refused,
      });
    }
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw usageError(`cannot read ${shown}: ${systemCode(cause) ?? String(cause)}`);
  }
}

function variableNames(text: string): string[] {
  try {
    return Object.keys(JSON.parse(text || '{}') as object);
  } catch {
    return [];
  }
}

export const importFunction = defineCommand({
  name: 'functions import',
  summary: 'Create a function from an archive of functions export',
  flags: {
    name: flag.text('NAME', 'name of the new function; read from the file name when absent'),
    ...FUNCTION_FLAGS,
  },
  args: [{ name: 'file', summary: 'archive of fgs functions export' }],
  examples: ['fgs functions import hello-v1.zip --name hello', 'fgs functions import hello.zip --name hello-copy'],
  async run({ flags, args }, context) {
    const name = flags.name ?? EXPORT_NAME.exec(basename(args.file))?.[1];
    if (name === undefined) throw usageError('--name is missing', 'the file name does not contain it');
    const { client, credentials } = await connect(flags, context);
    const archive = await readArchive(resolve(context.cwd, args.file), args.file);
    const body = {
      func_name: name,
      package: flags.package,
      file_name: basename(args.file),
      file_type: 'zip',
      file_code: archive.toString('base64'),
    };
    const params = { project_id: credentials.projectId };
    const call = client.call('importFunction', { params, body, signal: context.signal });
    const { data } = await withProgress(`importing ${name}`, context, call);
    const secrets = variableNames(data.encrypted_user_data);
    const lines = [`${data.func_name}: created (${data.runtime}, ${data.code_size} bytes of code)`];
    if (secrets.length > 0) {
      lines.push(`encrypted variables are not exported; these may be empty now: ${secrets.join(', ')}`);
    }
    return {
      kind: 'message',
      text: lines.join('\n'),
      data: { func_urn: data.func_urn, name: data.func_name, runtime: data.runtime, encrypted_variables: secrets },
    };
  },
});
