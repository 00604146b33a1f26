import { resolve } from 'node:path';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { type Command, defineCommand, flag, usageError } from '../../framework/index.ts';
import { operation, word } from '../../operations/index.ts';
import { findProject, findUser } from './find.ts';
import { saveNew } from './save-new.ts';

const OF_USER = {
  user: flag.text('NAME', 'of this user; else your own'),
} as const;
const KEY = word('key', 'the access key', 'access_key');

const createKey = defineCommand({
  name: 'iam keys create',
  summary: 'Make an access key; a user has at most two, and the secret is shown this once, or saved',
  flags: {
    description: flag.text('TEXT', 'its purpose'),
    save: flag.text(
      'FILE',
      'write a new credentials file instead of showing the secret, for --credentials and FGS_CREDENTIALS',
    ),
    project: flag.text('NAME', 'with --save: project of that file; else the present one'),
    ...OF_USER,
    ...CONNECTION_FLAGS,
  },
  args: [],
  examples: ['fgs iam keys create --user ada --save ada.json', 'fgs iam keys create --output json > key.json'],
  async run({ flags }, context) {
    if (flags.project !== undefined && flags.save === undefined) throw usageError('--project needs --save');
    const { client, credentials } = await connect(flags, context);
    const { signal } = context;
    const { project } = flags;
    const { endpoint, gateway, storage, region } = credentials;
    const project_id =
      project === undefined ? credentials.projectId : (await findProject({ client, signal }, project)).id;
    const body = {
      ...(flags.user === undefined ? {} : { user_id: (await findUser({ client, signal }, flags.user)).id }),
      ...(flags.description === undefined ? {} : { description: flags.description }),
    };
    const create = async () =>
      (await client.call('createAccessKey', { body: { credential: body }, signal })).data.credential;
    if (flags.save === undefined) {
      return { kind: 'record', data: await create(), hide: ['user_id', 'status', 'create_time'] };
    }
    const file = resolve(context.cwd, flags.save);
    const { access_key: access } = await saveNew(file, flags.save, async () => {
      const { access: access_key, secret: secret_key } = await create();
      return { endpoint, gateway, storage, region, project_id, access_key, secret_key };
    });
    return { kind: 'message', text: `${flags.save}: key ${access}; use it with --credentials`, data: { access, file } };
  },
});

export const keys: readonly Command[] = [
  createKey,
  operation('iam keys list', 'listAccessKeys', {
    summary: 'Access keys, and when each was last used',
    flags: OF_USER,
    fields: async ({ user }, { client }, { signal }) =>
      user === undefined ? {} : { user_id: (await findUser({ client, signal }, user)).id },
    examples: ['fgs iam keys list', 'fgs iam keys list --user ada'],
    rows: ({ credentials }) => credentials,
    columns: {
      access: 'ACCESS KEY',
      status: 'STATUS',
      create_time: 'CREATED',
      last_use_time: 'LAST USED',
      description: 'DESCRIPTION',
    },
    none: 'no access keys; make one with: fgs iam keys create',
  }),
  operation('iam keys set', 'updateAccessKey', {
    summary: 'Disable or enable an access key',
    args: [KEY, word('status', 'active or inactive')],
    examples: ['fgs iam keys set 0123456789ABCDEF0123 inactive'],
    text: ({ credential }, { key }) => `${key}: ${credential.status}`,
    data: ({ credential }) => credential,
  }),
  operation('iam keys delete', 'deleteAccessKey', {
    summary: 'Delete an access key; its requests are refused from now on',
    args: [KEY],
    examples: ['fgs iam keys delete 0123456789ABCDEF0123 --yes'],
    confirm: ({ key }) => `access key ${key}`,
    text: (_, { key }) => `${key}: deleted`,
    data: (_, { key }) => ({ access: key }),
  }),
];
