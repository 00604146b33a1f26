import { connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand, usageError } from '../../framework/index.ts';
import { parseTag, tagParams } from './tag.ts';

export const untag = defineCommand({
  name: 'functions untag',
  summary: 'Remove tags of a function',
  flags: {
    tag: {
      type: 'list',
      short: 't',
      placeholder: 'KEY[=VALUE]',
      summary: 'tag to remove, with a value only when it has this one; repeat for more',
    },
    ...FUNCTION_FLAGS,
  },
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: ['fgs functions untag hello --tag team', 'fgs functions untag hello --tag env=test --tag team'],
  async run({ flags, args }, context) {
    if (flags.tag.length === 0) throw usageError('--tag is missing', 'for example --tag team');
    const tags = flags.tag.map(parseTag).map(({ key, value }) => (value ? { key, value } : { key }));
    const connection = await connect(flags, context);
    const params = tagParams(connection, args.function, flags.package);
    await connection.client.call('deleteTags', { params, body: { tags }, signal: context.signal });
    const { data } = await connection.client.call('listFunctionTags', { params, signal: context.signal });
    return {
      kind: 'message',
      text: `${args.function}: ${data.tags.length === 0 ? 'has no tags' : `has ${data.tags.map(({ key, value }) => (value === '' ? key : `${key}=${value}`)).join(', ')}`}`,
      data: { tags: data.tags },
    };
  },
});
