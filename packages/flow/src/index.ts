export type * from './definition.ts';
export type {
  CallId,
  Command,
  EventBody,
  Failure,
  FailureCode,
  Message,
  Refusal,
  RunEvent,
  RunFinished,
  RunStarted,
  RunState,
  StoredValue,
  Value,
  Values,
  Work,
} from './engine/index.ts';
export { begin, fold, toJson, wakeAt } from './engine/index.ts';
export { FLOW_LIMITS } from './limits.ts';
export type { Parameters, Place, Problem, Sentence } from './problems/problem.ts';
export { type FormProblem, type ReadResult, readDefinition } from './reading/read-definition.ts';
