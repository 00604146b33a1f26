import { type Connection, connect, FUNCTION_FLAGS } from '../../connection/index.ts';
import { type Command, defineCommand, flag, usageError } from '../../framework/index.ts';
import { FUNCTION, operation } from '../../operations/index.ts';

const TAGGED = 'functions';

/** A function by the path parameters of its tags. */
const TAGGED_FUNCTION: typeof FUNCTION = {
  ...FUNCTION,
  fields: ({ function_urn }) => ({ resource_type: TAGGED, resource_id: function_urn }),
};

function tagParams(connection: Connection, name: string, pkg: string) {
  const { project_id, function_urn } = connection.functionParams(name, pkg);
  return { project_id, resource_type: TAGGED, resource_id: function_urn };
}

interface Tag {
  readonly key: string;
  readonly value?: string | undefined;
}

/** `KEY=VALUE`, or `KEY` without a value. Throws a usage error without a key. */
export function parseTag(text: string): Tag {
  const at = text.indexOf('=');
  const key = at < 0 ? text : text.slice(0, at);
  if (key === '') throw usageError(`not a tag: ${JSON.stringify(text)}`, 'for example team=shop');
  return { key, value: at < 0 ? undefined : text.slice(at + 1) };
}

/** Throws a usage error without any. */
export function parseTags(texts: readonly string[], example: string): Tag[] {
  if (texts.length === 0) throw usageError('--tag is missing', `for example --tag ${example}`);
  return texts.map(parseTag);
}

export const tagsText = (tags: readonly Tag[]): string =>
  tags.map(({ key, value = '' }) => (value === '' ? key : `${key}=${value}`)).join(', ');

const untag = defineCommand({
  name: 'functions untag',
  summary: 'Remove tags of a function',
  flags: {
    tag: flag.list('KEY[=VALUE]', 'tag to remove, with a value only when it has this one; repeat for more', {
      short: 't',
    }),
    ...FUNCTION_FLAGS,
  },
  args: [FUNCTION],
  examples: ['fgs functions untag hello --tag team', 'fgs functions untag hello --tag env=test --tag team'],
  async run({ flags, args }, context) {
    const tags = parseTags(flags.tag, 'team').map(({ key, value }) => (value ? { key, value } : { key }));
    const connection = await connect(flags, context);
    const params = tagParams(connection, args.function, flags.package);
    await connection.client.call('deleteTags', { params, body: { tags }, signal: context.signal });
    const { data } = await connection.client.call('listFunctionTags', { params, signal: context.signal });
    const text = `${args.function}: has ${data.tags.length === 0 ? 'no tags' : tagsText(data.tags)}`;
    return { kind: 'message', text, data: { tags: data.tags } };
  },
});

const listTags = defineCommand({
  name: 'functions tags',
  summary: 'Tags of a function, or keys and values of all functions of the project',
  flags: FUNCTION_FLAGS,
  args: [{ name: 'function', summary: FUNCTION.summary, optional: true }],
  examples: ['fgs functions tags', 'fgs functions tags hello', 'fgs functions list --tag team=shop'],
  async run({ flags, args }, context) {
    const connection = await connect(flags, context);
    const { signal } = context;
    const none = 'no tags yet; give a function some with: fgs functions tag FUNCTION --tag KEY=VALUE';
    if (args.function !== undefined) {
      const params = tagParams(connection, args.function, flags.package);
      const { data } = await connection.client.call('listFunctionTags', { params, signal });
      return { kind: 'table', columns: { key: 'KEY', value: 'VALUE' }, rows: data.tags, none };
    }
    const params = { project_id: connection.credentials.projectId, resource_type: TAGGED };
    const { data } = await connection.client.call('showProjectTagsList', { params, signal });
    const rows = data.tags.map((one) => ({ ...one, shown: one.values.join(', ') }));
    return { kind: 'table', columns: { key: 'KEY', shown: 'VALUES' }, rows, none };
  },
});

export const tagCommands: readonly Command[] = [
  operation('functions tag', 'createTags', {
    summary: 'Set tags of a function; an existing key gets the new value',
    args: [TAGGED_FUNCTION],
    flags: {
      tag: flag.list('KEY[=VALUE]', 'tag to set; repeat for more', { short: 't' }),
    },
    fields: ({ tag }) => ({ tags: parseTags(tag, 'team=shop').map(({ key, value = '' }) => ({ key, value })) }),
    examples: ['fgs functions tag hello --tag team=shop --tag env=prod'],
    text: (_, { function: { name } }, { tag }) => `${name}: tagged ${tagsText(tag.map(parseTag))}`,
    data: (_, { tags }) => ({ tags }),
  }),
  untag,
  listTags,
];
