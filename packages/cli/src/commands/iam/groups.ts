import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { confirmDeletion, defineCommand } from '../../framework/index.ts';
import { findGroup, findUser } from './find.ts';
import { grantText } from './grants.ts';

const GROUP = { name: 'group', summary: 'name or id of the group' } as const;
const USER = { name: 'user', summary: 'name or id of the user' } as const;

export const createGroup = defineCommand({
  name: 'iam groups create',
  summary: 'Make a group; users have the policies of their groups',
  flags: { description: { type: 'text', placeholder: 'TEXT', summary: 'its purpose' }, ...CONNECTION_FLAGS },
  args: [{ name: 'name', summary: 'name of the group' }],
  examples: ['fgs iam groups create developers'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const group = { name: args.name, ...(flags.description === undefined ? {} : { description: flags.description }) };
    const { data } = await client.call('createGroup', { body: { group }, signal: context.signal });
    return { kind: 'message', text: `${args.name}: created`, data: data.group };
  },
});

export const listGroups = defineCommand({
  name: 'iam groups list',
  summary: 'Groups of the account',
  flags: CONNECTION_FLAGS,
  args: [],
  examples: ['fgs iam groups list'],
  async run({ flags }, context) {
    const { client } = await connect(flags, context);
    const { data } = await client.call('listGroups', { signal: context.signal });
    return {
      kind: 'table',
      columns: [
        { key: 'name', title: 'NAME' },
        { key: 'description', title: 'DESCRIPTION' },
        { key: 'id', title: 'ID' },
      ],
      rows: data.groups,
      none: 'no groups',
    };
  },
});

export const showGroup = defineCommand({
  name: 'iam groups show',
  summary: 'Members and policies of a group',
  flags: CONNECTION_FLAGS,
  args: [GROUP],
  examples: ['fgs iam groups show developers'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { signal } = context;
    const { id, name } = await findGroup({ client, signal }, args.group);
    const { data: members } = await client.call('listGroupMembers', { params: { group_id: id }, signal });
    const { data: granted } = await client.call('listGrants', { query: { group_id: id }, signal });
    return {
      kind: 'record',
      data: {
        id,
        name,
        members: members.users.map((user) => user.name).join(', '),
        policies: granted.grants.map(grantText).join(', '),
      },
    };
  },
});

export const removeGroup = defineCommand({
  name: 'iam groups delete',
  summary: 'Delete a group with its grants; its users stay',
  flags: { yes: { type: 'boolean', short: 'y', summary: 'do not ask' }, ...CONNECTION_FLAGS },
  args: [GROUP],
  examples: ['fgs iam groups delete developers --yes'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { signal } = context;
    const { id, name } = await findGroup({ client, signal }, args.group);
    if (!flags.yes) await confirmDeletion(`group ${name}`, context);
    await client.call('deleteGroup', { params: { group_id: id }, signal });
    return { kind: 'message', text: `${name}: deleted`, data: { id, name } };
  },
});

export const addMember = defineCommand({
  name: 'iam groups add-member',
  summary: 'Make a user a member of a group',
  flags: CONNECTION_FLAGS,
  args: [GROUP, USER],
  examples: ['fgs iam groups add-member developers ada'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { signal } = context;
    const group = await findGroup({ client, signal }, args.group);
    const user = await findUser({ client, signal }, args.user);
    await client.call('addGroupMember', { params: { group_id: group.id, user_id: user.id }, signal });
    return {
      kind: 'message',
      text: `${user.name}: member of ${group.name}`,
      data: { user: user.name, group: group.name },
    };
  },
});

export const removeMember = defineCommand({
  name: 'iam groups remove-member',
  summary: 'Remove a user from a group',
  flags: CONNECTION_FLAGS,
  args: [GROUP, USER],
  examples: ['fgs iam groups remove-member developers ada'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { signal } = context;
    const group = await findGroup({ client, signal }, args.group);
    const user = await findUser({ client, signal }, args.user);
    await client.call('removeGroupMember', { params: { group_id: group.id, user_id: user.id }, signal });
    return {
      kind: 'message',
      text: `${user.name}: not in ${group.name} any more`,
      data: { user: user.name, group: group.name },
    };
  },
});
