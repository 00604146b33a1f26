import { resolve } from 'node:path';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { type Command, defineCommand, flag, usageError } from '../../framework/index.ts';
import { type Argument, operation, word } from '../../operations/index.ts';
import { ACCOUNT, deletion, ENTERPRISE_PROJECT, PROJECT, readLines } from './find.ts';
import { saveNew } from './save-new.ts';

const STATE: Argument<'state', string> = {
  name: 'state',
  summary: 'on or off',
  find(text) {
    if (text !== 'on' && text !== 'off') throw usageError('the state is on or off');
    return text;
  },
  fields: (state) => ({ enabled: state === 'on' }),
};

const createAccount = defineCommand({
  name: 'iam accounts create',
  summary: 'Make an account of its own, with a project and an administrator; its secrets are shown this once, or saved',
  flags: {
    project: flag.text('NAME', 'name of its project', { fallback: 'default' }),
    user: flag.text('NAME', 'name of its administrator', { fallback: 'admin' }),
    'password-stdin': flag.boolean('read the password from standard input; else one is generated'),
    save: flag.text('FILE', 'write the secrets to a new credentials file instead of showing them'),
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'name', summary: 'name of the account' }],
  examples: ['fgs iam accounts create other-team --save other-team.json'],
  async run({ flags, args }, context) {
    const { client, credentials } = await connect(flags, context);
    const [password] = flags['password-stdin'] ? await readLines(context, 1, 'the password') : [];
    const more = password === undefined ? {} : { password };
    const body = { name: args.name, project_name: flags.project, user_name: flags.user, ...more };
    const { endpoint, gateway, storage, region } = credentials;
    // the form of a credentials file, for --credentials
    const create = async () => ({
      endpoint,
      gateway,
      storage,
      region,
      ...(await client.call('createAccount', { body, signal: context.signal })).data,
    });
    if (flags.save === undefined) return { kind: 'record', data: await create() };
    const file = resolve(context.cwd, flags.save);
    const { domain_id, user } = await saveNew(file, flags.save, create);
    const text = `${args.name}: created; its administrator is in ${flags.save}`;
    return { kind: 'message', text, data: { domain_id, user, file } };
  },
});

/** Projects, enterprise projects and accounts. */
export const projects: readonly Command[] = [
  operation('iam projects create', 'createProject', {
    summary: 'Make a project: functions of their own, apart from those of other projects',
    args: [word('name', 'name of the project')],
    flags: { description: ['TEXT', 'its purpose'] },
    examples: ['fgs iam projects create team-a'],
    text: ({ project }, { name }) => `${name}: created as ${project.id}`,
    data: ({ project }) => project,
  }),
  operation('iam projects list', 'listProjects', {
    summary: 'Projects of the account',
    examples: ['fgs iam projects list'],
    rows: (answer) => answer.projects,
    columns: { name: 'NAME', description: 'DESCRIPTION', id: 'ID' },
    none: 'no projects',
  }),
  operation('iam projects delete', 'deleteProject', {
    args: [PROJECT],
    examples: ['fgs iam projects delete team-a --yes'],
    ...deletion('project'),
  }),
  operation('iam enterprise-projects create', 'createEnterpriseProject', {
    summary: 'Make an enterprise project: a mark on functions by which they are listed and granted',
    args: [word('name', 'name of the enterprise project')],
    flags: { description: ['TEXT', 'its purpose'] },
    examples: ['fgs iam enterprise-projects create billing'],
    text: ({ enterprise_project: { id } }, { name }) => `${name}: created as ${id}`,
    data: ({ enterprise_project }) => enterprise_project,
  }),
  operation('iam enterprise-projects list', 'listEnterpriseProjects', {
    summary: 'Enterprise projects of the account',
    examples: ['fgs iam enterprise-projects list'],
    rows: ({ enterprise_projects }) =>
      enterprise_projects.map((one) => ({ ...one, state: one.status === 1 ? 'in use' : 'off' })),
    columns: { name: 'NAME', state: 'STATE', description: 'DESCRIPTION', id: 'ID' },
    none: 'no enterprise projects',
  }),
  operation('iam enterprise-projects set', 'updateEnterpriseProject', {
    summary: 'Disable or enable an enterprise project: a disabled one takes no new resources',
    args: [ENTERPRISE_PROJECT, STATE],
    examples: ['fgs iam enterprise-projects set billing off'],
    text: (_, { 'enterprise-project': { name }, state }) => `${name}: ${state}`,
    data: ({ enterprise_project }) => enterprise_project,
  }),
  createAccount,
  operation('iam accounts list', 'listAccounts', {
    summary: 'Accounts of the machine',
    examples: ['fgs iam accounts list'],
    rows: ({ domains }) => domains,
    columns: { name: 'NAME', id: 'ID' },
    none: 'no accounts',
  }),
  operation('iam accounts delete', 'deleteAccount', {
    summary: 'Delete an account whose projects are empty, with its users, keys, groups, policies and agencies',
    args: [ACCOUNT],
    examples: ['fgs iam accounts delete other-team --yes'],
    ...deletion('account'),
  }),
];
