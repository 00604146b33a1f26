import { flag, type Noun } from '../../framework/index.ts';
import { type Argument, operation } from '../../operations/index.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { type Dependency, findPackage } from './find.ts';
import { installPublic } from './install-public.ts';

/** A package, and with `--runtime` that for one of several runtimes. */
const DEPENDENCY: Argument<'dependency', Dependency> = {
  name: 'dependency',
  summary: 'name or id of the package',
  flags: {
    runtime: flag.text('RUNTIME', 'needed when several runtimes have the name'),
  },
  find(text, { connection: { client, credentials }, flags, signal }) {
    const runtime = flags.runtime === undefined ? undefined : String(flags.runtime);
    return findPackage(text, { client, projectId: credentials.projectId, signal, runtime });
  },
  fields: ({ dep_id }) => ({ depend_id: dep_id }),
};

export const dependencies: Noun = {
  name: 'dependencies',
  summary: 'Library packages for functions',
  commands: [
    create,
    operation('dependencies list', 'listDependencies', {
      summary: 'Library packages for functions: own ones, then public ones',
      flags: {
        type: flag.text('VALUE', 'which ones', { choices: ['all', 'private', 'public'], fallback: 'all' }),
        runtime: ['RUNTIME', 'only those of this runtime'],
        match: ['TEXT', 'only those with this in their name', { field: 'name' }],
      },
      fields: ({ type }) => ({ dependency_type: type, maxitems: '400', marker: '0' }),
      examples: ['fgs dependencies list', 'fgs dependencies list --type public --runtime Node.js20.15'],
      rows: (answer) =>
        answer.dependencies.map((each) => ({ ...each, type: each.owner === 'public' ? 'public' : 'private' })),
      next: (answer) => (answer.dependencies.length === 0 ? undefined : { marker: String(answer.next_marker) }),
      columns: {
        name: 'NAME',
        type: 'TYPE',
        runtime: 'RUNTIME',
        version: 'NEWEST',
        size: 'BYTES',
        description: 'DESCRIPTION',
      },
      none: 'no dependencies; make one with fgs dependencies create',
    }),
    operation('dependencies show', 'listDependencyVersion', {
      args: [DEPENDENCY],
      examples: ['fgs dependencies show drawing', 'fgs dependencies show lodash --runtime Node.js20.15 --output json'],
      rows: (answer) => answer.dependencies,
      columns: { version: 'VERSION', id: 'ID', runtime: 'RUNTIME', size: 'BYTES', description: 'DESCRIPTION' },
      none: 'no versions',
    }),
    remove,
    installPublic,
  ],
};
