import type { Client } from '@funcgraph/api';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { CliError, defineCommand, EXIT } from '../../framework/index.ts';
import { readLines } from './find.ts';

/**
 * The user of the key that signs the requests. Throws `CLI.NO_USER` for keys of functions and users without a lasting
 * key.
 */
async function ownId(client: Client, signal: AbortSignal): Promise<string> {
  const { data } = await client.call('listAccessKeys', { signal });
  const [key] = data.credentials;
  if (key !== undefined) return key.user_id;
  throw new CliError('these credentials belong to no user with an access key', {
    code: 'CLI.NO_USER',
    exitCode: EXIT.refused,
    hint: 'An administrator makes a key with: fgs iam keys create --user NAME',
  });
}

export const whoami = defineCommand({
  name: 'iam whoami',
  summary: 'The user that the credentials belong to, with groups, account and project',
  flags: CONNECTION_FLAGS,
  args: [],
  examples: ['fgs iam whoami', 'fgs iam whoami --credentials ada.json'],
  async run({ flags }, context) {
    const { client, credentials } = await connect(flags, context);
    const { signal } = context;
    const id = await ownId(client, signal);
    const { data } = await client.call('showUser', { params: { user_id: id }, signal });
    const groups = await client.call('listGroupsOfUser', { params: { user_id: id }, signal });
    const accounts = await client.call('listAuthDomains', { signal });
    const { endpoint, accessKey, projectId } = credentials;
    return {
      kind: 'record',
      data: {
        user: data.user.name,
        user_id: id,
        groups: groups.data.groups.map(({ name }) => name).join(', '),
        account: accounts.data.domains.map(({ name }) => name).join(', '),
        project_id: projectId,
        access_key: accessKey,
        endpoint,
      },
    };
  },
});

export const changePassword = defineCommand({
  name: 'iam password',
  summary:
    'Change your own password: the old one and the new one as two lines of standard input; sessions end, keys stay',
  flags: CONNECTION_FLAGS,
  args: [],
  examples: ['fgs iam password < old-and-new.txt', 'printf \'%s\\n\' "$OLD" "$NEW" | fgs iam password'],
  async run({ flags }, context) {
    const { client } = await connect(flags, context);
    const { signal } = context;
    const [old = '', password = ''] = await readLines(context, 2, 'the old password and the new one, a line each');
    const user_id = await ownId(client, signal);
    const body = { user: { original_password: old, password } };
    await client.call('changePassword', { params: { user_id }, body, signal });
    return { kind: 'message', text: 'your password is changed', data: { user_id, outcome: 'changed' } };
  },
});
