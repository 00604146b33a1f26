import { flag, type Noun, usageError } from '../../framework/index.ts';
import { FUNCTION, operation, QUALIFIED_FUNCTION } from '../../operations/index.ts';
import { KIND_FLAGS, kindBody, SETTING_FLAGS, settingsOf } from './event-data.ts';
import { crontabLine, nextTimesLine } from './timer-text.ts';
import { nameOf, qualifierOf, secretLine, TRIGGER, warningLine, whatOf } from './trigger.ts';

/** Its kind is known. */
const WEBHOOK: typeof TRIGGER = { ...TRIGGER, fields: ({ trigger_id }) => ({ trigger_id }) };

export const triggers: Noun = {
  name: 'triggers',
  summary: 'Timers, gateway routes, buckets and other sources of events that start functions',
  commands: [
    operation('triggers create', 'createFunctionTrigger', {
      summary: 'Let a timer, a gateway route or a bucket start a function',
      args: [QUALIFIED_FUNCTION],
      flags: {
        ...KIND_FLAGS,
        name: flag.text('NAME', 'of the trigger; timer, api or objects without it, needed with --type'),
        disabled: flag.boolean('it starts no function yet; not with --path or --bucket'),
        version: flag.text('VERSION', 'start this version; latest without it'),
        alias: flag.text('ALIAS', 'start the version that this alias points to'),
      },
      async fields(flags, _, context) {
        const body = await kindBody(flags, flags.name, context);
        if (!flags.disabled) return body;
        if (flags.path !== undefined) throw usageError('a gateway route cannot be disabled');
        if (flags.bucket !== undefined) throw usageError('a trigger of a bucket cannot be disabled');
        return { ...body, trigger_status: 'DISABLED' as const };
      },
      examples: [
        'fgs triggers create hello --every 15m',
        'fgs triggers create hello --cron "0 0 8 * * Mon-Fri" --time-zone Asia/Shanghai --event morning --alias live',
        'fgs triggers create hello --path "/users/{id}" --method GET --exact --auth none',
        'fgs triggers create thumbnail --bucket photos --prefix incoming/ --suffix .png',
        'fgs triggers create hello --type EVENT --name orders --setting \'types=["com.example.order.*"]\'',
        'fgs triggers create hello --type RABBITMQ --name shop --setting-file shop.settings --password-stdin < password.txt',
        `fgs triggers create hello --type TIMER --name nightly --setting schedule_type=Cron --setting "schedule=0 0 2 * * ?"`,
      ],
      text: (trigger, { function: { name } }, { cron }, now) =>
        `${name}: ${whatOf(trigger)}${trigger.trigger_status === 'DISABLED' ? ', disabled' : ''}${secretLine(trigger)}${warningLine(trigger)}${nextTimesLine(trigger, now)}${crontabLine(cron)}`,
    }),
    operation('triggers list', 'listFunctionTriggers', {
      summary: 'Triggers of a function, its versions and its aliases',
      args: [FUNCTION],
      examples: ['fgs triggers list hello', 'fgs triggers list hello --field name,url'],
      rows: (all) =>
        all.map((one) => ({
          ...one,
          name: nameOf(one),
          qualifier: qualifierOf(one),
          what: whatOf(one),
          url: String(one.event_data.invoke_url ?? ''),
        })),
      columns: {
        name: 'TRIGGER',
        trigger_type_code: 'TYPE',
        qualifier: 'STARTS',
        trigger_status: 'STATUS',
        what: 'WHEN OR WHERE',
        trigger_id: 'ID',
      },
      none: 'no triggers',
    }),
    operation('triggers show', 'showFunctionTrigger', {
      summary: 'One trigger with all its settings, and its secret if you may change it',
      args: [FUNCTION, TRIGGER],
      examples: ['fgs triggers show hello timer', 'fgs triggers show hello api --output json'],
      below: (trigger, now) => nextTimesLine(trigger, now).trimStart(),
    }),
    operation('triggers update', 'updateTrigger', {
      summary: 'Change settings of a trigger, such as its password; the others stay',
      args: [FUNCTION, TRIGGER],
      flags: SETTING_FLAGS,
      async fields(flags, _, context) {
        const event_data = await settingsOf(context.named.trigger.trigger_type_code, flags, context);
        if (Object.keys(event_data).length > 0) return { event_data };
        throw usageError('give --setting, --setting-file or --password-stdin');
      },
      examples: [
        'fgs triggers update hello nightly --setting "schedule=0 0 3 * * ?"',
        'fgs triggers update orders shop --password-stdin < password.txt',
        'fgs triggers update orders shop --setting batch_size=20',
      ],
      text: (trigger) => `${nameOf(trigger)}: ${whatOf(trigger)}${warningLine(trigger)}`,
    }),
    operation('triggers enable', 'updateTrigger', {
      summary: 'Switch a timer on; a rate counts from now',
      args: [FUNCTION, TRIGGER],
      fields: { trigger_status: 'ACTIVE' },
      examples: ['fgs triggers enable hello timer'],
      text: (trigger) => `${nameOf(trigger)}: ${trigger.trigger_status}`,
    }),
    operation('triggers disable', 'updateTrigger', {
      summary: 'Switch a timer off',
      args: [FUNCTION, TRIGGER],
      fields: { trigger_status: 'DISABLED' },
      examples: ['fgs triggers disable hello timer'],
      text: (trigger) => `${nameOf(trigger)}: ${trigger.trigger_status}`,
    }),
    operation('triggers renew-secret', 'renewTriggerSecret', {
      summary: 'Give an event webhook a new secret; the old one is void at once',
      args: [FUNCTION, WEBHOOK],
      examples: ['fgs triggers renew-secret hello orders'],
      text: (trigger) => `${nameOf(trigger)}: renewed${secretLine(trigger)}`,
    }),
    operation('triggers delete', 'deleteFunctionTrigger', {
      summary: 'Delete a trigger; the function stays',
      args: [FUNCTION, TRIGGER],
      examples: ['fgs triggers delete hello timer --yes'],
      confirm: ({ trigger, function: { name } }) => `trigger ${nameOf(trigger)} of ${name}`,
      text: (_, { trigger }) => `deleted trigger ${nameOf(trigger)}`,
      data: (_, { trigger }) => ({ ...trigger, outcome: 'deleted' }),
    }),
  ],
};
