import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { confirmDeletion } from '../confirm.ts';
import { findUser } from './find.ts';

const OF_USER = {
  user: { type: 'text', placeholder: 'NAME', summary: 'of this user; else your own' },
  ...CONNECTION_FLAGS,
} as const;
const KEY = [{ name: 'key', summary: 'the access key' }] as const;

export const createKey = defineCommand({
  name: 'iam keys create',
  summary: 'Make an access key; a user has at most two, and the secret is shown this once',
  flags: { description: { type: 'text', placeholder: 'TEXT', summary: 'what it is for' }, ...OF_USER },
  args: [],
  examples: ['fgs iam keys create --user ada', 'fgs iam keys create --output json > key.json'],
  async run({ flags }, context) {
    const { client } = await connect(flags, context);
    const { signal } = context;
    const credential = {
      ...(flags.user === undefined ? {} : { user_id: (await findUser({ client, signal }, flags.user)).id }),
      ...(flags.description === undefined ? {} : { description: flags.description }),
    };
    const { data } = await client.call('createAccessKey', { body: { credential }, signal });
    return { kind: 'record', data: data.credential, hide: ['user_id', 'status', 'create_time'] };
  },
});

export const listKeys = defineCommand({
  name: 'iam keys list',
  summary: 'Access keys, and when each was last used',
  flags: OF_USER,
  args: [],
  examples: ['fgs iam keys list', 'fgs iam keys list --user ada'],
  async run({ flags }, context) {
    const { client } = await connect(flags, context);
    const { signal } = context;
    const query = flags.user === undefined ? {} : { user_id: (await findUser({ client, signal }, flags.user)).id };
    const { data } = await client.call('listAccessKeys', { query, signal });
    return {
      kind: 'table',
      columns: [
        { key: 'access', title: 'ACCESS KEY' },
        { key: 'status', title: 'STATUS' },
        { key: 'create_time', title: 'CREATED' },
        { key: 'last_use_time', title: 'LAST USED' },
        { key: 'description', title: 'DESCRIPTION' },
      ],
      rows: data.credentials,
      none: 'no access keys; make one with: fgs iam keys create',
    };
  },
});

export const updateKey = defineCommand({
  name: 'iam keys set',
  summary: 'Switch an access key off or on',
  flags: CONNECTION_FLAGS,
  args: [...KEY, { name: 'status', summary: 'active or inactive' }],
  examples: ['fgs iam keys set 0123456789ABCDEF0123 inactive'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { data } = await client.call('updateAccessKey', {
      params: { access_key: args.key },
      // the server names what may stand here
      body: { credential: { status: args.status as 'active' | 'inactive' } },
      signal: context.signal,
    });
    return { kind: 'message', text: `${args.key}: ${data.credential.status}`, data: data.credential };
  },
});

export const removeKey = defineCommand({
  name: 'iam keys delete',
  summary: 'Delete an access key; who uses it is refused from now on',
  flags: { yes: { type: 'boolean', short: 'y', summary: 'do not ask' }, ...CONNECTION_FLAGS },
  args: KEY,
  examples: ['fgs iam keys delete 0123456789ABCDEF0123 --yes'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    if (!flags.yes) await confirmDeletion(`access key ${args.key}`, context);
    await client.call('deleteAccessKey', { params: { access_key: args.key }, signal: context.signal });
    return { kind: 'message', text: `${args.key}: deleted`, data: { access: args.key } };
  },
});
