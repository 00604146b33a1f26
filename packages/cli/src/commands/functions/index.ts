import { parseConfig } from '../../connection/index.ts';
import { flag, type Noun } from '../../framework/index.ts';
import { FUNCTION, operation, QUALIFIED_FUNCTION } from '../../operations/index.ts';
import { create } from './create.ts';
import { deploy } from './deploy.ts';
import { exportFunction } from './export.ts';
import { importFunction } from './import.ts';
import { init } from './init.ts';
import { invoke } from './invoke.ts';
import { list } from './list.ts';
import { logs } from './logs.ts';
import { searchLogs } from './search-logs.ts';
import { tagCommands } from './tags.ts';
import { functionTemplates } from './templates.ts';
import { tracing } from './tracing.ts';
import { update } from './update.ts';
import { url } from './url.ts';

export const functions: Noun = {
  name: 'functions',
  summary: 'Make, change, run and watch functions',
  commands: [
    deploy,
    create,
    list,
    operation('functions show', 'showFunctionConfig', {
      args: [QUALIFIED_FUNCTION],
      flags: {
        qualifier: flag.text('VERSION|!ALIAS', 'version, or alias after !'),
      },
      examples: ['fgs functions show hello', 'fgs functions show hello --output json'],
      data: parseConfig,
    }),
    update,
    operation('functions delete', 'deleteFunction', {
      args: [FUNCTION],
      examples: ['fgs functions delete hello', 'fgs functions delete hello --yes'],
      confirm: ({ function: { function_urn } }) => function_urn,
      text: (_, { function: { name } }) => `${name}: deleted`,
      data: (_, { function: { function_urn } }) => ({ func_urn: function_urn, outcome: 'deleted' }),
    }),
    invoke,
    logs,
    searchLogs,
    url,
    tracing,
    ...tagCommands,
    exportFunction,
    importFunction,
    functionTemplates,
    init,
  ],
};
