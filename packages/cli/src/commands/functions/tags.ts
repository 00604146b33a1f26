import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { tagParams } from './tag.ts';

export const tags = defineCommand({
  name: 'functions tags',
  summary: 'Tags of a function, or keys and values of all functions of the project',
  flags: FUNCTION_FLAGS,
  args: [{ name: 'function', summary: 'name or URN of the function', optional: true }],
  examples: ['fgs functions tags', 'fgs functions tags hello', 'fgs functions list --tag team=shop'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const { signal } = context;
    const none = 'no tags yet; give a function some with: fgs functions tag FUNCTION --tag KEY=VALUE';
    const key = { key: 'key', title: 'KEY' };
    if (args.function !== undefined) {
      const params = tagParams(connection, args.function, flags.package);
      const { data } = await connection.client.call('listFunctionTags', { params, signal });
      return { kind: 'table', columns: [key, { key: 'value', title: 'VALUE' }], rows: data.tags, none };
    }
    const params = { project_id: connection.credentials.projectId, resource_type: 'functions' };
    const { data } = await connection.client.call('showProjectTagsList', { params, signal });
    const rows = data.tags.map((one) => ({ ...one, shown: one.values.join(', ') }));
    return { kind: 'table', columns: [key, { key: 'shown', title: 'VALUES' }], rows, none };
  },
});
