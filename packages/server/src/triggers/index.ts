export { TRIGGERS, triggerSources } from './kinds.ts';
export type { SampleEvent, TriggerKind } from './trigger-kind.ts';
