import { type CallOutput, TRIGGER_KINDS } from '@funcgraph/api';

type Triggers = CallOutput<'showWorkFlow'>['data']['triggers'];

/** A line for each trigger: when or where it starts the flow. */
export function triggerText(triggers: Triggers): string {
  return triggers
    .map((trigger) => {
      const { trigger_name, trigger_type, enabled, schedule, method, invoke_url, env_name, bucket, topic_urn } =
        trigger;
      const stage = env_name === undefined || env_name === 'RELEASE' ? '' : ` in ${env_name}`;
      const called = bucket === undefined ? `${method} ${invoke_url}${stage} (IAM)` : TRIGGER_KINDS.OBS.words(trigger);
      const starts = schedule ?? (topic_urn === undefined ? called : TRIGGER_KINDS.SMN.words(trigger));
      return `trigger ${trigger_name}: ${trigger_type} ${enabled ? starts : 'disabled'}\n`;
    })
    .join('');
}
