import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { confirmDeletion, defineCommand, usageError } from '../../framework/index.ts';
import { findGroup, findUser, readLines } from './find.ts';

const PASSWORD = {
  'password-stdin': { type: 'boolean', summary: 'read the password from the first line of standard input' },
} as const;
const USER = [{ name: 'user', summary: 'name or id of the user' }] as const;

export const createUser = defineCommand({
  name: 'iam users create',
  summary: 'Make a user; without a password the user can only use access keys',
  flags: {
    ...PASSWORD,
    description: { type: 'text', placeholder: 'TEXT', summary: 'purpose of the user' },
    group: { type: 'list', placeholder: 'NAME', summary: 'make the user a member of this group' },
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'name', summary: 'name of the user' }],
  examples: ['fgs iam users create ada --group developers --password-stdin < password.txt'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { signal } = context;
    const groups = [];
    for (const name of flags.group) groups.push(await findGroup({ client, signal }, name));
    const [password] = flags['password-stdin'] ? await readLines(context, 1, 'the password') : [];
    const user = {
      name: args.name,
      ...(password === undefined ? {} : { password }),
      ...(flags.description === undefined ? {} : { description: flags.description }),
    };
    const { data } = await client.call('createUser', { body: { user }, signal });
    for (const { id } of groups) {
      await client.call('addGroupMember', { params: { group_id: id, user_id: data.user.id }, signal });
    }
    return { kind: 'message', text: `${args.name}: created`, data: data.user };
  },
});

export const listUsers = defineCommand({
  name: 'iam users list',
  summary: 'Users of the account',
  flags: CONNECTION_FLAGS,
  args: [],
  examples: ['fgs iam users list'],
  async run({ flags }, context) {
    const { client } = await connect(flags, context);
    const { data } = await client.call('listUsers', { signal: context.signal });
    return {
      kind: 'table',
      columns: [
        { key: 'name', title: 'NAME' },
        { key: 'enabled', title: 'ENABLED' },
        { key: 'last_login_time', title: 'LAST LOGIN' },
        { key: 'description', title: 'DESCRIPTION' },
        { key: 'id', title: 'ID' },
      ],
      rows: data.users,
      none: 'no users',
    };
  },
});

export const showUser = defineCommand({
  name: 'iam users show',
  summary: 'A user with groups and access keys',
  flags: CONNECTION_FLAGS,
  args: USER,
  examples: ['fgs iam users show ada'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { signal } = context;
    const { id } = await findUser({ client, signal }, args.user);
    const { data } = await client.call('showUser', { params: { user_id: id }, signal });
    const groups = await client.call('listGroupsOfUser', { params: { user_id: id }, signal });
    const keys = await client.call('listAccessKeys', { query: { user_id: id }, signal });
    return {
      kind: 'record',
      data: {
        ...data.user,
        groups: groups.data.groups.map(({ name }) => name).join(', '),
        access_keys: keys.data.credentials.map(({ access, status }) => `${access} (${status})`).join(', '),
      },
    };
  },
});

export const updateUser = defineCommand({
  name: 'iam users update',
  summary: 'Disable or enable a user, set a new password, rename; sessions end, access keys of an active user stay',
  flags: {
    ...PASSWORD,
    name: { type: 'text', placeholder: 'NAME', summary: 'new name' },
    description: { type: 'text', placeholder: 'TEXT', summary: 'purpose of the user' },
    enable: { type: 'boolean', summary: 'admit the user again' },
    disable: { type: 'boolean', summary: 'refuse the user, with all sessions and keys' },
    ...CONNECTION_FLAGS,
  },
  args: USER,
  examples: ['fgs iam users update ada --disable', 'fgs iam users update ada --password-stdin < password.txt'],
  async run({ flags, args }, context) {
    if (flags.enable && flags.disable) throw usageError('--enable and --disable exclude each other');
    const { client } = await connect(flags, context);
    const { signal } = context;
    const { id } = await findUser({ client, signal }, args.user);
    const [password] = flags['password-stdin'] ? await readLines(context, 1, 'the password') : [];
    const user = {
      ...(password === undefined ? {} : { password }),
      ...(flags.name === undefined ? {} : { name: flags.name }),
      ...(flags.description === undefined ? {} : { description: flags.description }),
      ...(flags.enable || flags.disable ? { enabled: flags.enable } : {}),
    };
    if (Object.keys(user).length === 0) throw usageError('nothing to change', 'see: fgs iam users update --help');
    const { data } = await client.call('updateUser', { params: { user_id: id }, body: { user }, signal });
    return { kind: 'message', text: `${data.user.name}: changed`, data: data.user };
  },
});

export const removeUser = defineCommand({
  name: 'iam users delete',
  summary: 'Delete a user with keys and sessions',
  flags: { yes: { type: 'boolean', short: 'y', summary: 'do not ask' }, ...CONNECTION_FLAGS },
  args: USER,
  examples: ['fgs iam users delete ada --yes'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { signal } = context;
    const { id, name } = await findUser({ client, signal }, args.user);
    if (!flags.yes) await confirmDeletion(`user ${name}`, context);
    await client.call('deleteUser', { params: { user_id: id }, signal });
    return { kind: 'message', text: `${name}: deleted`, data: { id, name } };
  },
});
