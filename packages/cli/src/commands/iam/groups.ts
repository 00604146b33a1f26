import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { type Command, defineCommand } from '../../framework/index.ts';
import { operation, word } from '../../operations/index.ts';
import { deletion, findGroup, GROUP, USER } from './find.ts';
import { grantText } from './grants.ts';

const showGroup = defineCommand({
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

export const groups: readonly Command[] = [
  operation('iam groups create', 'createGroup', {
    summary: 'Make a group; users have the policies of their groups',
    args: [word('name', 'name of the group')],
    flags: { description: ['TEXT', 'its purpose'] },
    examples: ['fgs iam groups create developers'],
    text: (_, { name }) => `${name}: created`,
    data: ({ group }) => group,
  }),
  operation('iam groups list', 'listGroups', {
    summary: 'Groups of the account',
    examples: ['fgs iam groups list'],
    rows: (answer) => answer.groups,
    columns: { name: 'NAME', description: 'DESCRIPTION', id: 'ID' },
    none: 'no groups',
  }),
  showGroup,
  operation('iam groups delete', 'deleteGroup', {
    args: [GROUP],
    examples: ['fgs iam groups delete developers --yes'],
    ...deletion('group'),
  }),
  operation('iam groups add-member', 'addGroupMember', {
    args: [GROUP, USER],
    examples: ['fgs iam groups add-member developers ada'],
    text: (_, { user, group }) => `${user.name}: member of ${group.name}`,
    data: (_, { user, group }) => ({ user: user.name, group: group.name }),
  }),
  operation('iam groups remove-member', 'removeGroupMember', {
    args: [GROUP, USER],
    examples: ['fgs iam groups remove-member developers ada'],
    text: (_, { user, group }) => `${user.name}: not in ${group.name} any more`,
    data: (_, { user, group }) => ({ user: user.name, group: group.name }),
  }),
];
