import type { FlowDefinition } from '@funcgraph/flow';
import { FLOW_KINDS } from '../../triggers/index.ts';

/**
 * Pure: a definition as it is stored, shown and compared. Secrets of triggers, also of disabled ones, are no part of it:
 * those of enabled triggers are stored sealed with the triggers.
 */
export function withoutSecrets(definition: FlowDefinition): FlowDefinition {
  const triggers = definition.triggers.map((trigger) => {
    const secrets = FLOW_KINDS.get(trigger.trigger_type)?.secretFields;
    if (secrets === undefined) return trigger;
    const config = Object.entries(trigger.trigger_config).filter(([field]) => !secrets.includes(field));
    return { ...trigger, trigger_config: Object.fromEntries(config) };
  });
  return { ...definition, triggers };
}
