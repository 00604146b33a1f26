import type { TRIGGER_KINDS, TriggerTypeCode } from '@funcgraph/api';
import type { FlowTrigger } from '@funcgraph/flow';
import { TRIGGER_CODES } from '../../../../parts/triggers/kinds.ts';
import type { NewTrigger } from '../../../../parts/triggers/trigger-dialog.tsx';

type FlowTypes = { readonly [K in TriggerTypeCode]: (typeof TRIGGER_KINDS)[K]['flowType'] };

/** `trigger_type` in a definition, where it is not the code of the kind. */
const OTHER_TYPES: { readonly [K in TriggerTypeCode as FlowTypes[K] extends K ? never : K]: FlowTypes[K] } = {
  TIMER: 'FLOWTIMER',
  DEDICATEDGATEWAY: 'APIG_DE',
};

const typeOf = (code: TriggerTypeCode): string => OTHER_TYPES[code as keyof typeof OTHER_TYPES] ?? code;

/** The kind of a trigger of a definition; undefined for one that only a newer server has. */
export function kindOf({ trigger_type }: Pick<FlowTrigger, 'trigger_type'>): TriggerTypeCode | undefined {
  return TRIGGER_CODES.find((code) => typeOf(code) === trigger_type);
}

/** In a definition, the name stands beside the settings. */
export function toDefinition({ code, isActive, data: { name, ...config } }: NewTrigger): FlowTrigger {
  return {
    ...(typeof name === 'string' ? { trigger_name: name } : {}),
    trigger_type: typeOf(code),
    ...(isActive ? {} : { enabled: false }),
    trigger_config: config as FlowTrigger['trigger_config'],
  };
}
