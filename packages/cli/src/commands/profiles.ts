import {
  CONNECTION_FLAGS,
  chooseProfile,
  currentProfile,
  loadCredentials,
  profileFile,
  profileNames,
  removeProfile,
  saveProfile,
} from '../connection/index.ts';
import { confirmDeletion, defineCommand, type Noun, YES_FLAG } from '../framework/index.ts';

const NAME = { name: 'name', summary: 'name of the profile' } as const;
const { profile: _, ...SOURCE_FLAGS } = CONNECTION_FLAGS;

const add = defineCommand({
  name: 'profiles add',
  summary: 'Keep server, project and key under a name: those of the flags, the environment or the local server',
  flags: SOURCE_FLAGS,
  args: [NAME],
  examples: ['fgs profiles add shop --credentials shop.json', 'fgs profiles add local'],
  async run({ flags, args }, context) {
    // checked before a key is read
    profileFile(args.name, context);
    const found = await loadCredentials({ ...flags, profile: undefined }, context);
    const fields = {
      endpoint: found.endpoint,
      gateway: found.gateway,
      storage: found.storage,
      region: found.region,
      project_id: found.projectId,
      access_key: found.accessKey,
      secret_key: found.secretKey,
      ...(found.securityToken === undefined ? {} : { security_token: found.securityToken }),
    };
    const file = await saveProfile(args.name, fields, context);
    return {
      kind: 'message',
      text: `${args.name}: ${found.endpoint}, project ${found.projectId}, in ${file}`,
      data: { name: args.name, file, endpoint: found.endpoint, project_id: found.projectId, region: found.region },
    };
  },
});

const list = defineCommand({
  name: 'profiles list',
  summary: 'Profiles of this user, without their keys',
  flags: {},
  args: [],
  examples: ['fgs profiles list'],
  async run(_values, context) {
    const current = await currentProfile(context);
    const rows = await Promise.all(
      (await profileNames(context)).map(async (name) => {
        const flags = { endpoint: undefined, credentials: undefined, 'data-dir': undefined, profile: name };
        const { endpoint, projectId: project_id, region } = await loadCredentials(flags, context);
        return { name, current: name === current ? 'yes' : '', endpoint, project_id, region };
      }),
    );
    return {
      kind: 'table',
      columns: { name: 'PROFILE', current: 'CURRENT', endpoint: 'ENDPOINT', project_id: 'PROJECT', region: 'REGION' },
      rows,
      none: 'no profiles; make one with: fgs profiles add NAME --credentials FILE',
    };
  },
});

const use = defineCommand({
  name: 'profiles use',
  summary: 'Let commands take a profile unless flags or the environment name another server',
  flags: {},
  args: [{ name: 'name', summary: 'name of the profile; the local server without it', optional: true }],
  examples: ['fgs profiles use shop', 'fgs profiles use'],
  async run({ args }, context) {
    await chooseProfile(args.name, context);
    return {
      kind: 'message',
      text: args.name === undefined ? 'commands use the local server' : `commands use ${args.name}`,
      data: { current: args.name ?? null },
    };
  },
});

const remove = defineCommand({
  name: 'profiles remove',
  summary: 'Remove a profile with its copy of the key, which stays valid',
  flags: YES_FLAG,
  args: [NAME],
  examples: ['fgs profiles remove shop --yes'],
  async run({ flags, args }, context) {
    if (!flags.yes) await confirmDeletion(`profile ${args.name}`, context);
    await removeProfile(args.name, context);
    return { kind: 'message', text: `${args.name}: removed`, data: { name: args.name, outcome: 'removed' } };
  },
});

export const profiles: Noun = {
  name: 'profiles',
  summary: 'Servers and keys under names, for --profile',
  commands: [list, add, use, remove],
};
