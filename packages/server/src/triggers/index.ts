export { TRIGGERS, triggerSources } from './kinds.ts';
export type { TriggerKind } from './trigger-kind.ts';
