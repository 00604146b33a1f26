export { FunctionListeners, MAX_DEPTH } from './function-listeners.ts';
export { checkApi, routeKey } from './gateway/api-rules.ts';
export { readApi } from './gateway/event-data.ts';
export { TRIGGERS, triggerSources } from './kinds.ts';
export { checkBucket, isObs, obsEventFor } from './obs/index.ts';
export { checkObs, type ObsSettings, overlap, readObs } from './obs/obs-settings.ts';
export { TimerSource } from './timer/timer-source.ts';
export type { Timed, Timers } from './timer/timers.ts';
export type { SampleEvent, SourceDeps, TriggerKind, TriggerSource } from './trigger-kind.ts';
