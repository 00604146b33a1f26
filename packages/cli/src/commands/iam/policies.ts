import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { type Context, confirmDeletion, defineCommand, systemCode, usageError } from '../../framework/index.ts';
import { findPolicy } from './find.ts';

const MAX_FILE_CHARS = 64 * 1024;
const POLICY = [{ name: 'policy', summary: 'name or id of the policy' }] as const;
const FILE = {
  file: { type: 'text', placeholder: 'FILE', required: true, summary: 'JSON of the policy: Version and Statement' },
} as const;

async function documentIn(file: string, { cwd }: Context): Promise<unknown> {
  try {
    const text = await readFile(resolve(cwd, file), 'utf8');
    if (text.length > MAX_FILE_CHARS) throw usageError(`${file} is too large for a policy`);
    return JSON.parse(text);
  } catch (error) {
    if (systemCode(error) !== undefined) throw usageError(`cannot read ${file}: ${systemCode(error)}`);
    if (error instanceof SyntaxError) throw usageError(`${file} is not JSON: ${error.message}`);
    throw error;
  }
}

export const createPolicy = defineCommand({
  name: 'iam policies create',
  summary: 'Make a policy',
  flags: {
    ...FILE,
    description: { type: 'text', placeholder: 'TEXT', summary: 'its purpose' },
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'name', summary: 'name of the policy' }],
  examples: ['fgs iam policies create one-function --file policy.json'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const policy = await documentIn(flags.file, context);
    const more = flags.description === undefined ? {} : { description: flags.description };
    const role = { display_name: args.name, policy, ...more };
    const { data } = await client.call('createPolicy', { body: { role }, signal: context.signal });
    return { kind: 'message', text: `${args.name}: created`, data: data.role };
  },
});

export const listPolicies = defineCommand({
  name: 'iam policies list',
  summary: 'Policies of the account, and those that every account has',
  flags: CONNECTION_FLAGS,
  args: [],
  examples: ['fgs iam policies list'],
  async run({ flags }, context) {
    const { client } = await connect(flags, context);
    const { signal } = context;
    const system = await client.call('listPolicies', { signal });
    const custom = await client.call('listCustomPolicies', { signal });
    return {
      kind: 'table',
      columns: [
        { key: 'display_name', title: 'NAME' },
        { key: 'kind', title: 'KIND' },
        { key: 'description', title: 'DESCRIPTION' },
        { key: 'id', title: 'ID' },
      ],
      rows: [...custom.data.roles, ...system.data.roles].map((role) => ({
        ...role,
        kind: role.domain_id === undefined ? 'system' : 'own',
      })),
      none: 'no policies',
    };
  },
});

export const showPolicy = defineCommand({
  name: 'iam policies show',
  summary: 'The statements of a policy',
  flags: CONNECTION_FLAGS,
  args: POLICY,
  examples: ["fgs iam policies show 'FunctionGraph FullAccess' --output json"],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { signal } = context;
    const { id } = await findPolicy({ client, signal }, args.policy);
    const { data } = await client.call('showPolicy', { params: { role_id: id }, signal });
    return { kind: 'record', data: data.role, hide: ['name', 'type', 'catalog'] };
  },
});

export const updatePolicy = defineCommand({
  name: 'iam policies update',
  summary: 'Replace the statements of a policy, from the next request on',
  flags: { ...FILE, ...CONNECTION_FLAGS },
  args: POLICY,
  examples: ['fgs iam policies update one-function --file policy.json'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { signal } = context;
    const { id, name } = await findPolicy({ client, signal }, args.policy);
    const role = { policy: await documentIn(flags.file, context) };
    const { data } = await client.call('updatePolicy', { params: { role_id: id }, body: { role }, signal });
    return { kind: 'message', text: `${name}: changed`, data: data.role };
  },
});

export const removePolicy = defineCommand({
  name: 'iam policies delete',
  summary: 'Delete a policy without grants',
  flags: { yes: { type: 'boolean', short: 'y', summary: 'do not ask' }, ...CONNECTION_FLAGS },
  args: POLICY,
  examples: ['fgs iam policies delete one-function --yes'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { signal } = context;
    const { id, name } = await findPolicy({ client, signal }, args.policy);
    if (!flags.yes) await confirmDeletion(`policy ${name}`, context);
    await client.call('deletePolicy', { params: { role_id: id }, signal });
    return { kind: 'message', text: `${name}: deleted`, data: { id, name } };
  },
});
