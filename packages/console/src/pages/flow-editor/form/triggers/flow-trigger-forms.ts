import { TRIGGER_FORMS } from '../../../../parts/triggers/kinds.ts';
import type { TriggerField, TriggerForm } from '../../../../parts/triggers/trigger-form.ts';

const fieldsOf = (form: TriggerForm, names: readonly string[]): TriggerField[] =>
  names.flatMap((name) => form.fields.filter((field) => field.name === name));

/** Whether it is JSON whose `input` can become that of a run. */
export function hasInput(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) && 'input' in value;
  } catch {
    return false;
  }
}

const TIMER: TriggerForm = {
  ...TRIGGER_FORMS.TIMER,
  fields: [
    ...fieldsOf(TRIGGER_FORMS.TIMER, ['name']),
    { name: 'cron', label: 'cron', input: 'cron', isWide: true },
    {
      name: 'user_event',
      label: 'user_event',
      hint: 'flow_event',
      input: 'long-text',
      isRequired: true,
      isWide: true,
      isValid: hasInput,
    },
  ],
  initial: () => ({ name: 'timer', cron: '0 0 8 * * ?', user_event: '{ "input": {} }' }),
  toData: ({ cron, user_event, ...data }) => ({
    ...data,
    schedule_type: 'Cron',
    schedule: cron,
    user_event: JSON.parse(String(user_event)),
  }),
};

/** Callers sign with IAM, and the mode of the flow decides whether they wait. */
const GATEWAY_FIELDS = ['name', 'path', 'req_method', 'match_mode', 'group_id', 'env_name', 'func_info.timeout'];
const TIMEOUT_MS = 60_000;

const gateway = (form: TriggerForm, instance: Readonly<Record<string, string>>): TriggerForm => ({
  ...form,
  fields: fieldsOf(form, [...Object.keys(instance), ...GATEWAY_FIELDS]),
  initial: ({ name }) => ({
    ...instance,
    name: name === '' ? 'api' : name,
    path: `/${encodeURIComponent(name)}`,
    req_method: 'ANY',
    match_mode: 'SWA',
    group_id: 'DEFAULT',
    env_name: 'RELEASE',
    func_info: { timeout: TIMEOUT_MS },
  }),
});

/** The forms of triggers of functions, with what is different when a flow is started. */
export const FLOW_TRIGGER_FORMS: typeof TRIGGER_FORMS = {
  ...TRIGGER_FORMS,
  TIMER,
  APIG: gateway(TRIGGER_FORMS.APIG, {}),
  DEDICATEDGATEWAY: gateway(TRIGGER_FORMS.DEDICATEDGATEWAY, { instance_id: 'funcgraph' }),
};
