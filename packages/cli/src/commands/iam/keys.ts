import { resolve } from 'node:path';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { confirmDeletion, defineCommand, usageError } from '../../framework/index.ts';
import { findProject, findUser } from './find.ts';
import { saveNew } from './save-new.ts';

const OF_USER = {
  user: { type: 'text', placeholder: 'NAME', summary: 'of this user; else your own' },
  ...CONNECTION_FLAGS,
} as const;
const KEY = [{ name: 'key', summary: 'the access key' }] as const;

export const createKey = defineCommand({
  name: 'iam keys create',
  summary: 'Make an access key; a user has at most two, and the secret is shown this once, or saved',
  flags: {
    description: { type: 'text', placeholder: 'TEXT', summary: 'its purpose' },
    save: {
      type: 'text',
      placeholder: 'FILE',
      summary: 'write a new credentials file instead of showing the secret, for --credentials and FGS_CREDENTIALS',
    },
    project: { type: 'text', placeholder: 'NAME', summary: 'with --save: project of that file; else the present one' },
    ...OF_USER,
  },
  args: [],
  examples: ['fgs iam keys create --user ada --save ada.json', 'fgs iam keys create --output json > key.json'],
  async run({ flags }, context) {
    if (flags.project !== undefined && flags.save === undefined) throw usageError('--project needs --save');
    const { client, credentials } = await connect(flags, context);
    const { signal } = context;
    const { project } = flags;
    const { endpoint, gateway, region } = credentials;
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
      return { endpoint, gateway, region, project_id, access_key, secret_key };
    });
    return { kind: 'message', text: `${flags.save}: key ${access}; use it with --credentials`, data: { access, file } };
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
  summary: 'Disable or enable an access key',
  flags: CONNECTION_FLAGS,
  args: [...KEY, { name: 'status', summary: 'active or inactive' }],
  examples: ['fgs iam keys set 0123456789ABCDEF0123 inactive'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { data } = await client.call('updateAccessKey', {
      params: { access_key: args.key },
      // the server lists the allowed values
      body: { credential: { status: args.status as 'active' | 'inactive' } },
      signal: context.signal,
    });
    return { kind: 'message', text: `${args.key}: ${data.credential.status}`, data: data.credential };
  },
});

export const removeKey = defineCommand({
  name: 'iam keys delete',
  summary: 'Delete an access key; its requests are refused from now on',
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
