import type { Noun } from '../../framework/index.ts';
import { FUNCTION, operation, word } from '../../operations/index.ts';
import { TARGET_FLAGS, targetOf, targetText } from './target-flags.ts';

const ALIAS = word('alias', 'name of the alias', 'alias_name');

export const aliases: Noun = {
  name: 'aliases',
  summary: 'Movable names of versions, also for a part of the requests',
  commands: [
    operation('aliases create', 'createVersionAlias', {
      summary: 'Make an alias, a movable name for a version',
      args: [FUNCTION, word('alias', 'name of the alias', 'name')],
      flags: TARGET_FLAGS,
      fields: targetOf,
      examples: [
        'fgs aliases create hello live --version 1.1.0',
        'fgs aliases create hello live --version 1.1.0 --also 1.2.0 --weight 10',
        'fgs aliases create hello live --version 1.1.0 --also 1.2.0 --rule header:X-Group=beta,staff',
      ],
      text: (alias) => `${alias.name}: created, points to ${targetText(alias)}`,
    }),
    operation('aliases list', 'listVersionAliases', {
      summary: 'Aliases of a function and where they point',
      args: [FUNCTION],
      examples: ['fgs aliases list hello', 'fgs aliases list hello --output json'],
      rows: (all) => all.map((alias) => ({ ...alias, target: targetText(alias) })),
      columns: { name: 'ALIAS', target: 'POINTS TO', description: 'DESCRIPTION', last_modified: 'LAST CHANGE' },
      none: 'no aliases',
    }),
    operation('aliases update', 'updateVersionAlias', {
      summary: 'Point an alias to another version; without --also it has one version only',
      args: [FUNCTION, ALIAS],
      flags: TARGET_FLAGS,
      fields: targetOf,
      examples: [
        'fgs aliases update hello live --version 1.1.0',
        'fgs aliases update hello live --version 1.1.0 --also 1.2.0 --weight 10',
        'fgs aliases update hello live --version 1.1.0 --also 1.2.0 --rule header:X-Group=beta,staff',
      ],
      text: (alias) => `${alias.name}: moved, points to ${targetText(alias)}`,
    }),
    operation('aliases delete', 'deleteVersionAlias', {
      args: [FUNCTION, ALIAS],
      examples: ['fgs aliases delete hello live', 'fgs aliases delete hello live --yes'],
      confirm: ({ alias, function: { function_urn } }) => `alias ${alias} of ${function_urn}`,
      text: (_, { alias }) => `${alias}: deleted`,
      data: (_, { alias, function: { function_urn } }) => ({ func_urn: function_urn, name: alias, outcome: 'deleted' }),
    }),
  ],
};
