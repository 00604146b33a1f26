import { resolve } from 'node:path';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { confirmDeletion, defineCommand, usageError } from '../../framework/index.ts';
import { findAccount, findEnterpriseProject, findProject, readLines } from './find.ts';
import { saveNew } from './save-new.ts';

const DESCRIPTION = { description: { type: 'text', placeholder: 'TEXT', summary: 'its purpose' } } as const;

export const createProject = defineCommand({
  name: 'iam projects create',
  summary: 'Make a project: functions of their own, apart from those of other projects',
  flags: { ...DESCRIPTION, ...CONNECTION_FLAGS },
  args: [{ name: 'name', summary: 'name of the project' }],
  examples: ['fgs iam projects create team-a'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const more = flags.description === undefined ? {} : { description: flags.description };
    const project = { name: args.name, ...more };
    const { data } = await client.call('createProject', { body: { project }, signal: context.signal });
    return { kind: 'message', text: `${args.name}: created as ${data.project.id}`, data: data.project };
  },
});

export const listProjects = defineCommand({
  name: 'iam projects list',
  summary: 'Projects of the account',
  flags: CONNECTION_FLAGS,
  args: [],
  examples: ['fgs iam projects list'],
  async run({ flags }, context) {
    const { client } = await connect(flags, context);
    const { data } = await client.call('listProjects', { signal: context.signal });
    return {
      kind: 'table',
      columns: [
        { key: 'name', title: 'NAME' },
        { key: 'description', title: 'DESCRIPTION' },
        { key: 'id', title: 'ID' },
      ],
      rows: data.projects,
      none: 'no projects',
    };
  },
});

export const removeProject = defineCommand({
  name: 'iam projects delete',
  summary: 'Delete an empty project',
  flags: { yes: { type: 'boolean', short: 'y', summary: 'do not ask' }, ...CONNECTION_FLAGS },
  args: [{ name: 'project', summary: 'name or id of the project' }],
  examples: ['fgs iam projects delete team-a --yes'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { signal } = context;
    const { id, name } = await findProject({ client, signal }, args.project);
    if (!flags.yes) await confirmDeletion(`project ${name}`, context);
    await client.call('deleteProject', { params: { project_id: id }, signal });
    return { kind: 'message', text: `${name}: deleted`, data: { id, name } };
  },
});

export const createEnterpriseProject = defineCommand({
  name: 'iam enterprise-projects create',
  summary: 'Make an enterprise project: a mark on functions by which they are listed and granted',
  flags: { ...DESCRIPTION, ...CONNECTION_FLAGS },
  args: [{ name: 'name', summary: 'name of the enterprise project' }],
  examples: ['fgs iam enterprise-projects create billing'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const more = flags.description === undefined ? {} : { description: flags.description };
    const body = { name: args.name, ...more };
    const { data } = await client.call('createEnterpriseProject', { body, signal: context.signal });
    const made = data.enterprise_project;
    return { kind: 'message', text: `${args.name}: created as ${made.id}`, data: made };
  },
});

export const listEnterpriseProjects = defineCommand({
  name: 'iam enterprise-projects list',
  summary: 'Enterprise projects of the account',
  flags: CONNECTION_FLAGS,
  args: [],
  examples: ['fgs iam enterprise-projects list'],
  async run({ flags }, context) {
    const { client } = await connect(flags, context);
    const { data } = await client.call('listEnterpriseProjects', { signal: context.signal });
    return {
      kind: 'table',
      columns: [
        { key: 'name', title: 'NAME' },
        { key: 'state', title: 'STATE' },
        { key: 'description', title: 'DESCRIPTION' },
        { key: 'id', title: 'ID' },
      ],
      rows: data.enterprise_projects.map((one) => ({ ...one, state: one.status === 1 ? 'in use' : 'off' })),
      none: 'no enterprise projects',
    };
  },
});

export const setEnterpriseProject = defineCommand({
  name: 'iam enterprise-projects set',
  summary: 'Disable or enable an enterprise project: a disabled one takes no new resources',
  flags: CONNECTION_FLAGS,
  args: [
    { name: 'enterprise-project', summary: 'name or id of the enterprise project' },
    { name: 'state', summary: 'on or off' },
  ],
  examples: ['fgs iam enterprise-projects set billing off'],
  async run({ flags, args }, context) {
    if (args.state !== 'on' && args.state !== 'off') throw usageError('the state is on or off');
    const { client } = await connect(flags, context);
    const { signal } = context;
    const { id, name } = await findEnterpriseProject({ client, signal }, args['enterprise-project']);
    const params = { enterprise_project_id: id };
    const body = { enabled: args.state === 'on' };
    const { data } = await client.call('updateEnterpriseProject', { params, body, signal });
    return { kind: 'message', text: `${name}: ${args.state}`, data: data.enterprise_project };
  },
});

export const createAccount = defineCommand({
  name: 'iam accounts create',
  summary: 'Make an account of its own, with a project and an administrator; its secrets are shown this once, or saved',
  flags: {
    project: { type: 'text', placeholder: 'NAME', fallback: 'default', summary: 'name of its project' },
    user: { type: 'text', placeholder: 'NAME', fallback: 'admin', summary: 'name of its administrator' },
    'password-stdin': { type: 'boolean', summary: 'read the password from standard input; else one is generated' },
    save: {
      type: 'text',
      placeholder: 'FILE',
      summary: 'write the secrets to a new credentials file instead of showing them',
    },
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'name', summary: 'name of the account' }],
  examples: ['fgs iam accounts create other-team --save other-team.json'],
  async run({ flags, args }, context) {
    const { client, credentials } = await connect(flags, context);
    const [password] = flags['password-stdin'] ? await readLines(context, 1, 'the password') : [];
    const more = password === undefined ? {} : { password };
    const body = { name: args.name, project_name: flags.project, user_name: flags.user, ...more };
    const { endpoint, gateway, region } = credentials;
    // the form of a credentials file, for --credentials
    const create = async () => ({
      endpoint,
      gateway,
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

export const removeAccount = defineCommand({
  name: 'iam accounts delete',
  summary: 'Delete an account whose projects are empty, with its users, keys, groups, policies and agencies',
  flags: { yes: { type: 'boolean', short: 'y', summary: 'do not ask' }, ...CONNECTION_FLAGS },
  args: [{ name: 'account', summary: 'name or id of the account' }],
  examples: ['fgs iam accounts delete other-team --yes'],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const { signal } = context;
    const { id, name } = await findAccount({ client, signal }, args.account);
    if (!flags.yes) await confirmDeletion(`account ${name}`, context);
    await client.call('deleteAccount', { params: { domain_id: id }, signal });
    return { kind: 'message', text: `${name}: deleted`, data: { id, name } };
  },
});

export const listAccounts = defineCommand({
  name: 'iam accounts list',
  summary: 'Accounts of the machine',
  flags: CONNECTION_FLAGS,
  args: [],
  examples: ['fgs iam accounts list'],
  async run({ flags }, context) {
    const { client } = await connect(flags, context);
    const { data } = await client.call('listAccounts', { signal: context.signal });
    return {
      kind: 'table',
      columns: [
        { key: 'name', title: 'NAME' },
        { key: 'id', title: 'ID' },
      ],
      rows: data.domains,
      none: 'no accounts',
    };
  },
});
