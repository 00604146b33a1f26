import type { ErrorViolation } from '@funcgraph/api';
import type { FlowDefinition } from '@funcgraph/flow';
import type { TriggerSettings } from '../../control/index.ts';
import { idOf } from '../../lib/ids.ts';
import { FLOW_KINDS } from '../../triggers/index.ts';
import type { DefinedTrigger } from './flow-trigger.ts';
import { configField, faultOf } from './trigger-faults.ts';

export interface ReadTriggers {
  readonly triggers: readonly DefinedTrigger[];
  readonly faults: readonly ErrorViolation[];
}

interface Place {
  readonly projectId: string;
  /** Undefined for a flow that is not stored. */
  readonly flowId?: string | undefined;
  /** Stored settings by id of the trigger: they have the secrets that no definition has. */
  readonly storedOf: (id: string) => TriggerSettings | undefined;
}

/**
 * The enabled triggers of a definition, and what is wrong with them beyond the rules that need no server. Disabled ones
 * stay in the definition and do nothing, whatever their type.
 */
export function readTriggers({ triggers }: FlowDefinition, { projectId, flowId = '', storedOf }: Place): ReadTriggers {
  const read: DefinedTrigger[] = [];
  const faults: ErrorViolation[] = [];
  const ids = new Set<string>();
  const keys = new Map<string, number>();
  for (const [index, { enabled, trigger_type: type, trigger_name, trigger_config: config }] of triggers.entries()) {
    const kind = FLOW_KINDS.get(type);
    // another type breaks a rule that needs no server
    if (enabled === false || kind === undefined) continue;
    const name = trigger_name || type.toLowerCase();
    const id = idOf(JSON.stringify(['flow trigger', flowId, type, name]));
    let settings: TriggerSettings | undefined;
    try {
      settings = kind.read(config, name, storedOf(id));
      if (settings === undefined) continue;
      kind.check(settings);
    } catch (error) {
      faults.push(faultOf(error, { kind, index }));
      continue;
    }
    if (ids.has(id)) {
      const message = `another ${type} trigger is called ${name}`;
      faults.push({ code: 'X-50', field: `triggers[${index}].trigger_name`, message });
    }
    ids.add(id);
    const routeKey = kind.uniqueKey?.({ projectId }, settings);
    const same = routeKey === undefined ? undefined : keys.get(routeKey);
    if (same !== undefined) {
      const message = `triggers[${same}] serves this path, method and environment`;
      faults.push({ code: 'X-51', field: configField(index), message });
    }
    if (routeKey !== undefined) keys.set(routeKey, index);
    read.push({ id, kind, name, settings, routeKey, source: kind.listensTo?.({ projectId }, settings), index });
  }
  return { triggers: read, faults };
}
