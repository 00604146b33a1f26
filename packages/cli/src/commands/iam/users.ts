import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { type Command, defineCommand, flag, usageError } from '../../framework/index.ts';
import { operation } from '../../operations/index.ts';
import { deletion, findGroup, findUser, readLines, USER } from './find.ts';

const PASSWORD = {
  'password-stdin': flag.boolean('read the password from the first line of standard input'),
} as const;

const createUser = defineCommand({
  name: 'iam users create',
  summary: 'Make a user; without a password the user can only use access keys',
  flags: {
    ...PASSWORD,
    description: flag.text('TEXT', 'purpose of the user'),
    group: flag.list('NAME', 'make the user a member of this group'),
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

const showUser = defineCommand({
  name: 'iam users show',
  summary: 'A user with groups and access keys',
  flags: CONNECTION_FLAGS,
  args: [USER],
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

export const users: readonly Command[] = [
  createUser,
  operation('iam users list', 'listUsers', {
    summary: 'Users of the account',
    examples: ['fgs iam users list'],
    rows: (answer) => answer.users,
    columns: { name: 'NAME', enabled: 'ENABLED', last_login_time: 'LAST LOGIN', description: 'DESCRIPTION', id: 'ID' },
    none: 'no users',
  }),
  showUser,
  operation('iam users update', 'updateUser', {
    summary: 'Disable or enable a user, set a new password, rename; sessions end, access keys of an active user stay',
    args: [USER],
    flags: {
      ...PASSWORD,
      name: flag.text('NAME', 'new name'),
      description: flag.text('TEXT', 'purpose of the user'),
      enable: flag.boolean('admit the user again'),
      disable: flag.boolean('refuse the user, with all sessions and keys'),
    },
    async fields({ 'password-stdin': reads, name, description, enable, disable }, _, context) {
      if (enable && disable) throw usageError('--enable and --disable exclude each other');
      const [password] = reads ? await readLines(context, 1, 'the password') : [];
      const user = { password, name, description, enabled: enable || disable ? enable : undefined };
      if (Object.values(user).every((value) => value === undefined)) {
        throw usageError('nothing to change', 'see: fgs iam users update --help');
      }
      return user;
    },
    examples: ['fgs iam users update ada --disable', 'fgs iam users update ada --password-stdin < password.txt'],
    text: ({ user }) => `${user.name}: changed`,
    data: ({ user }) => user,
  }),
  operation('iam users delete', 'deleteUser', {
    args: [USER],
    examples: ['fgs iam users delete ada --yes'],
    ...deletion('user'),
  }),
];
