import { basename, join, resolve } from 'node:path';
import type { RouteResponse, Routes } from '@funcgraph/api';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { type Context, defineCommand, flag } from '../../framework/index.ts';
import { refuseFilled, writeFiles } from '../template-files.ts';

type Template = RouteResponse<Routes['showFunctionTemplate']>;
type Files = RouteResponse<Routes['showTemplateFiles']>['files'];

function variables({ user_data }: Template): [string, string][] {
  return Object.entries(JSON.parse(user_data || '{}') as Record<string, string>);
}

/** The words after `fgs` that deploy the written files. */
function deployWords(template: Template, folder: string): string[] {
  const { build, runtime, handler, timeout, memory_size } = template;
  const name = basename(resolve(folder));
  return [
    'functions',
    'deploy',
    build === undefined ? folder : join(folder, build.folder),
    ...['--name', name, '--runtime', runtime, '--handler', handler],
    ...['--timeout', String(timeout), '--memory', String(memory_size)],
    ...(template.is_return_stream ? ['--return-stream', 'on'] : []),
    ...variables(template).flatMap(([key, value]) => (value === '' ? [] : ['--env', `${key}=${value}`])),
  ];
}

async function fetchTemplate(
  id: string,
  flags: Parameters<typeof connect>[0],
  context: Context,
): Promise<{ template: Template; files: Files }> {
  const { client, credentials } = await connect(flags, context);
  const params = { project_id: credentials.projectId, template_id: id };
  const { signal } = context;
  const template = (await client.call('showFunctionTemplate', { params, signal })).data;
  return { template, files: (await client.call('showTemplateFiles', { params, signal })).data.files };
}

export const init = defineCommand({
  name: 'functions init',
  summary: 'Write a template to a new folder, ready to be changed and deployed',
  flags: {
    template: flag.text('NAME', 'a name of functions templates', { required: true }),
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'folder', summary: 'folder to make; its name becomes that of the function' }],
  examples: ['fgs functions init greet --template hello-node', 'fgs functions init hook --template webhook-node'],
  async run({ flags, args }, context) {
    const folder = resolve(context.cwd, args.folder);
    await refuseFilled(folder, args.folder);
    const { template, files } = await fetchTemplate(flags.template, flags, context);
    await writeFiles(folder, files);
    const deploy = deployWords(template, args.folder);
    const empty = variables(template).filter(([, value]) => value === '');
    const lines = [
      `${args.folder}: ${files.map(({ path }) => path).join(', ')}`,
      ...(template.temp_detail.warning === '' ? [] : [template.temp_detail.warning]),
      ...(template.build === undefined ? [] : [`build it:   (cd ${args.folder} && ${template.build.command})`]),
      `deploy it:  fgs ${deploy.join(' ')}`,
      ...(empty.length === 0
        ? []
        : [`add --env-file FILE with ${empty.map(([name]) => `${name}=...`).join(', ')} to that`]),
      `call it:    fgs functions invoke ${basename(folder)} --data '${template.temp_detail.input}'`,
    ];
    return {
      kind: 'message',
      text: lines.join('\n'),
      data: {
        folder,
        files: files.map(({ path }) => path),
        deploy,
        build: template.build?.command ?? null,
        to_fill_in: empty.map(([name]) => name),
      },
    };
  },
});
