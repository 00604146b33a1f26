export type { FlowRights } from './definitions/check-targets.ts';
export { FlowStore } from './definitions/flow-store.ts';
export { type FlowAuthor, Flows, invalidFlow } from './definitions/flows.ts';
export type {
  Flow,
  FlowCallback,
  FlowCatalog,
  FlowError,
  FlowNodeExecution,
  FlowNodeRun,
  FlowPoint,
  FlowPrincipal,
  FlowRun,
  FlowRunDetail,
  FlowRunEvent,
  FlowRunFilter,
  FlowRunFork,
  FlowRunStatus,
  FlowRuns,
  StartFlowRun,
} from './types.ts';
