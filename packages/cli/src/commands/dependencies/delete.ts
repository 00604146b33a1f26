import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { confirmDeletion, defineCommand, flag, usageError } from '../../framework/index.ts';
import { findPackage } from './find.ts';

export const remove = defineCommand({
  name: 'dependencies delete',
  summary: 'Delete a version that no function uses; the package is deleted with its last one',
  flags: {
    runtime: flag.text('RUNTIME', 'needed when several runtimes have the name'),
    all: flag.boolean('delete every version'),
    yes: flag.boolean('do not ask', { short: 'y' }),
    ...CONNECTION_FLAGS,
  },
  args: [
    { name: 'dependency', summary: 'name or id of the package' },
    { name: 'version', summary: 'number of the version', optional: true },
  ],
  examples: ['fgs dependencies delete drawing 1', 'fgs dependencies delete drawing --all --yes'],
  async run({ flags, args }, context) {
    const { version } = args;
    if (flags.all === (version !== undefined)) throw usageError('give either a version or --all');
    const { client, credentials } = await connect(flags, context);
    const { projectId } = credentials;
    const lookup = { client, projectId, signal: context.signal, runtime: flags.runtime };
    const { dep_id, name, runtime } = await findPackage(args.dependency, lookup);
    const what = `${name} for ${runtime}, ${version === undefined ? 'all versions' : `version ${version}`}`;
    if (!flags.yes) await confirmDeletion(what, context);
    const params = { project_id: projectId, depend_id: dep_id };
    if (version === undefined) await client.call('deleteDependency', { params, signal: context.signal });
    else await client.call('deleteDependencyVersion', { params: { ...params, version }, signal: context.signal });
    return {
      kind: 'message',
      text: `deleted ${what}`,
      data: { name, dep_id, version: version ?? null, outcome: 'deleted' },
    };
  },
});
