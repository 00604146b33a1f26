import { writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { RouteResponse, Routes } from '@funcgraph/api';
import { CONNECTION_FLAGS, type Connection, connect, findConfig } from '../../connection/index.ts';
import { CliError, defineCommand, EXIT, flag, makeFolders, systemCode, usageError } from '../../framework/index.ts';
import { nameFrom, newProject } from '../../project/file/new-project.ts';
import { refuseFilled, writeFiles } from '../template-files.ts';
import { type Begun, initExisting } from './init-existing.ts';
import { FILE_NAME } from './open-project.ts';

type Template = RouteResponse<Routes['showFunctionTemplate']>;

export const initCommand = defineCommand({
  name: 'init',
  summary: 'Begin a project: write funcgraph.yaml and a first function from a template, or what the server has',
  flags: {
    template: flag.text('NAME', 'a name of fgs functions templates; hello-node when absent'),
    function: flag.text('NAME', 'name of the function; when absent hello, or hello-2 where the server has hello'),
    'from-existing': flag.boolean('write what the server has, or --function alone, and take it over'),
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'folder', summary: 'where to; this folder when absent', optional: true }],
  examples: ['fgs init shop', 'fgs init --template webhook-node --function hook', 'fgs init shop --from-existing'],
  async run({ flags, args }, context) {
    const folder = resolve(context.cwd, args.folder ?? '.');
    if (flags['from-existing']) {
      if (flags.template !== undefined) throw usageError('give either --template or --from-existing');
      return begunText(await initExisting({ folder, flags, only: flags.function }, context), folder, args.folder);
    }
    if (flags.function !== undefined && !/^[A-Za-z][A-Za-z0-9_-]{0,59}$/.test(flags.function))
      throw usageError(`not a name of a function: ${JSON.stringify(flags.function)}`);
    const connection = await connect(flags, context);
    const { client, credentials } = connection;
    const name = flags.function ?? (await freeName('hello', connection, context.signal));
    await refuseFilled(join(folder, name), name);
    const params = { project_id: credentials.projectId, template_id: flags.template ?? 'hello-node' };
    const { signal } = context;
    const template = (await client.call('showFunctionTemplate', { params, signal })).data;
    const { files } = (await client.call('showTemplateFiles', { params, signal })).data;
    await makeFolders(folder);
    const text = newProject(nameFrom(basename(folder)), name, partsOf(template), credentials.endpoint);
    await write(join(folder, FILE_NAME), text);
    await writeFiles(join(folder, name), files);
    const written = [FILE_NAME, ...files.map(({ path }) => `${name}/${path}`)];
    const place = folder === resolve(context.cwd) ? '' : `cd ${args.folder} && `;
    const lines = [
      written.join(', '),
      ...(template.temp_detail.warning === '' ? [] : [template.temp_detail.warning]),
      `deploy it:  ${place}fgs deploy`,
      `call it:    fgs functions invoke ${name} --data '${template.temp_detail.input}'`,
    ];
    return { kind: 'message', text: lines.join('\n'), data: { folder, files: written } };
  },
});

/** A name that no function has, since a project takes over none: `fgs up` makes one named hello. */
async function freeName(first: string, { client, functionParams }: Connection, signal: AbortSignal): Promise<string> {
  for (let n = 1; ; n++) {
    const name = n === 1 ? first : `${first}-${n}`;
    if ((await findConfig(client, functionParams(name, 'default'), signal)) === undefined) return name;
  }
}

function begunText({ functions, services, variables, notes }: Begun, folder: string, shown: string | undefined) {
  const lines = [
    functions.length === 0 ? FILE_NAME : `${FILE_NAME} and the code of ${functions.join(', ')}`,
    ...(services.length === 0 ? [] : [`also ${services.join(', ')}`]),
    ...notes,
    ...(variables.length === 0
      ? []
      : [`set before you deploy, with the values of the secrets: ${variables.join(', ')}`]),
    `see what a deploy would change:  ${shown === undefined ? '' : `cd ${shown} && `}fgs diff`,
  ];
  return { kind: 'message' as const, text: lines.join('\n'), data: { folder, functions, services, variables, notes } };
}

function partsOf(template: Template) {
  const { runtime, handler, timeout, memory_size: memory, is_return_stream: streams, build } = template;
  const variables = JSON.parse(template.user_data || '{}') as Record<string, string>;
  return { runtime, handler, timeout, memory, streams, variables, build };
}

/** Replaces no file. */
async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (cause) {
    if (systemCode(cause) !== 'EEXIST') throw usageError(`cannot write ${path}: ${systemCode(cause) ?? String(cause)}`);
    throw new CliError(`${path} exists already`, { code: 'CLI.EXISTS', exitCode: EXIT.refused });
  }
}
