import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import {
  CliError,
  type Command,
  type Context,
  defineCommand,
  flag,
  systemCode,
  usageError,
} from '../../framework/index.ts';
import { parseJson } from '../../input/index.ts';
import { operation, word } from '../../operations/index.ts';
import { deletion, POLICY } from './find.ts';

const MAX_FILE_CHARS = 64 * 1024;
const FILE = {
  file: flag.text('FILE', 'JSON of the policy: Version and Statement', { required: true }),
} as const;

async function documentIn(file: string, { cwd }: Context): Promise<unknown> {
  try {
    const text = await readFile(resolve(cwd, file), 'utf8');
    if (text.length > MAX_FILE_CHARS) throw usageError(`${file} is too large for a policy`);
    return parseJson(text, file);
  } catch (error) {
    if (error instanceof CliError) throw error;
    if (systemCode(error) !== undefined) throw usageError(`cannot read ${file}: ${systemCode(error)}`);
    throw error;
  }
}

const listPolicies = defineCommand({
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
      columns: { display_name: 'NAME', kind: 'KIND', description: 'DESCRIPTION', id: 'ID' },
      rows: [...custom.data.roles, ...system.data.roles].map((role) => ({
        ...role,
        kind: role.domain_id === undefined ? 'system' : 'own',
      })),
      none: 'no policies',
    };
  },
});

export const policies: readonly Command[] = [
  operation('iam policies create', 'createPolicy', {
    args: [word('name', 'name of the policy', 'display_name')],
    flags: { ...FILE, description: ['TEXT', 'its purpose'] },
    fields: async ({ file }, _, context) => ({ policy: await documentIn(file, context) }),
    examples: ['fgs iam policies create one-function --file policy.json'],
    text: (_, { name }) => `${name}: created`,
    data: ({ role }) => role,
  }),
  listPolicies,
  operation('iam policies show', 'showPolicy', {
    summary: 'The statements of a policy',
    args: [POLICY],
    examples: ["fgs iam policies show 'FunctionGraph FullAccess' --output json"],
    data: ({ role }) => role,
    hide: ['name', 'type', 'catalog'],
  }),
  operation('iam policies update', 'updatePolicy', {
    summary: 'Replace the statements of a policy, from the next request on',
    args: [POLICY],
    flags: FILE,
    fields: async ({ file }, _, context) => ({ policy: await documentIn(file, context) }),
    examples: ['fgs iam policies update one-function --file policy.json'],
    text: (_, { policy }) => `${policy.name}: changed`,
    data: ({ role }) => role,
  }),
  operation('iam policies delete', 'deletePolicy', {
    args: [POLICY],
    examples: ['fgs iam policies delete one-function --yes'],
    ...deletion('policy'),
  }),
];
