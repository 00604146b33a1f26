export { FlowStore } from './definitions/flow-store.ts';
export { type FlowAuthor, Flows, invalidFlow } from './definitions/flows.ts';
export type { Access, FlowRights } from './definitions/target-facts.ts';
export { FlowEngine } from './runs/flow-engine.ts';
export { flowLogKey } from './runs/logs/flow-log-key.ts';
export type { FlowIdentity, FlowRights as FlowRunRights } from './runs/rights.ts';
export { RunService } from './runs/run-service.ts';
export { FlowListeners } from './triggers/flow-listeners.ts';
export { FlowTargets, readTrigger } from './triggers/flow-targets.ts';
export { FlowTimers } from './triggers/flow-timers.ts';
export type { FlowTrigger } from './triggers/flow-trigger.ts';
export { FlowTriggerStore } from './triggers/flow-trigger-store.ts';
export { FlowTriggers } from './triggers/flow-triggers.ts';
export { makeTriggersOfOlderFlows } from './triggers/older-flows.ts';
export { readTriggers } from './triggers/read-triggers.ts';
export type {
  ComparedExecution,
  Flow,
  FlowCatalog,
  FlowError,
  FlowNodeExecution,
  FlowPoint,
  FlowRun,
  FlowRunComparison,
  FlowRunDetail,
  FlowRunStatus,
  FlowRuns,
  StartFlowRun,
} from './types.ts';
