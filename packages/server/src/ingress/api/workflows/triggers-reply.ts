import type { FlowDefinition } from '@funcgraph/flow';
import type { TriggerSettings } from '../../../control/index.ts';
import { readTriggers } from '../../../flows/index.ts';
import type { Connections } from '../trigger-connections.ts';

interface TriggersPlace {
  readonly projectId: string;
  readonly flowId: string;
  readonly urn: string;
  readonly gateway: string;
  readonly connections: Connections;
  readonly storedOf: (id: string) => TriggerSettings | undefined;
  /** Of a trigger that has one, for callers who may see it. */
  readonly secretOf: (id: string) => string | undefined;
}

/** The triggers of a stored definition, with what starts them. */
export function triggersReply(definition: FlowDefinition, place: TriggersPlace) {
  const { projectId, flowId, connections, secretOf, storedOf } = place;
  const enabled = new Map(
    readTriggers(definition, { projectId, flowId, storedOf }).triggers.map((trigger) => [trigger.index, trigger]),
  );
  return definition.triggers.map(({ trigger_name = '', trigger_type }, index) => {
    const found = enabled.get(index);
    if (found === undefined) return { trigger_name, trigger_type, enabled: false };
    const { id, kind, name, settings } = found;
    const answered = { id, fn: { projectId }, qualifier: 'latest', settings };
    const event_data = { ...kind.data(settings), ...kind.answer?.(answered, place) };
    const secret = kind.hasSecret ? secretOf(id) : undefined;
    const connection = connections.get(id);
    return {
      ...{ trigger_name: name, trigger_type, enabled: true, event_data },
      ...(connection === undefined ? {} : { connection }),
      ...(secret === undefined ? {} : { secret }),
    };
  });
}
