import { type CallOutput, TRIGGER_KINDS } from '@funcgraph/api';

type Triggers = CallOutput<'showWorkFlow'>['data']['triggers'];

/** A line for each trigger: when or where it starts the flow. */
export function triggerText(triggers: Triggers): string {
  return triggers
    .map((trigger) => {
      const { trigger_name, trigger_type, enabled } = trigger;
      return `trigger ${trigger_name}: ${trigger_type} ${enabled ? startOf(trigger) : 'disabled'}\n`;
    })
    .join('');
}

function startOf(trigger: Triggers[number]): string {
  const { trigger_type: type, schedule, method, invoke_url, env_name } = trigger;
  if (schedule !== undefined) return schedule;
  if (method === undefined && Object.hasOwn(TRIGGER_KINDS, type)) {
    const words = TRIGGER_KINDS[type as keyof typeof TRIGGER_KINDS].words(trigger);
    return trigger.secret === undefined ? words : `${words}, secret ${trigger.secret}`;
  }
  const stage = env_name === undefined || env_name === 'RELEASE' ? '' : ` in ${env_name}`;
  return `${method} ${invoke_url}${stage} (IAM)`;
}
