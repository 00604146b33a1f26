import { type CallOutput, FLOW_TRIGGERS, TRIGGER_KINDS } from '@funcgraph/api';

type Triggers = CallOutput<'showWorkFlow'>['data']['triggers'];

/** A line for each trigger: when or where it starts the flow. */
export function triggerText(triggers: Triggers): string {
  return triggers
    .map(({ trigger_name: name, trigger_type: type, event_data: data, connection, secret }) => {
      const code = FLOW_TRIGGERS.get(type);
      const words = data === undefined || code === undefined ? 'disabled' : TRIGGER_KINDS[code].words(data);
      const parts = [words, ...stateOf(connection), ...(secret === undefined ? [] : [`secret ${secret}`])];
      return `trigger ${name}: ${type} ${parts.join(', ')}\n`;
    })
    .join('');
}

function stateOf(connection: Triggers[number]['connection']): string[] {
  if (connection === undefined) return [];
  const { state, error, lag = 0 } = connection;
  return [...(state === 'RETRYING' ? [`waits: ${error}`] : []), ...(lag > 0 ? [`${lag} records behind`] : [])];
}
