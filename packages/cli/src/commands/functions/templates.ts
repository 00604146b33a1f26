import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand, flag, type Output } from '../../framework/index.ts';

export const functionTemplates = defineCommand({
  name: 'functions templates',
  summary: 'Templates for functions, or details of one',
  flags: {
    runtime: flag.text('RUNTIME', 'those for this runtime only'),
    scene: flag.text('VALUE', 'those for this purpose only', {
      choices: ['basic', 'web', 'data', 'event', 'automation'],
    }),
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'name', summary: 'name of a template', optional: true }],
  examples: ['fgs functions templates', 'fgs functions templates --scene web', 'fgs functions templates webhook-node'],
  async run({ flags, args }, context): Promise<Output> {
    const { client, credentials } = await connect(flags, context);
    const project = { project_id: credentials.projectId };
    if (args.name !== undefined) {
      const params = { ...project, template_id: args.name };
      const { data } = await client.call('showFunctionTemplate', { params, signal: context.signal });
      return { kind: 'record', data, hide: ['code', 'type', 'id', 'titles', 'descriptions', 'encrypted_user_data'] };
    }
    const { runtime, scene } = flags;
    const { data } = await client.call('listFunctionTemplate', {
      params: project,
      query: { ...(runtime === undefined ? {} : { runtime }), ...(scene === undefined ? {} : { scene }) },
      signal: context.signal,
    });
    return {
      kind: 'table',
      columns: { template_name: 'NAME', scene: 'SCENE', runtime: 'RUNTIME', title: 'TITLE', title_zh: '名称' },
      rows: data.func_templates.map((each) => ({ ...each, title_zh: each.titles.zh })),
      none: 'no templates',
    };
  },
});
