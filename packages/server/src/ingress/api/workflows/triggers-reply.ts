import type { FlowDefinition } from '@funcgraph/flow';
import { apiAddress } from '../../../domain/api-address.ts';
import { eventAddress } from '../../../domain/event-address.ts';
import { readTriggers } from '../../../flows/index.ts';

interface TriggersPlace {
  readonly projectId: string;
  readonly flowId: string;
  readonly gateway: string;
  /** Of an EVENT trigger, for callers who may see it. */
  readonly secretOf: (id: string) => string | undefined;
}

/** The triggers of a stored definition, with what starts them. */
export function triggersReply(definition: FlowDefinition, { projectId, flowId, gateway, secretOf }: TriggersPlace) {
  const enabled = new Map(
    readTriggers(definition, { projectId, flowId }).triggers.map((trigger) => [trigger.index, trigger]),
  );
  return definition.triggers.map(({ trigger_name, trigger_type }, index) => {
    const { id = '', name, settings } = enabled.get(index) ?? {};
    const shown = { trigger_name: name ?? trigger_name ?? '', trigger_type, enabled: settings !== undefined };
    if (settings === undefined) return shown;
    if (settings.kind === 'FLOWTIMER') return { ...shown, schedule: settings.schedule };
    if (settings.kind === 'OBS') {
      const { bucket, events, prefix, suffix } = settings;
      return { ...shown, bucket, events: [...events], prefix, suffix };
    }
    if (settings.kind === 'EVENT') {
      const secret = secretOf(id);
      const shownSecret = secret === undefined ? {} : { secret };
      return { ...shown, types: [...settings.types], invoke_url: gateway + eventAddress(id), ...shownSecret };
    }
    if (settings.kind === 'CTS') return { ...shown, operations: [...settings.operations] };
    if (settings.kind === 'SMN') return { ...shown, topic_urn: settings.topicUrn };
    const { method, groupId, path, envName } = settings;
    return { ...shown, method, invoke_url: gateway + apiAddress(projectId, groupId) + path, env_name: envName };
  });
}
