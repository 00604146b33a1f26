import { flag } from '../../framework/index.ts';
import { operation, word } from '../../operations/index.ts';
import { nameValues } from '../name-values.ts';
import { GROUP } from './arguments.ts';

const STAGE = word('stage', 'of the group');

const textOf = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

export const stageCommands = [
  operation('gateway stages list', 'listGatewayStages', {
    args: [GROUP],
    examples: ['fgs gateway stages list shop'],
    rows: ({ stages }) => stages.map((stage) => ({ ...stage, variables: textOf(stage.variables) })),
    columns: { name: 'STAGE', variables: 'VARIABLES', description: 'DESCRIPTION' },
  }),
  operation('gateway stages set', 'putGatewayStage', {
    summary: 'Add a stage, or replace its variables, which have effect at once',
    args: [GROUP, STAGE],
    flags: {
      description: ['TEXT', 'its purpose'],
      variable: flag.list('NAME=VALUE', 'a version or an alias, to which APIs refer as #NAME#'),
    },
    fields: ({ variable = [] }) =>
      variable.length === 0 ? {} : { variables: Object.fromEntries(nameValues(variable, '--variable')) },
    examples: ['fgs gateway stages set shop TEST --variable version=next'],
    text: ({ name, variables }, { group }) =>
      `stage ${name} of group ${group.name}: ${textOf(variables) || 'no variables'}`,
  }),
  operation('gateway stages delete', 'deleteGatewayStage', {
    args: [GROUP, STAGE],
    examples: ['fgs gateway stages delete shop TEST --yes'],
    confirm: ({ group, stage }) => `stage ${stage} of group ${group.name}, with its history`,
    text: (_, { stage }) => `deleted stage ${stage}`,
    data: (_, { stage }) => ({ stage, outcome: 'deleted' }),
  }),
];
