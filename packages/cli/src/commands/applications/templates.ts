import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';

export const listTemplates = defineCommand({
  name: 'applications templates list',
  summary: 'Templates for applications',
  flags: {
    runtime: { type: 'text', placeholder: 'RUNTIME', summary: 'those with a function for this runtime only' },
    category: { type: 'text', placeholder: 'CATEGORY', summary: 'those of this category only' },
    ...CONNECTION_FLAGS,
  },
  args: [],
  examples: ['fgs applications templates list', 'fgs applications templates list --category web'],
  async run({ flags }, context) {
    const { client, credentials } = await connect(flags, context);
    const { runtime, category } = flags;
    const { data } = await client.call('listAppTemplates', {
      params: { project_id: credentials.projectId },
      query: { ...(runtime === undefined ? {} : { runtime }), ...(category === undefined ? {} : { category }) },
      signal: context.signal,
    });
    return {
      kind: 'table',
      columns: [
        { key: 'id', title: 'TEMPLATE' },
        { key: 'category', title: 'CATEGORY' },
        { key: 'runtime', title: 'RUNTIME' },
        { key: 'name', title: 'TITLE' },
        { key: 'description', title: 'DESCRIPTION' },
      ],
      rows: data.templates,
      none: 'no application templates',
    };
  },
});

interface Param {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly default: string;
  readonly secret?: boolean;
}

function paramText({ name, description, required, default: usual, secret }: Param): string {
  const when = required ? 'required' : `default: ${usual === '' ? 'empty' : usual}`;
  return `${name}: ${description} (${when}${secret === true ? '; keep it in a --param-file' : ''})`;
}

export const showTemplate = defineCommand({
  name: 'applications templates show',
  summary: 'The functions and parameters of an application template',
  flags: CONNECTION_FLAGS,
  args: [{ name: 'template', summary: 'a name of applications templates list' }],
  examples: ['fgs applications templates show webhook-inbox'],
  async run({ flags, args }, context) {
    const { client, credentials } = await connect(flags, context);
    const { data } = await client.call('showAppTemplate', {
      params: { project_id: credentials.projectId, id: args.template },
      signal: context.signal,
    });
    const params = JSON.parse(data.params) as readonly Param[];
    const functions = data.resources.map(({ resource_name }) => resource_name);
    const lines = [
      `${args.template}: ${data.description}`,
      `functions:  ${functions.join(', ')}`,
      ...params.map((param, index) => `${index === 0 ? '--param: ' : '         '}  ${paramText(param)}`),
      `afterwards: ${data.template_guide}`,
    ];
    return { kind: 'message', text: lines.join('\n'), data: { id: args.template, ...data, params } };
  },
});
