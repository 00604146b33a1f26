import { type CallOutput, FLOW_TRIGGERS, TRIGGER_KINDS } from '@funcgraph/api';

type Triggers = CallOutput<'showWorkFlow'>['data']['triggers'];

/** A line for each trigger: when or where it starts the flow. */
export function triggerText(triggers: Triggers): string {
  return triggers
    .map(({ trigger_name: name, trigger_type: type, event_data: data, secret }) => {
      const code = FLOW_TRIGGERS.get(type);
      const words = data === undefined || code === undefined ? 'disabled' : TRIGGER_KINDS[code].words(data);
      return `trigger ${name}: ${type} ${words}${secret === undefined ? '' : `, secret ${secret}`}\n`;
    })
    .join('');
}
