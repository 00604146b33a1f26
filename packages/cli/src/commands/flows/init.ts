import { basename, resolve } from 'node:path';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand, flag, type Output } from '../../framework/index.ts';
import { refuseFilled, writeFiles } from '../template-files.ts';

const FLOW_FILE = 'flow.yaml';
const NAME = /^name: .*$/m;

export const flowTemplates = defineCommand({
  name: 'flows templates',
  summary: 'Templates for flows, or details of one',
  flags: CONNECTION_FLAGS,
  args: [{ name: 'name', summary: 'name of a template', optional: true }],
  examples: ['fgs flows templates', 'fgs flows templates approval'],
  async run({ flags, args }, context): Promise<Output> {
    const { client, credentials } = await connect(flags, context);
    const { signal } = context;
    const params = { project_id: credentials.projectId };
    if (args.name !== undefined) {
      const one = { ...params, template_id: args.name };
      const { data } = await client.call('showWorkflowTemplate', { params: one, signal });
      return { kind: 'record', data, hide: ['titles', 'descriptions', 'graph', 'files'] };
    }
    const { data } = await client.call('listWorkflowTemplates', { params, signal });
    const rows = data.templates.map((each) => ({ ...each, title_zh: each.titles.zh }));
    return { kind: 'table', columns: { id: 'NAME', title: 'TITLE', title_zh: '名称' }, rows, none: 'no templates' };
  },
});

export const init = defineCommand({
  name: 'flows init',
  summary: 'Write a template with its functions to a new folder, ready to be changed and deployed',
  flags: {
    template: flag.text('NAME', 'a name of flows templates', { required: true }),
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'folder', summary: 'folder to make; its name becomes that of the flow' }],
  examples: ['fgs flows init squares --template loop', 'fgs flows init invoices --template approval'],
  async run({ flags, args }, context) {
    const folder = resolve(context.cwd, args.folder);
    await refuseFilled(folder, args.folder);
    const { client, credentials } = await connect(flags, context);
    const params = { project_id: credentials.projectId, template_id: flags.template };
    const { data } = await client.call('showWorkflowTemplate', { params, signal: context.signal });
    const name = basename(folder);
    await writeFiles(
      folder,
      data.files.map((file) => (file.path === FLOW_FILE ? { ...file, content: renamed(file.content, name) } : file)),
    );
    const lines = [
      `${args.folder}: ${data.files.map(({ path }) => path).join(', ')}`,
      ...data.functions.map(
        (fn) =>
          `deploy:    fgs functions deploy ${args.folder}/functions/${fn} --runtime Node.js --handler index.handler`,
      ),
      `           fgs flows deploy ${args.folder}/${FLOW_FILE}`,
      `start it:  fgs flows start ${name} --input '${JSON.stringify(data.input)}' --wait`,
    ];
    const { functions, input } = data;
    const files = data.files.map(({ path }) => path);
    return { kind: 'message', text: lines.join('\n'), data: { folder, flow: name, files, functions, input } };
  },
});

/** The text of a flow, in Base64, under another name. */
function renamed(content: string, name: string): string {
  const text = Buffer.from(content, 'base64').toString('utf8');
  return Buffer.from(text.replace(NAME, () => `name: ${JSON.stringify(name)}`)).toString('base64');
}
