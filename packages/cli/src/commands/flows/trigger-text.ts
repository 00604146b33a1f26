import type { CallOutput } from '@funcgraph/api';

type Triggers = CallOutput<'showWorkFlow'>['data']['triggers'];

/** A line for each trigger: when or where it starts the flow. */
export function triggerText(triggers: Triggers): string {
  return triggers
    .map(({ trigger_name, trigger_type, enabled, schedule, method, invoke_url, env_name }) => {
      const stage = env_name === undefined || env_name === 'RELEASE' ? '' : ` in ${env_name}`;
      const starts = schedule ?? `${method} ${invoke_url}${stage} (IAM)`;
      return `trigger ${trigger_name}: ${trigger_type} ${enabled ? starts : 'disabled'}\n`;
    })
    .join('');
}
