import { formatFlowUrn, formatTopicUrn, parseFlowUrn, parseTopicUrn } from '@funcgraph/api';
import { type Connection, FUNCTION_FLAGS } from '../../connection/index.ts';
import { flag, type Noun, usageError } from '../../framework/index.ts';
import { operation, word } from '../../operations/index.ts';
import { conditionText, parseCondition, targetText } from './condition.ts';

const ALARM = word('alarm', 'name of the rule', 'alarm_name');

const TARGET_FLAGS = {
  function: flag.text('FUNCTION', 'the rule is about this function, by name or URN'),
  package: FUNCTION_FLAGS.package,
  version: flag.text('VERSION', 'about calls of this version only'),
  alias: flag.text('ALIAS', 'about calls through this alias only'),
  flow: flag.text('FLOW', 'the rule is about this flow, by name or URN'),
};

const RULE_FLAGS = {
  when: flag.text('CONDITION', '"STATISTIC METRIC COMPARISON NUMBER"; statistics are avg, max, min and sum'),
  topic: flag.list('TOPIC', 'gets changes of the state, by name or URN; up to 5'),
  period: ['MINUTES', 'length of a period: 1, 5, 15, 30 or 60 (5)'],
  periods: ['N', 'periods that are looked at, up to 10 (1)'],
  'breaching-periods': ['N', 'how many of them must fulfil the condition (all)'],
  'missing-data': ['WHAT', 'periods without any time: keep the state (usual), or no_data'],
  'notify-on': flag.list('STATE', 'topics get these states: alarm, ok, no_data (the first two)'),
  description: ['TEXT', 'its purpose; part of messages'],
} as const;

interface RuleFlags {
  readonly when?: string | undefined;
  readonly topic: readonly string[];
  readonly 'notify-on': readonly string[];
}

function ruleFields({ when, topic, 'notify-on': states }: RuleFlags, { credentials }: Connection) {
  const { region, projectId } = credentials;
  const urnOf = (text: string): string =>
    parseTopicUrn(text) === undefined ? formatTopicUrn({ region, projectId, name: text }) : text;
  return {
    ...(when === undefined ? {} : parseCondition(when)),
    ...(topic.length === 0 ? {} : { topic_urns: topic.map(urnOf) }),
    ...(states.length === 0 ? {} : { notify_on: [...states] }),
  };
}

interface TargetFlags {
  readonly function?: string | undefined;
  readonly package: string;
  readonly version?: string | undefined;
  readonly alias?: string | undefined;
  readonly flow?: string | undefined;
}

function targetOf({ function: fn, package: pkg, version, alias, flow }: TargetFlags, connection: Connection): string {
  if ((fn === undefined) === (flow === undefined)) throw usageError('give --function or --flow, one of them');
  if (version !== undefined && alias !== undefined) throw usageError('--version and --alias exclude each other');
  const { region, projectId } = connection.credentials;
  if (fn !== undefined) {
    return connection.functionParams(fn, pkg, alias === undefined ? version : `!${alias}`).function_urn;
  }
  const name = flow ?? '';
  return parseFlowUrn(name) === undefined ? formatFlowUrn({ region, projectId, name }) : name;
}

