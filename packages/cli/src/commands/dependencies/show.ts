import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand } from '../../framework/index.ts';
import { findPackage } from './find.ts';

export const show = defineCommand({
  name: 'dependencies show',
  summary: 'Versions of a package, newest first',
  flags: {
    runtime: { type: 'text', placeholder: 'RUNTIME', summary: 'needed when several runtimes have the name' },
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'dependency', summary: 'name or id of the package' }],
  examples: ['fgs dependencies show drawing', 'fgs dependencies show lodash --runtime Node.js20.15 --output json'],
  async run({ flags, args }, context) {
    const { client, credentials } = await connect(flags, context);
    const { projectId } = credentials;
    const lookup = { client, projectId, signal: context.signal, runtime: flags.runtime };
    const { dep_id } = await findPackage(args.dependency, lookup);
    const params = { project_id: projectId, depend_id: dep_id };
    const { data } = await client.call('listDependencyVersion', { params, signal: context.signal });
    return {
      kind: 'table',
      columns: [
        { key: 'version', title: 'VERSION', align: 'right' },
        { key: 'id', title: 'ID' },
        { key: 'runtime', title: 'RUNTIME' },
        { key: 'size', title: 'BYTES', align: 'right' },
        { key: 'description', title: 'DESCRIPTION' },
      ],
      rows: data.dependencies,
      none: 'no versions',
    };
  },
});
