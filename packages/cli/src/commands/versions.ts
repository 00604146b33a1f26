import { type Noun, usageError } from '../framework/index.ts';
import { type Argument, FUNCTION, functionOf, type NamedFunction, operation } from '../operations/index.ts';

/** A version of the function before it: the operation takes both as one URN. */
const VERSION: Argument<'version', NamedFunction> = {
  name: 'version',
  summary: 'name of the version',
  find(name, lookup) {
    // without this check an empty text would name the whole function, and an alias its version
    if (name === '' || name.startsWith('!')) throw usageError('VERSION must be the name of a version');
    const params = lookup.connection.functionParams(functionOf(lookup).name, String(lookup.flags.package), name);
    return { ...params, name };
  },
  fields: FUNCTION.fields,
};

export const versions: Noun = {
  name: 'versions',
  summary: 'Published versions of functions, which never change',
  commands: [
    operation('versions publish', 'createFunctionVersion', {
      summary: 'Publish the present code and configuration as an immutable version',
      args: [FUNCTION],
      flags: {
        name: ['VERSION', 'name of the version; made of the time without it', { field: 'version' }],
        description: ['TEXT', 'its changes'],
      },
      examples: [
        'fgs versions publish hello',
        'fgs versions publish hello --name 1.2.0 --description "greets by name"',
      ],
      text: ({ func_name, version }) => `${func_name}: published ${version}`,
      data: ({ func_urn, version }) => ({ func_urn, version, outcome: 'published' }),
    }),
    operation('versions list', 'listFunctionVersions', {
      summary: 'Versions of a function, published last first',
      args: [FUNCTION],
      examples: ['fgs versions list hello', 'fgs versions list hello --output json'],
      rows: ({ versions }) => versions,
      columns: {
        version: 'VERSION',
        version_description: 'DESCRIPTION',
        memory_size: 'MEMORY MB',
        timeout: 'TIMEOUT S',
        code_size: 'CODE BYTES',
        last_modified: 'LAST CHANGE',
      },
      none: 'no versions',
    }),
    operation('versions delete', 'deleteFunction', {
      summary: 'Delete a version and the aliases that point to it; its logs stay',
      args: [FUNCTION, VERSION],
      examples: ['fgs versions delete hello 1.1.0', 'fgs versions delete hello 1.1.0 --yes'],
      confirm: ({ version: { function_urn } }) => function_urn,
      text: (_, { function: { name }, version }) => `${name}: deleted version ${version.name}`,
      data: (_, { version: { function_urn, name } }) => ({ func_urn: function_urn, version: name, outcome: 'deleted' }),
    }),
  ],
};