export const alarms: Noun = {
  name: 'alarms',
  summary: 'Rules about metrics of functions and flows, and messages when they are broken',
  commands: [
    operation('alarms create', 'createAlarm', {
      summary: 'Make a rule about a function, a version, an alias or a flow',
      args: [word('name', 'of the rule')],
      flags: { ...TARGET_FLAGS, ...RULE_FLAGS },
      fields(flags, connection) {
        if (flags.when === undefined) throw usageError('--when is missing', 'Such as --when "sum failcount >= 5".');
        const target_urn = targetOf(flags, connection);
        return { target_urn, ...ruleFields(flags, connection), ...parseCondition(flags.when) };
      },
      examples: [
        'fgs alarms create hello-fails --function hello --when "sum failcount >= 5" --topic ops',
        'fgs alarms create slow --function hello --alias live --when "avg duration > 800" --periods 3 --breaching-periods 2',
        'fgs alarms create orders-fail --flow orders --when "sum fail_count > 0" --period 1',
      ],
      text: (alarm) => `${alarm.name}: ${conditionText(alarm)}, about ${targetText(alarm)}`,
    }),
    operation('alarms list', 'listAlarms', {
      summary: 'Rules that you may see, by name',
      flags: { ...TARGET_FLAGS, state: ['STATE', 'only rules in this state: alarm, ok or no_data'] },
      fields: (flags, connection) =>
        flags.function === undefined && flags.flow === undefined ? {} : { target_urn: targetOf(flags, connection) },
      next: ({ next_marker: marker }) => (marker === '' ? undefined : { marker }),
      examples: ['fgs alarms list', 'fgs alarms list --state alarm', 'fgs alarms list --function hello'],
      rows: ({ alarms: found }) =>
        found.map((alarm) => ({
          ...alarm,
          shown: alarm.enabled ? alarm.state : 'disabled',
          condition: conditionText(alarm),
          target: targetText(alarm),
        })),
      columns: { name: 'RULE', shown: 'STATE', state_since: 'SINCE', condition: 'CONDITION', target: 'ABOUT' },
      none: 'no rules; make one with: fgs alarms create NAME --function FUNCTION --when CONDITION',
    }),
    operation('alarms show', 'showAlarm', { args: [ALARM], examples: ['fgs alarms show hello-fails'] }),
    operation('alarms update', 'updateAlarm', {
      summary: 'Change a rule; its state stays until the next period ends',
      args: [ALARM],
      flags: { ...RULE_FLAGS, 'no-topics': flag.boolean('it notifies no topic any more') },
      fields(flags, connection) {
        if (flags['no-topics'] && flags.topic.length > 0)
          throw usageError('--topic and --no-topics exclude each other');
        return { ...ruleFields(flags, connection), ...(flags['no-topics'] ? { topic_urns: [] } : {}) };
      },
      examples: ['fgs alarms update hello-fails --when "sum failcount >= 10" --topic ops --topic on-call'],
      text: (alarm) => `${alarm.name}: ${conditionText(alarm)}, about ${targetText(alarm)}`,
    }),
    operation('alarms enable', 'updateAlarm', {
      summary: 'Judge a rule again',
      args: [ALARM],
      fields: { enabled: true },
      examples: ['fgs alarms enable hello-fails'],
      text: ({ name }) => `${name}: enabled`,
    }),
    operation('alarms disable', 'updateAlarm', {
      summary: 'Judge a rule no more; its state stays as it is',
      args: [ALARM],
      fields: { enabled: false },
      examples: ['fgs alarms disable hello-fails'],
      text: ({ name }) => `${name}: disabled`,
    }),
    operation('alarms history', 'listAlarmHistory', {
      summary: 'The last 100 changes of the state of a rule, the latest first',
      args: [ALARM],
      examples: ['fgs alarms history hello-fails'],
      rows: ({ changes }) =>
        changes.map((change) => ({
          ...change,
          messages: change.notices.map(({ message_id, error }) => (error === '' ? message_id : error)).join('; '),
        })),
      columns: { time: 'TIME', previous_state: 'FROM', state: 'TO', value: 'VALUE', messages: 'MESSAGES' },
      none: 'its state has not changed',
    }),
    operation('alarms delete', 'deleteAlarm', {
      args: [ALARM],
      examples: ['fgs alarms delete hello-fails --yes'],
      confirm: ({ alarm }) => `rule ${alarm}, with its history`,
      text: (_, { alarm }) => `deleted rule ${alarm}`,
      data: (_, { alarm }) => ({ name: alarm, outcome: 'deleted' }),
    }),
  ],
};
