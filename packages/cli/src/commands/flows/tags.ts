import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { type Command, defineCommand, flag, usageError } from '../../framework/index.ts';
import { operation } from '../../operations/index.ts';
import { parseTag, parseTags, tagsText } from '../functions/tags.ts';
import { FLOW } from './flow.ts';

const untag = defineCommand({
  name: 'flows untag',
  summary: 'Remove tags of a flow',
  flags: {
    tag: flag.list('KEY[=VALUE]', 'tag to remove, with a value only when it has this one; repeat for more', {
      short: 't',
    }),
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'flow', summary: FLOW.summary }],
  examples: ['fgs flows untag order --tag team'],
  async run({ flags, args }, context) {
    const tags = parseTags(flags.tag, 'team').map(({ key, value }) => (value ? { key, value } : { key }));
    const { signal } = context;
    const connection = await connect(flags, context);
    const flow = await FLOW.find(args.flow, { connection, flags, named: {}, signal });
    const params = { project_id: connection.credentials.projectId, workflow_id: flow.id };
    await connection.client.call('deleteWorkflowTags', { params, body: { tags }, signal });
    const { data } = await connection.client.call('listWorkflowTags', { params, signal });
    const text = `${flow.name}: has ${data.tags.length === 0 ? 'no tags' : tagsText(data.tags)}`;
    return { kind: 'message', text, data: { tags: data.tags } };
  },
});

const listTags = defineCommand({
  name: 'flows tags',
  summary: 'Tags of a flow, or all flows of the project that have any',
  flags: {
    tag: flag.list('KEY[=VALUE]', 'only flows with this tag; repeat for more', { short: 't' }),
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'flow', summary: FLOW.summary, optional: true }],
  examples: ['fgs flows tags', 'fgs flows tags order', 'fgs flows tags --tag team=shop'],
  async run({ flags, args }, context) {
    if (args.flow !== undefined && flags.tag.length > 0) throw usageError('--tag chooses among flows: name no flow');
    const filters = flags.tag.map(parseTag);
    const { signal } = context;
    const connection = await connect(flags, context);
    const none = 'no tags yet; give a flow some with: fgs flows tag FLOW --tag KEY=VALUE';
    const params = { project_id: connection.credentials.projectId };
    if (args.flow !== undefined) {
      const flow = await FLOW.find(args.flow, { connection, flags, named: {}, signal });
      const of = { ...params, workflow_id: flow.id };
      const { data } = await connection.client.call('listWorkflowTags', { params: of, signal });
      return { kind: 'table', columns: { key: 'KEY', value: 'VALUE' }, rows: data.tags, none };
    }
    const { data } = await connection.client.call('listTaggedWorkflows', { params, signal });
    const found = data.workflows.filter(({ tags }) =>
      filters.every(({ key, value }) =>
        tags.some((tag) => tag.key === key && (value === undefined || tag.value === value)),
      ),
    );
    const rows = found.map((flow) => ({ ...flow, shown: tagsText(flow.tags) }));
    return { kind: 'table', columns: { name: 'FLOW', shown: 'TAGS' }, rows, none };
  },
});

export const tagCommands: readonly Command[] = [
  operation('flows tag', 'createWorkflowTags', {
    summary: 'Set tags of a flow; an existing key gets the new value',
    args: [FLOW],
    flags: {
      tag: flag.list('KEY[=VALUE]', 'tag to set; repeat for more', { short: 't' }),
    },
    fields: ({ tag }) => ({ tags: parseTags(tag, 'team=shop').map(({ key, value = '' }) => ({ key, value })) }),
    examples: ['fgs flows tag order --tag team=shop --tag env=prod'],
    text: (_, { flow: { name } }, { tag }) => `${name}: tagged ${tagsText(tag.map(parseTag))}`,
    data: (_, { tags }) => ({ tags }),
  }),
  untag,
  listTags,
];
