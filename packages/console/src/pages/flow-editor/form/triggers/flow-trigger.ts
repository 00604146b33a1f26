import type { TRIGGER_KINDS, TriggerTypeCode } from '@funcgraph/api';
import type { FlowTrigger } from '@funcgraph/flow';
import type { NewTrigger } from '../../../../parts/triggers/trigger-dialog.tsx';

type FlowTypes = { readonly [K in TriggerTypeCode]: (typeof TRIGGER_KINDS)[K]['flowType'] };

/** `trigger_type` in a definition, by the kind of the trigger. */
const FLOW_TYPES: FlowTypes = {
  TIMER: 'FLOWTIMER',
  DEDICATEDGATEWAY: 'APIG_DE',
  APIG: 'APIG',
  EVENT: 'EVENT',
  OBS: 'OBS',
  SMN: 'SMN',
  DIS: 'DIS',
  LTS: 'LTS',
  CTS: 'CTS',
  KAFKA: 'KAFKA',
  OPENSOURCEKAFKA: 'OPENSOURCEKAFKA',
  RABBITMQ: 'RABBITMQ',
};

/** The kind of a trigger of a definition; undefined for one that only a newer server has. */
export function kindOf({ trigger_type }: Pick<FlowTrigger, 'trigger_type'>): TriggerTypeCode | undefined {
  const codes = Object.keys(FLOW_TYPES) as TriggerTypeCode[];
  return codes.find((code) => FLOW_TYPES[code] === trigger_type);
}

/** In a definition, the name stands beside the settings. */
export function toDefinition({ code, isActive, data: { name, ...config } }: NewTrigger): FlowTrigger {
  return {
    ...(typeof name === 'string' ? { trigger_name: name } : {}),
    trigger_type: FLOW_TYPES[code],
    ...(isActive ? {} : { enabled: false }),
    trigger_config: config as FlowTrigger['trigger_config'],
  };
}
