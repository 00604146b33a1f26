import { type Connection, connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { defineCommand, usageError } from '../../framework/index.ts';

/** Path parameters of the tags of a function. */
export function tagParams(
  connection: Connection,
  name: string,
  pkg: string,
): { project_id: string; resource_type: string; resource_id: string } {
  const { project_id, function_urn } = connection.functionParams(name, pkg);
  return { project_id, resource_type: 'functions', resource_id: function_urn };
}

/** `KEY=VALUE`, or `KEY` without a value. Throws a usage error without a key. */
export function parseTag(text: string): { key: string; value: string | undefined } {
  const at = text.indexOf('=');
  const key = at < 0 ? text : text.slice(0, at);
  if (key === '') throw usageError(`not a tag: ${JSON.stringify(text)}`, 'for example team=shop');
  return { key, value: at < 0 ? undefined : text.slice(at + 1) };
}

export const tag = defineCommand({
  name: 'functions tag',
  summary: 'Set tags of a function; an existing key gets the new value',
  flags: {
    tag: { type: 'list', short: 't', placeholder: 'KEY[=VALUE]', summary: 'tag to set; repeat for more' },
    ...FUNCTION_FLAGS,
  },
  args: [{ name: 'function', summary: 'name or URN of the function' }],
  examples: ['fgs functions tag hello --tag team=shop --tag env=prod'],
  async run({ flags, args }, context) {
    if (flags.tag.length === 0) throw usageError('--tag is missing', 'for example --tag team=shop');
    const tags = flags.tag.map(parseTag).map(({ key, value = '' }) => ({ key, value }));
    const connection = await connect(flags, context);
    const params = tagParams(connection, args.function, flags.package);
    await connection.client.call('createTags', { params, body: { tags }, signal: context.signal });
    const words = tags.map(({ key, value }) => (value === '' ? key : `${key}=${value}`));
    return { kind: 'message', text: `${args.function}: tagged ${words.join(', ')}`, data: { tags } };
  },
});
